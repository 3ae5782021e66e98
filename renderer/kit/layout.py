"""A layout: the slots of one PDF or picture. The parser checks against assets/schemas/layout.v1.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SlotType = Literal["logo", "text", "image", "qr", "rule", "box"]
Unit = Literal["mm", "px"]
Overflow = Literal["fail", "shrink", "truncate"]
Align = Literal["start", "center", "end", "left", "right"]
VAlign = Literal["top", "middle", "bottom"]
SlotGround = Literal["light", "dark", "auto"]
Lock = Literal["position", "style", "content"]
FontName = Literal["sans", "sans-bold", "serif", "serif-bold"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that a brand fills.

    `box` is (x, y, w, h) in the layout's unit from the top left of the page as displayed.
    `size`, `min_size` are points in a PDF and pixels in a picture; `line_height` multiplies size.
    `colour` is `#rrggbb` or one of `brand.primary`, `brand.secondary`, `brand.on_primary`,
    `brand.on_secondary`. `value` is the unresolved Jinja source. `start` and `end` follow the
    direction of the resolved text. `overflow`: `shrink` goes down to `min_size`, wrapping inside
    the box, then fails; `truncate` ends with an ellipsis and a warning; `fail` fails at once.
    """

    id: str
    type: SlotType
    box: tuple[float, float, float, float]
    page: int = 1
    value: str = ""
    font: FontName = "sans"
    size: float = 10.0
    min_size: float = 6.0
    line_height: float = 1.25
    colour: str = "#14201b"
    align: Align = "start"
    valign: VAlign = "top"
    ground: SlotGround = "light"
    overflow: Overflow = "shrink"
    locks: frozenset[Lock] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of one source; ids are unique within it."""

    unit: Unit
    slots: tuple[Slot, ...]
    path: str = ""
    schema: int = 1
    unit_line: int = 1  # where `unit` stands in the file
