"""Pictures embedded in an SVG: PNG and JPEG only, within limits, written anew without metadata."""

from __future__ import annotations

import base64
import binascii
import io
from collections import Counter
from urllib.parse import unquote_to_bytes

from PIL import Image

from renderer.errors import RenderError
from renderer.image.opening import open_picture, recognise_raster
from renderer.logo.formats import MAX_BYTES

MAX_EMBEDDED_PIXELS = 16_000_000


def clean_data_uri(uri: str, removed: Counter[str]) -> str | None:
    """The picture as a PNG data URI in sRGB; None, counted in `removed`, if it is none we embed."""
    head, _, body = uri.partition(",")
    try:
        data = base64.b64decode(body, validate=False) if head.lower().endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        data = b""
    kind = recognise_raster(data)
    if kind not in {"png", "jpeg"}:
        removed["embedded file"] += 1
        return None
    if len(data) > MAX_BYTES:
        removed["embedded picture"] += 1
        return None
    try:
        picture = open_picture(data, kind, subject="logo", max_pixels=MAX_EMBEDDED_PIXELS).image
    except RenderError as error:
        if error.code == "logo.too_many_pixels":
            raise
        removed["embedded picture"] += 1
        return None
    return as_data_uri(picture)


def as_data_uri(picture: Image.Image) -> str:
    """The picture as a PNG data URI."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def from_data_uri(uri: str) -> bytes:
    """The bytes of a data URI that `as_data_uri` wrote."""
    return base64.b64decode(uri.partition(",")[2])
