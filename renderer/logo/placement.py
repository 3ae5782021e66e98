"""Where a logo sits in its slot: equal optical area, clear space, minimum size. Unit-free geometry."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Literal

from renderer.errors import RenderError
from renderer.spec import LogoImage

Box = tuple[float, float, float, float]

# A logo that covers half of its own rectangle takes this share of the slot's area; thinner ones
# get more, heavier ones less, so that a hairline wordmark and a solid disc weigh the same.
REFERENCE_SHARE = 0.35
REFERENCE_INK = 0.5
MIN_INK = 0.04  # below this a rule or a dot would ask for more than any slot has


def place_logo(
    logo: LogoImage,
    box: Box,
    *,
    clear_space: float,
    align: str = "center",
    min_side: float | None = None,
    direction: Literal["ltr", "rtl"] = "ltr",
) -> Box:
    """The logo's rectangle (x, y, w, h) inside `box`, in the box's unit, aspect ratio kept.

    `clear_space` is a share of the logo's height kept free on all four sides, inside the box.
    `align` is start, left, center, right or end; `direction` turns start and end around.
    `min_side` is in the box's unit: what the longer side of the drawn logo must measure at least, so that a tall
    mark is as welcome as a wide one. The logo is enlarged to it where the box allows.

    RenderError `logo.too_small` (measured, needed, box_needed) where the box does not allow it,
    `logo.box_empty` where the box has no area.
    """
    x, y, box_width, box_height = box
    if box_width <= 0 or box_height <= 0:
        raise RenderError("logo.box_empty", "The logo's slot has no area; give it a width and a height.", box=list(box))
    aspect = logo.width / logo.height
    largest = min(box_width / (aspect + 2 * clear_space), box_height / (1 + 2 * clear_space))
    area = REFERENCE_SHARE * box_width * box_height * sqrt(REFERENCE_INK / max(logo.ink_share, MIN_INK))
    height = min(largest, sqrt(area / aspect))
    longer = max(aspect, 1.0)  # of the logo's height
    if min_side is not None and height * longer < min_side:
        height = min(largest, min_side / longer)
        if height * longer < min_side * (1 - 1e-9):
            raise _too_small(height * longer, min_side, aspect, clear_space)
    width, margin = height * aspect, height * clear_space
    side = _side(align, direction)
    if side == "left":
        left = x + margin
    elif side == "right":
        left = x + box_width - margin - width
    else:
        left = x + (box_width - width) / 2
    return (left, y + (box_height - height) / 2, width, height)


def _side(align: str, direction: str) -> str:
    if align in {"start", "end"}:
        return "left" if (align == "start") == (direction == "ltr") else "right"
    return align


def _too_small(measured: float, needed: float, aspect: float, clear_space: float) -> RenderError:
    needed_height = needed / max(aspect, 1.0)
    box_needed = (needed_height * (aspect + 2 * clear_space), needed_height * (1 + 2 * clear_space))
    shown, extreme = ("wide", "wide") if aspect >= 1 else ("high", "tall")
    return RenderError(
        "logo.too_small",
        f"The logo would be {measured:.1f} {shown} in this slot; it needs at least {needed:.1f}. "
        f"Make the slot at least {box_needed[0]:.1f} × {box_needed[1]:.1f}, or use a less {extreme} form of the logo.",
        measured=round(measured, 2),
        needed=round(needed, 2),
        box_needed=[ceil(side * 100) / 100 for side in box_needed],  # never less than what fits
    )


PLATE_MARGIN = 0.35  # of the logo's height, on every side


def plate_around(placed: Box, slot: Box) -> Box:
    """The plate under a placed logo: the logo and a margin, inside the slot."""
    x, y, width, height = placed
    margin = height * PLATE_MARGIN
    left, top = max(slot[0], x - margin), max(slot[1], y - margin)
    right, bottom = min(slot[0] + slot[2], x + width + margin), min(slot[1] + slot[3], y + height + margin)
    return left, top, right - left, bottom - top
