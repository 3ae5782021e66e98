"""One line of text to positioned glyphs: bidi levels, font by coverage, HarfBuzz; independent of any output."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import uharfbuzz as hb

from renderer.errors import RenderError
from renderer.kit.layout import FontName
from renderer.report import Problem
from renderer.text.bidi import paragraph_levels, visual_runs
from renderer.text.fonts import Face, FontBook
from renderer.text.runs import assign_faces, missing_glyphs

Base = Literal["ltr", "rtl"]
_LINE_BREAKS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n"})


class Glyph(NamedTuple):
    """A glyph from its run's origin: x to the right, y down; `cluster` indexes the run's text."""

    gid: int
    x: float
    y: float
    advance: float
    cluster: int


@dataclass(frozen=True, slots=True)
class GlyphRun:
    """Glyphs of one face and direction, left to right. `text` is logical; `start` its place in the line.

    `x`, `y` are the origin on the baseline, y down, in the unit of `size`.
    """

    face: Face
    size: float
    x: float
    y: float
    width: float
    glyphs: tuple[Glyph, ...]
    text: str
    start: int
    rtl: bool


@dataclass(frozen=True, slots=True)
class ShapedLine:
    """A line's runs from left to right, the first at x = 0, the baseline at y = 0."""

    text: str
    runs: tuple[GlyphRun, ...]
    width: float
    direction: Base


class Paragraph:
    """Text without line breaks, with levels and faces resolved once; any stretch of it can be shaped."""

    def __init__(self, text: str, chain: tuple[Face, ...], locale: str, base: Base | None) -> None:
        self.text = text
        self.chain = chain
        self.locale = locale
        wanted = None if base is None else int(base == "rtl")
        self.level, self.levels = paragraph_levels(text, wanted)
        self.faces, self.scripts = assign_faces(text, chain)
        self._codepoints = [ord(char) for char in text]

    @property
    def direction(self) -> Base:
        """The base direction, given or found."""
        return "rtl" if self.level % 2 else "ltr"

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(start, end, level) of one face, script and level, from left to right."""
        for run_start, run_end, level in visual_runs(self.text, self.levels, self.level, start, end):
            inner = [at for at in range(run_start + 1, run_end) if self._differs(at)]
            edges = [run_start, *inner]
            parts = [(edge, stop, level) for edge, stop in zip(edges, [*edges[1:], run_end], strict=True)]
            yield from reversed(parts) if level % 2 else parts

    def _differs(self, at: int) -> bool:
        return self.faces[at] is not self.faces[at - 1] or self.scripts[at] != self.scripts[at - 1]

    def shape(self, start: int, end: int, size: float) -> tuple[list[GlyphRun], float]:
        """Runs and width of text[start:end] at a size. Raises RenderError `text.glyph_missing`."""
        runs: list[GlyphRun] = []
        pen = 0.0
        for run_start, run_end, level in self.stretches(start, end):
            run = self._shape(run_start, run_end, level % 2 == 1, size, pen, (start, end))
            if run.glyphs:
                runs.append(run)
            pen += run.width
        return runs, pen

    def _shape(self, start: int, end: int, rtl: bool, size: float, pen: float, line: tuple[int, int]) -> GlyphRun:
        face = self.faces[start]
        buffer = hb.Buffer()
        context = self._codepoints[line[0] : line[1]]  # joining looks across runs, not across lines
        buffer.add_codepoints(context, start - line[0], end - start)
        buffer.direction = "rtl" if rtl else "ltr"
        buffer.script = self.scripts[start]
        buffer.language = self.locale
        buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        hb.shape(face.hb_font, buffer)
        scale = size / face.upem
        glyphs: list[Glyph] = []
        x = 0.0
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            cluster = info.cluster + line[0] - start
            if not info.codepoint:
                raise missing_glyphs([self.text[start + cluster]])
            advance = position.x_advance * scale
            glyphs.append(
                Glyph(info.codepoint, x + position.x_offset * scale, -position.y_offset * scale, advance, cluster)
            )
            x += advance
        return GlyphRun(face, size, pen, 0.0, x, tuple(glyphs), self.text[start:end], start - line[0], rtl)


def clean_text(text: str, slot: str | None = None) -> tuple[str, tuple[Problem, ...]]:
    """Line breaks as \\n, tabs as spaces, control characters taken out with a warning.

    Raises RenderError `text.invalid` for lone surrogates and noncharacters.
    """
    text = text.replace("\r\n", "\n").translate(_LINE_BREAKS).replace("\t", " ")
    removed: dict[str, None] = {}
    kept: list[str] = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cs" or (ord(char) & 0xFFFE) == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
            raise RenderError(
                "text.invalid",
                f"The text holds U+{ord(char):04X}, which is no character: type the text anew",
                slot=slot,
                codepoint=ord(char),
            )
        if kind == "Cc" and char != "\n":
            removed[f"U+{ord(char):04X}"] = None
        else:
            kept.append(char)
    if not removed:
        return text, ()
    message = f"Control characters were taken out of the text: {', '.join(removed)}"
    problem = Problem("text.control_removed", message, "warning", slot=slot, params={"characters": list(removed)})
    return "".join(kept), (problem,)


def shape_line(
    text: str, font: FontName, size: float, fonts: FontBook, locale: str, base: Base | None = None
) -> ShapedLine:
    """One line, never broken. `base` None takes the direction of the first strong character.

    Raises RenderError `text.glyph_missing`, `text.invalid`.
    """
    cleaned = clean_text(text)[0].replace("\n", " ")
    paragraph = Paragraph(cleaned, fonts.chain(font, locale), locale, base)
    runs, width = paragraph.shape(0, len(cleaned), size)
    return ShapedLine(cleaned, tuple(runs), width, paragraph.direction)
