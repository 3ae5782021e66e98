"""A filled text slot to placed glyphs inside its box: wrapping, alignment and the overflow policy."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from renderer.errors import RenderError
from renderer.kit.layout import Slot
from renderer.report import Problem
from renderer.spec import FilledSlot, direction
from renderer.text.bidi import base_level
from renderer.text.fonts import Face, FontBook
from renderer.text.linebreak import break_points
from renderer.text.runs import clusters
from renderer.text.shaping import Base, GlyphRun, Paragraph, clean_text

STEP = 0.25  # sizes tried between size and min_size
TOLERANCE = 0.01  # of the size: what rounding may add to a width
ELLIPSIS = "…"
_WELL_FILLED = 0.55  # of the width: what a line keeps that gives a word to the last one
_NUMBER = re.compile(r"\+?[0-9(][0-9 ()./\u00a0\u202f\u2011-]{5,}[0-9]")
_HANGING = " \u3000\u200b\u2002\u2003\u2009\u200a"


@dataclass(frozen=True, slots=True)
class FittedLine:
    """A line whose runs are already at their place: x and baseline from the box's top left."""

    text: str
    x: float
    baseline: float
    width: float
    direction: Base
    runs: tuple[GlyphRun, ...]


@dataclass(frozen=True, slots=True)
class FittedText:
    """Text that fits its box. All measures in the unit of the size (points or pixels), y down."""

    slot_id: str
    size: float
    width: float
    height: float
    lines: tuple[FittedLine, ...]
    colour: str
    warnings: tuple[Problem, ...] = ()

    @property
    def runs(self) -> tuple[GlyphRun, ...]:
        """Every run of every line, in visual order."""
        return tuple(run for line in self.lines for run in line.runs)


def isolate_numbers(text: str) -> str:
    """Wraps phone-like numbers in right-to-left text in isolates, so that their groups keep their order."""
    return _NUMBER.sub("\u2066\\g<0>\u2069", text) if base_level(text) else text


class _Measured:
    """A paragraph with the offset of every character in ems, so that each size is one division."""

    def __init__(self, text: str, chain: tuple[Face, ...], locale: str) -> None:
        spoken = any(char.isalpha() for char in text)
        # Figures alone (a phone number) read left to right, but stand on the language's side.
        self.paragraph = Paragraph(isolate_numbers(text), chain, locale, None if spoken else "ltr")
        self.side = self.paragraph.direction if spoken else direction(locale)
        self.locale = locale
        text = self.paragraph.text
        self.offsets = [0.0] * (len(text) + 1)
        own = [0.0] * len(text)
        for run in self.paragraph.shape(0, len(text), 1.0)[0]:
            for glyph in run.glyphs:
                own[run.start + glyph.cluster] += glyph.advance
        for at, advance in enumerate(own):
            self.offsets[at + 1] = self.offsets[at] + advance

    @cached_property
    def candidates(self) -> tuple[list[int], ...]:
        """Break points to try in turn: by phrase, and where that differs, the finer ones."""
        text = self.paragraph.text
        coarse = break_points(text, self.locale, phrases=True)
        fine = break_points(text, self.locale, phrases=False)
        return (coarse,) if coarse == fine else (coarse, fine)

    def trimmed(self, start: int, end: int) -> int:
        """The end of text[start:end] without the spaces that hang over the line's end."""
        while end > start and self.paragraph.text[end - 1] in _HANGING:
            end -= 1
        return end

    def wrap(self, limit: float, lines: int = 0) -> list[tuple[int, int]] | None:
        """Lines no wider than `limit` ems; None if a piece between two break points is wider.

        By phrases if that costs no line or no more than `lines` come of it, else the fewest lines.
        No word stands alone on the last line where the line before can spare another.
        """
        found = [(broken, points) for points in self.candidates if (broken := self._greedy(points, limit)) is not None]
        if not found:
            return None
        fewest = min(found, key=lambda pair: len(pair[0]))
        kept = next((pair for pair in found if len(pair[0]) <= lines), fewest)
        return self._accompanied(*kept, limit)

    def _accompanied(self, lines: list[tuple[int, int]], points: list[int], limit: float) -> list[tuple[int, int]]:
        """The lines, a word brought down to a last line that had only one, if the line before stays well filled."""
        if len(lines) < 2 or any(lines[-1][0] < point < lines[-1][1] for point in points):
            return lines
        (start, _), (last, end) = lines[-2:]
        cut = max((point for point in points if start < point < last), default=start)
        width = self.offsets[self.trimmed(start, cut)] - self.offsets[start]
        if width < limit * _WELL_FILLED or self._wide(cut, end, limit):
            return lines
        return [*lines[:-2], (start, cut), (cut, end)]

    def _greedy(self, points: list[int], limit: float) -> list[tuple[int, int]] | None:
        lines: list[tuple[int, int]] = []
        start, best = 0, 0
        for point in [*points, len(self.paragraph.text)]:
            if self._wide(start, point, limit):
                if not best:
                    return None
                lines.append((start, best))
                start, best = best, 0
                if self._wide(start, point, limit):
                    return None
            best = point
        lines.append((start, len(self.paragraph.text)))
        return lines

    def _wide(self, start: int, end: int, limit: float) -> bool:
        stop = self.trimmed(start, end)
        hyphen = (
            0.33
            if stop > start and stop < len(self.paragraph.text) and self.paragraph.text[stop - 1] == "\u00ad"
            else 0.0
        )
        return self.offsets[stop] - self.offsets[start] + hyphen > limit + TOLERANCE

    def widest(self) -> float:
        """The width in ems of what cannot be broken."""
        edges = [0, *self.candidates[-1], len(self.paragraph.text)]
        return max(self.offsets[self.trimmed(a, b)] - self.offsets[a] for a, b in pairwise(edges))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What fitting needs to know of a slot, in the unit of the size."""

    slot: Slot
    width: float
    height: float
    chain: tuple[Face, ...]
    locale: str

    def allowed(self, size: float) -> int:
        """How many lines fit: the first takes its em, each other a line height."""
        if size > self.height + TOLERANCE * size:
            return 0
        return 1 + int((self.height - size) / (size * self.slot.line_height) + TOLERANCE)


def fit_text(filled: FilledSlot, fonts: FontBook, locale: str, *, unit_per_size: float) -> FittedText:
    """Fits a text slot's value into its box.

    `unit_per_size` is how many layout units one unit of size is: 25.4 / 72 for a PDF (mm and
    points), 1 for a picture. A first line takes one em of height, each further `line_height` em.
    Raises RenderError `text.overflow` (params: slot, needed_width, needed_height, width, height,
    in layout units), `text.glyph_missing`, `text.invalid`.
    """
    slot = filled.slot
    text, warnings = clean_text(filled.text, slot.id)
    text = "\n".join(part.strip(_HANGING) for part in text.strip("\n").split("\n"))
    frame = _Frame(
        slot, slot.box[2] / unit_per_size, slot.box[3] / unit_per_size, fonts.chain(slot.font, locale), locale
    )
    try:
        paragraphs = [_Measured(part, frame.chain, locale) for part in text.split("\n")] if text else []
    except RenderError as error:
        raise RenderError(error.code, error.message, **{**error.params, "slot": slot.id}) from error
    if not paragraphs:
        return FittedText(slot.id, slot.size, frame.width, frame.height, (), filled.colour, warnings)
    found = _largest(paragraphs, frame, _sizes(slot) if slot.overflow == "shrink" else [slot.size])
    if found is not None:
        return _placed(found[1], frame, found[0], filled.colour, warnings)
    if slot.overflow == "truncate":
        lines, problem = _truncate(paragraphs, frame, slot.size, unit_per_size)
        return _placed(lines, frame, slot.size, filled.colour, (*warnings, problem))
    raise _overflow(paragraphs, frame, unit_per_size)


def _sizes(slot: Slot) -> list[float]:
    steps = math.ceil(max(0.0, slot.size - slot.min_size) / STEP - 1e-9)
    return [max(slot.min_size, slot.size - STEP * step) for step in range(steps + 1)]


_Line = tuple[_Measured, int, int]


def _largest(paragraphs: list[_Measured], frame: _Frame, sizes: list[float]) -> tuple[float, list[_Line]] | None:
    """Binary search: what fits at one size fits at every smaller one, since outlines scale linearly."""
    best: tuple[float, list[_Line]] | None = None
    low, high = 0, len(sizes)
    while low < high:
        middle = (low + high) // 2 if best or low else 0  # most text fits at once
        lines = _attempt(paragraphs, frame, sizes[middle])
        if lines is None:
            low = middle + 1
        else:
            best, high = (sizes[middle], lines), middle
    return best


def _attempt(paragraphs: list[_Measured], frame: _Frame, size: float) -> list[_Line] | None:
    allowed = frame.allowed(size)
    lines: list[_Line] = []
    for measured in paragraphs:
        wrapped = measured.wrap(frame.width / size, allowed - len(lines) if len(paragraphs) == 1 else 0)
        if wrapped is None or len(lines) + len(wrapped) > allowed:
            return None
        lines.extend((measured, start, end) for start, end in wrapped)
    return lines


def _truncate(paragraphs: list[_Measured], frame: _Frame, size: float, unit: float) -> tuple[list[_Line], Problem]:
    """Whole lines as far as they go, then the last one cut at a cluster and ended by an ellipsis."""
    limit = frame.width / size
    lines: list[_Line] = []
    for measured in paragraphs:
        wrapped = measured.wrap(limit)
        lines.extend((measured, start, end) for start, end in wrapped or [(0, len(measured.paragraph.text))])
        if wrapped is None:  # a word wider than the box: it is cut, and what follows goes
            break
    kept = lines[: max(1, frame.allowed(size))]
    last, start, end = kept[-1]
    text = last.paragraph.text[start:end]
    for _, cut in reversed(clusters(text)):
        shown = _Measured(text[:cut].rstrip(_HANGING) + ELLIPSIS, frame.chain, frame.locale)
        if shown.offsets[-1] <= limit + TOLERANCE:
            kept[-1] = (shown, 0, len(shown.paragraph.text))
            break
    else:
        raise _overflow(paragraphs, frame, unit)
    message = f"The text of slot {frame.slot.id} was cut to {len(kept)} line(s): shorten it or enlarge the box"
    problem = Problem("text.truncated", message, "warning", slot=frame.slot.id, params={"lines": len(kept)})
    return kept, problem


def _placed(lines: list[_Line], frame: _Frame, size: float, colour: str, warnings: tuple[Problem, ...]) -> FittedText:
    slot, main = frame.slot, frame.chain[0]
    step = size * slot.line_height
    block = size + step * (len(lines) - 1)
    free = frame.height - block
    top = {"top": 0.0, "middle": free / 2, "bottom": free}[slot.valign]
    first = top + size * main.ascent / (main.ascent + main.descent)
    placed = []
    for at, (measured, start, end) in enumerate(lines):
        placed.append(_place_line(measured, start, end, frame, size, first + at * step))
    return FittedText(slot.id, size, frame.width, frame.height, tuple(placed), colour, warnings)


def _place_line(measured: _Measured, start: int, end: int, frame: _Frame, size: float, baseline: float) -> FittedLine:
    paragraph = measured.paragraph
    stop = measured.trimmed(start, end)
    if (
        stop < len(paragraph.text) and paragraph.text[stop - 1 : stop] == "\u00ad"
    ):  # a soft hyphen shows where it breaks
        paragraph = Paragraph(paragraph.text[start : stop - 1] + "-", frame.chain, frame.locale, paragraph.direction)
        start, stop = 0, len(paragraph.text)
    runs, width = paragraph.shape(start, stop, size)
    side = frame.slot.align
    if side in ("start", "end"):
        side = "left" if (side == "start") == (measured.side == "ltr") else "right"
    x = {"left": 0.0, "center": (frame.width - width) / 2, "right": frame.width - width}[side]
    moved = tuple(replace(run, x=run.x + x, y=baseline) for run in runs)
    return FittedLine(paragraph.text[start:stop], x, baseline, width, paragraph.direction, moved)


def _overflow(paragraphs: list[_Measured], frame: _Frame, unit: float) -> RenderError:
    slot = frame.slot
    size = slot.min_size if slot.overflow == "shrink" else slot.size
    needed_width = max(measured.widest() for measured in paragraphs) * size
    limit = max(frame.width, needed_width) / size
    count = sum(len(measured.wrap(limit) or [(0, 0)]) for measured in paragraphs)
    needed_height = size * (1 + (count - 1) * slot.line_height)
    name = "mm" if unit != 1 else "px"
    at = f"even at the least size {size:g}" if slot.overflow == "shrink" else f"at size {size:g}"
    measures = [
        f"{label} {needed * unit:.1f} {name} needed, {have * unit:.1f} {name} there"
        for label, needed, have in (("width", needed_width, frame.width), ("height", needed_height, frame.height))
        if needed > have + TOLERANCE * size
    ]
    return RenderError(
        "text.overflow",
        f"The text of slot {slot.id} does not fit {at}: {'; '.join(measures)}. Shorten it or enlarge the box",
        slot=slot.id,
        size=size,
        needed_width=round(needed_width * unit, 2),
        needed_height=round(needed_height * unit, 2),
        width=slot.box[2],
        height=slot.box[3],
    )
