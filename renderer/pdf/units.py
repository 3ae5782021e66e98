"""From what a reader sees to what a page stores: CropBox, /Rotate and UserUnit as one matrix."""

from __future__ import annotations

from dataclasses import dataclass

MM_PER_POINT = 25.4 / 72
POINTS_PER_MM = 72 / 25.4

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """The visible box in user space (x0 < x1, y0 < y1), the rotation (0, 90, 180, 270) and UserUnit."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotate: int = 0
    user_unit: float = 1.0

    @property
    def size_points(self) -> tuple[float, float]:
        """Width and height as displayed, in 1/72 inch."""
        width, height = (self.x1 - self.x0) * self.user_unit, (self.y1 - self.y0) * self.user_unit
        return (height, width) if self.rotate in (90, 270) else (width, height)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height as displayed, in millimetres."""
        width, height = self.size_points
        return width * MM_PER_POINT, height * MM_PER_POINT

    @property
    def matrix(self) -> Matrix:
        """From displayed space (origin at the top left, y up and so negative, 1/72 inch) to user space.

        /Rotate turns the page clockwise when displayed (ISO 32000-1, table 30).
        """
        k = 1 / self.user_unit
        if self.rotate == 90:
            return 0.0, k, -k, 0.0, self.x0, self.y0
        if self.rotate == 180:
            return -k, 0.0, 0.0, -k, self.x1, self.y0
        if self.rotate == 270:
            return 0.0, -k, k, 0.0, self.x1, self.y1
        return k, 0.0, 0.0, k, self.x0, self.y1


def number(value: float) -> str:
    """A PDF number: at most five decimals, no exponent, no negative zero."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def numbers(*values: float) -> bytes:
    """Several numbers with spaces between."""
    return " ".join(number(value) for value in values).encode("ascii")
