"""Collects the slots of one layout and writes it as JSON; mirrors a layout for right-to-left copy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

MIRRORED_ALIGN = {"start": "right", "end": "left", "left": "right", "right": "left", "center": "center"}


@dataclass
class Sheet:
    """The slots of one layout. `width` is the page's width in `unit`; `mirror` turns it for right-to-left copy."""

    unit: str
    width: float
    mirror: bool = False
    slots: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, slot_id: str, kind: str, box: tuple[float, float, float, float], value: str = "", **options: Any
    ) -> None:
        """Add one slot; `box` in reading direction, options as the layout schema names them."""
        x, y, w, h = box
        align = options.pop("align", "start")
        if self.mirror:
            x = self.width - x - w
            align = MIRRORED_ALIGN[align]
        digits = 1 if self.unit == "mm" else 0
        slot: dict[str, Any] = {"id": slot_id, "type": kind, "page": options.pop("page", 1)}
        slot["box"] = [round(n, digits) if digits else round(n) for n in (x, y, w, h)]
        if value:
            slot["value"] = value
        if kind in {"text", "logo"}:
            slot["align"] = align
        slot |= {key: val for key, val in options.items() if val is not None}
        self.slots.append(slot)

    def text(
        self, slot_id: str, box: tuple[float, float, float, float], value: str, size: float, **options: Any
    ) -> None:
        """A text slot; copy of the vendor is locked in position and style."""
        options.setdefault("min_size", round(size * 0.72, 1))
        options.setdefault("locks", ["position", "style"])
        self.add(slot_id, "text", box, value, size=size, **options)

    def json(self) -> str:
        """The layout as the kit holds it: one slot a line."""
        rows = ",\n".join("    " + json.dumps(slot, ensure_ascii=False) for slot in self.slots)
        return f'{{\n  "schema": 1,\n  "unit": "{self.unit}",\n  "slots": [\n{rows}\n  ]\n}}\n'
