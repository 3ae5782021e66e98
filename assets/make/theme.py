"""What distinguishes one campaign's look from the other's: colours, headline face, mark, art and icons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assets.make.svg import Board, group

Art = Callable[[float, float, str, bool], Board]
MARKS = Path(__file__).parent / "marks"


@dataclass(frozen=True, slots=True)
class Theme:
    """One campaign's look. `hero`, `band` draw art for a size in millimetres; icons are on a 24-unit grid.

    Art takes (width, height, id prefix, mirror); when mirrored it only counter-flips lettering,
    the caller flips the whole.
    """

    slug: str
    mark: str
    deep: str
    tone: str
    accent: str
    tint: str
    hair: str
    headline_font: str
    foot: str
    hero: Art
    band: Art
    benefit_icons: tuple[list[str], list[str], list[str]]
    step_icons: tuple[list[str], list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A vendor's mark as drawing elements with its size."""

    elements: list[str]
    width: float
    height: float

    def placed(self, *, height: float, x: float | None = None, right: float | None = None, y: float = 0) -> str:
        """The mark `height` high, its left edge at `x` or its right edge at `right`, top at `y`."""
        scale = height / self.height
        left = x if x is not None else (right or 0) - self.width * scale
        return group(self.elements, x=left, y=y, scale=scale)


def mark(name: str, ground: str) -> Mark:
    """The vendor mark `name` for a `light` or `dark` ground."""
    source = (MARKS / f"{name}-{ground}.svg").read_text("utf-8")
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', source)
    assert found  # noqa: S101 - the marks are ours
    body = re.sub(r"<title>.*?</title>", "", source.split(">", 1)[1]).removesuffix("</svg>\n")
    return Mark([body], float(found[1]), float(found[2]))
