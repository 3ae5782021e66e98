"""Rendering into stored files: once per fingerprint, however often and from wherever it is asked."""

from campaigns.artifacts.service.rendering import Order, Rendered, keep, make, render_to_artifact

__all__ = ["Order", "Rendered", "keep", "make", "render_to_artifact"]
