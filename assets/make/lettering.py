"""Words as outlines: shapes a line with HarfBuzz and returns its SVG path, so that no logo needs a font."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

from assets.make.svg import num


@dataclass(frozen=True, slots=True)
class Lettering:
    """Outlines of one line with its baseline at (0, 0), y down; `width` is the advance, `box` the ink."""

    d: str
    width: float
    box: tuple[float, float, float, float]


class _Pen:
    """Takes HarfBuzz outlines at an offset and scale and writes SVG path data."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.dx = 0.0
        self.dy = 0.0
        self.out: list[str] = []
        self.xs: list[float] = []
        self.ys: list[float] = []

    def _at(self, *points: float) -> str:
        shown = []
        for x, y in zip(points[::2], points[1::2], strict=True):
            px, py = (x + self.dx) * self.scale, -(y + self.dy) * self.scale
            self.xs.append(px)
            self.ys.append(py)
            shown.append(f"{num(px)} {num(py)}")
        return " ".join(shown)


def outline(text: str, font: Path, size: float, *, tracking: float = 0.0, direction: str | None = None) -> Lettering:
    """Shape `text` in the face at `font`. `size` and `tracking` in user units; `direction` is ltr or rtl."""
    face = hb.Face(font.read_bytes())
    shaped = hb.Font(face)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    if direction:
        buffer.direction = direction
    hb.shape(shaped, buffer)
    pen = _Pen(size / face.upem)
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, p: p.out.append("M" + p._at(x, y)))
    funcs.set_line_to_func(lambda x, y, p: p.out.append("L" + p._at(x, y)))
    funcs.set_quadratic_to_func(lambda a, b, x, y, p: p.out.append("Q" + p._at(a, b, x, y)))
    funcs.set_cubic_to_func(lambda a, b, c, d, x, y, p: p.out.append("C" + p._at(a, b, c, d, x, y)))
    funcs.set_close_path_func(lambda p: p.out.append("Z"))
    cursor = 0.0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen.dx, pen.dy = cursor + place.x_offset, place.y_offset
        shaped.draw_glyph(info.codepoint, funcs, pen)
        cursor += place.x_advance + tracking / pen.scale
    box = (min(pen.xs), min(pen.ys), max(pen.xs) - min(pen.xs), max(pen.ys) - min(pen.ys))
    return Lettering("".join(pen.out), cursor * pen.scale, box)
