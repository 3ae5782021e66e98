"""Rendered files by fingerprint; the only caller of renderer.render."""
