"""A logo on an opaque ground: finds the ground's colour, makes white transparent, cuts other grounds' margins."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from renderer.logo.measure import Pixels

_AGREE = 14  # of 255: corners closer than this are one colour
_NEAR_WHITE = 243
_TILE_PADDING = 0.08  # of the mark's longer side, kept of a coloured ground


def ground_colour(image: Image.Image) -> tuple[int, int, int] | None:
    """The one opaque colour of all four corners of an RGBA picture, or None."""
    side = max(1, min(image.size) // 40)
    width, height = image.size
    corners = []
    for left in (0, width - side):
        for top in (0, height - side):
            patch = np.asarray(image.crop((left, top, left + side, top + side))).reshape(-1, 4)
            if patch[:, 3].min() < 250:
                return None
            corners.append(np.median(patch[:, :3], axis=0))
    spread = np.max(corners, axis=0) - np.min(corners, axis=0)
    if spread.max() > _AGREE:
        return None
    red, green, blue = (int(value) for value in np.median(corners, axis=0))
    return red, green, blue


def is_near_white(colour: tuple[int, int, int]) -> bool:
    """True for paper white and what JPEG makes of it."""
    return min(colour) >= _NEAR_WHITE


def lift_white(image: Image.Image, white: tuple[int, int, int], *, noise: int = 18) -> Image.Image:
    """The logo without its white ground: solid ink stays opaque, edges get the ink's own colour and their cover.

    A pixel is `cover × ink + (1 − cover) × white`; the ink is taken as the darkest colour within two pixels.
    Ink fainter than `noise` (0–255 from white) fades out: a JPEG's ringing is no ink.
    """
    rgb = image.convert("RGB")
    darkest = rgb.filter(ImageFilter.MinFilter(5))
    ground = np.array(white, dtype=np.float32)
    colour = np.asarray(rgb, dtype=np.float32)
    ink = np.minimum(np.asarray(darkest, dtype=np.float32), colour)
    depth = ground - ink
    deepest = depth.argmax(axis=2)[..., None]
    most = np.take_along_axis(depth, deepest, axis=2)[..., 0]
    here = np.take_along_axis(ground - colour, deepest, axis=2)[..., 0]
    cover = np.clip(here / np.maximum(most, 1.0), 0.0, 1.0)
    cover[cover > 0.94] = 1.0
    cover *= np.clip((most - noise / 2) / (noise / 2), 0.0, 1.0)
    cover[cover < 0.04] = 0.0
    safe = np.maximum(cover, 1e-3)[..., None]
    lifted = np.clip((colour - ground * (1 - safe)) / safe, 0, 255)
    lifted = np.where(cover[..., None] >= 1.0, colour, lifted)
    alpha: Pixels = cover * 255
    return Image.fromarray(np.dstack([lifted, alpha]).round().astype(np.uint8), "RGBA")


def tile_box(image: Image.Image, ground: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """The mark's box on a coloured ground with an even padding; None if there is no mark."""
    difference = ImageChops.difference(image.convert("RGB"), Image.new("RGB", image.size, ground))
    loud = difference.point([255 if value > _AGREE else 0 for value in range(256)] * 3)
    box = loud.convert("L").point([0] + [255] * 255).getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    room = round(_TILE_PADDING * max(right - left, bottom - top))
    room = max(0, min(room, left, top, image.width - right, image.height - bottom))
    return left - room, top - room, right + room, bottom + room
