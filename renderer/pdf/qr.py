"""A QR code as vector rectangles: one path, with its quiet zone."""

from __future__ import annotations

import segno

from renderer.errors import RenderError
from renderer.logo.contrast import contrast_ratio, parse_colour
from renderer.pdf.qrmatrix import qr_matrix
from renderer.pdf.units import POINTS_PER_MM, number, numbers
from renderer.report import Problem
from renderer.spec import FilledSlot

QUIET = 4  # modules, ISO/IEC 18004
MIN_MODULE_MM = 0.33  # what phones read in print at arm's length
MIN_CONTRAST = 4.0


def draw_qr(filled: FilledSlot) -> tuple[bytes, tuple[Problem, ...]]:
    """Operators in points from the page's top left, y up; a white ground under it where the slot is dark.

    Raises RenderError `qr.empty`, `qr.too_long`, `qr.module_too_small` (measured, needed, box_needed in mm).
    """
    slot = filled.slot
    if not filled.url:
        raise RenderError("qr.empty", f"The QR code of slot {slot.id} has no address: give it a value", slot=slot.id)
    try:
        rows = qr_matrix(filled.url)
    except segno.DataOverflowError as error:
        message = f"The address of slot {slot.id} is too long for a QR code: use a short link"
        raise RenderError("qr.too_long", message, slot=slot.id, length=len(filled.url)) from error
    count = len(rows) + 2 * QUIET
    x, y, width, height = slot.box
    side = min(width, height)
    module = side / count
    if module < MIN_MODULE_MM:
        needed = MIN_MODULE_MM * count
        raise RenderError(
            "qr.module_too_small",
            f"The QR code of slot {slot.id} would have modules of {module:.2f} mm; {MIN_MODULE_MM} mm are needed: "
            f"make the slot at least {needed:.1f} mm wide and high, or the address shorter",
            slot=slot.id,
            measured=round(module, 3),
            needed=MIN_MODULE_MM,
            box_needed=round(needed, 1),
        )
    colour, warnings = filled.colour, []
    measured = contrast_ratio(colour, "#ffffff")
    if measured < MIN_CONTRAST:
        message = f"{colour} has a contrast of {measured:.1f} on white, a QR code needs {MIN_CONTRAST}: it is black"
        warnings.append(Problem("qr.contrast", message, "warning", slot=slot.id, params={"measured": measured}))
        colour = "#000000"
    left, top = x + (width - side) / 2, y + (height - side) / 2
    unit = module * POINTS_PER_MM
    matrix = numbers(unit, 0, 0, -unit, left * POINTS_PER_MM, -top * POINTS_PER_MM)
    parts = [b"q %s cm" % matrix]
    if slot.ground == "dark":
        parts.append(b"1 1 1 rg 0 0 %d %d re f" % (count, count))
    parts += [fill_colour(colour), *_rectangles(rows), b"f Q"]
    return b"\n".join(parts), tuple(warnings)


def _rectangles(rows: list[bytes]) -> list[bytes]:
    """One rectangle per run of dark modules, the same run in following rows drawn as one."""
    found: dict[tuple[int, int], list[int]] = {}
    rectangles: list[tuple[int, int, int, int]] = []
    for y, row in enumerate([*rows, b""]):
        current: dict[tuple[int, int], list[int]] = {}
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                current[(x, end)] = found.pop((x, end), [y])
            x = max(end, x + 1)
        rectangles += [(x0, start[0], x1 - x0, y - start[0]) for (x0, x1), start in found.items()]
        found = current
    return [b"%d %d %d %d re" % (x + QUIET, y + QUIET, w, h) for x, y, w, h in sorted(rectangles)]


def fill_colour(colour: str) -> bytes:
    """The operator that sets `#rrggbb` for filling."""
    return " ".join(number(channel / 255) for channel in parse_colour(colour)).encode() + b" rg"
