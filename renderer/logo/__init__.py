"""Logos: intake, contrast, placement."""
