"""Fitted text as content stream operators: one TJ array per run, each cluster one code with its own text."""

from __future__ import annotations

from unicodedata import bidirectional, category

from renderer.pdf.fonts import FontUse, Part, Shape
from renderer.pdf.units import number, numbers
from renderer.text.fit import FittedText
from renderer.text.fonts import Face
from renderer.text.runs import is_ignorable
from renderer.text.shaping import GlyphRun

_RLM = "\u200f"
_KEPT = frozenset("\u200c\u200d")  # joiners change what a word is


class FontPalette:
    """The fonts of an overlay by name: F0, F1, … in order of first use."""

    def __init__(self) -> None:
        self.uses: dict[str, FontUse] = {}

    def use(self, face: Face) -> tuple[bytes, FontUse]:
        """The resource name and the use of a face."""
        use = self.uses.setdefault(face.id, FontUse(face))
        return b"F%d" % list(self.uses).index(face.id), use


def draw_text(fitted: FittedText, x: float, y: float, palette: FontPalette) -> bytes:
    """Operators that draw the text with its box's top left at (x, y), y up, in points. The colour is set before."""
    # Runs go as they are read: some readers follow the file's order, the others the places.
    parts = [_run(run, x, y, palette) for line in fitted.lines for run in sorted(line.runs, key=lambda run: run.start)]
    return b"BT\n%s\nET\n" % b"\n".join(parts) if parts else b""


def _run(run: GlyphRun, x: float, y: float, palette: FontPalette) -> bytes:
    name, use = palette.use(run.face)
    array: list[bytes] = []  # strings and gaps in turn; a string is kept open while it grows
    grow, place = False, 0.0
    for shape, text, start in cluster_shapes(run):
        gap = (place - start) * 1000 / run.size
        if abs(gap) > 0.01:
            array.append(number(gap).encode())
            place, grow = start, False
        code = b"%04X" % use.cid(shape, text)
        if grow:
            array[-1] = array[-1][:-1] + code + b">"
        else:
            array.append(b"<" + code + b">")
            grow = True
        place += use.width(shape) / 1000 * run.size
    matrix = numbers(1, 0, 0, 1, x + run.x, y - run.y)
    return b"/%s %s Tf %s Tm [%s]TJ" % (name, number(run.size).encode(), matrix, b"".join(array))


def cluster_shapes(run: GlyphRun) -> list[tuple[Shape, str, float]]:
    """The clusters of a run from left to right: shape in font units, text, and where it starts.

    A right-to-left run that begins with a space or punctuation says so by a mark: poppler and
    PDFium would else take that character into a left-to-right run beside it.
    """
    starts = sorted({glyph.cluster for glyph in run.glyphs})
    ends = dict(zip(starts, [*starts[1:], len(run.text)], strict=True))
    scale = run.face.upem / run.size
    shapes: list[tuple[Shape, str, float]] = []
    pen, at = 0.0, 0
    while at < len(run.glyphs):
        cluster = run.glyphs[at].cluster
        parts: list[Part] = []
        origin = pen
        while at < len(run.glyphs) and run.glyphs[at].cluster == cluster:
            glyph = run.glyphs[at]
            parts.append((glyph.gid, round((glyph.x - origin) * scale), round(-glyph.y * scale)))
            pen += glyph.advance
            at += 1
        text = "".join(char for char in run.text[cluster : ends[cluster]] if not is_ignorable(char) or char in _KEPT)
        if run.rtl and len(text) > 1:
            marks, text = _take_marks(run.face, parts, text)
            shapes += [(((part,), 0), mark, origin) for part, mark in marks]
        if run.rtl and run.start and cluster == 0 and bidirectional(text[:1] or "R") not in ("R", "AL", "NSM"):
            text += _RLM
        shapes.append(((tuple(parts), round((pen - origin) * scale)), text, origin))
    return shapes


def _take_marks(face: Face, parts: list[Part], text: str) -> tuple[list[tuple[Part, str]], str]:
    """Takes vowel signs out of a right-to-left cluster: readers turn such text around code by code."""
    taken: list[tuple[Part, str]] = []
    for mark in [char for char in reversed(text) if category(char) == "Mn"]:
        gid = face.hb_font.get_nominal_glyph(ord(mark))
        own = next((part for part in parts if part[0] == gid), None)
        if own is not None and len(parts) > 1:
            parts.remove(own)
            text = text.replace(mark, "", 1)
            taken.append((own, mark))
    return taken, text
