"""Placed glyphs to a coverage mask, by HarfBuzz's own rasteriser: the same glyph ids at the same places as in a PDF."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import uharfbuzz as hb
from PIL import Image

from renderer.text.fit import FittedText


class TextMask(NamedTuple):
    """Coverage (mode L) and where its top left lies, in pixels of the picture."""

    left: int
    top: int
    mask: Image.Image


def draw_mask(text: FittedText, x: float, y: float, scale: float) -> TextMask | None:
    """The mask of text whose box begins at (x, y) pixels; `scale` is pixels per unit of its size. None if blank."""
    drawer = hb.RasterDraw()
    for run in text.runs:
        font = run.face.hb_font
        by = run.size / run.face.upem * scale
        for glyph in run.glyphs:
            # Font outlines have y up; so has the raster, whose rows therefore come bottom first.
            drawer.transform = (by, 0, 0, by, x + (run.x + glyph.x) * scale, -y - (run.y + glyph.y) * scale)
            drawer.draw_glyph(font, glyph.gid)
    drawn = drawer.render()
    extents = drawn.extents
    if not extents.width or not extents.height:
        return None
    rows = np.frombuffer(drawn.buffer, dtype=np.uint8).reshape(extents.height, extents.stride)
    cover = np.ascontiguousarray(rows[::-1, : extents.width])
    mask = Image.frombytes("L", (extents.width, extents.height), cover.tobytes())
    return TextMask(extents.x_origin, -(extents.y_origin + extents.height), mask)
