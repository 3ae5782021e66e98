"""The finished picture's bytes by format: JPEG spliced, PNG in strips, WebP whole. No metadata but the colour space."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from PIL import Image

from renderer.image.base import ImageBase
from renderer.image.geometry import Rect
from renderer.image.jpeg import JpegBase, splice
from renderer.image.png import PngBase, restrip
from renderer.image.profile import SRGB_PROFILE

WEBP_QUALITY = 84
MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def encode(base: ImageBase, dirty: Sequence[Rect], compose: Callable[[Rect], Image.Image]) -> bytes:
    """The base's format, with the pixels under `dirty` as `compose` gives them for a rectangle."""
    if isinstance(base.encoded, JpegBase):
        return splice(base.encoded, dirty, compose)
    if isinstance(base.encoded, PngBase):
        return restrip(base.encoded, dirty, compose)
    return encode_webp(compose((0, 0, base.width, base.height)))


def encode_webp(image: Image.Image) -> bytes:
    """Lossy WebP (RFC 9649), RGB or RGBA."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY, method=4, icc_profile=SRGB_PROFILE)
    return out.getvalue()
