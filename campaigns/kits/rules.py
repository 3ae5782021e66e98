"""Pure rules of kits: what may be launched when, who sees what, and stored problems as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from campaigns.core.problems import Problem

EXTENSIONS = (
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".svg",
    ".mjml",
    ".html",
    ".txt",
    ".po",
    ".toml",
    ".json",
    ".md",
)


@dataclass(frozen=True, slots=True)
class VersionRef:
    """What other contexts need to know of a kit version; never changes except `state`."""

    id: UUID
    kit_id: UUID
    programme_id: UUID
    slug: str
    title: str
    number: int
    label: str
    digest: str
    archive_key: str
    state: str
    valid_from: date | None
    valid_until: date | None

    def in_season(self, on: date) -> bool:
        """True if the kit's own dates allow a launch on that day."""
        return (self.valid_from is None or self.valid_from <= on) and not self.expired(on)

    def expired(self, on: date) -> bool:
        """True once the last valid day is over."""
        return self.valid_until is not None and self.valid_until < on


def day(text: str | None) -> date | None:
    """An ISO date of the JSON manifest."""
    return date.fromisoformat(text) if text else None


def problem_of(stored: Mapping[str, Any]) -> Problem:
    """The value of a stored problem."""
    return Problem(
        code=stored["code"],
        message=stored["message"],
        severity=stored.get("severity", "error"),
        path=stored.get("path"),
        line=stored.get("line"),
        asset=stored.get("asset"),
        slot=stored.get("slot"),
        locale=stored.get("locale"),
        params=dict(stored.get("params") or {}),
    )


def errors_among(problems: Sequence[Mapping[str, Any]]) -> int:
    """How many stored problems forbid publishing."""
    return sum(1 for item in problems if item.get("severity", "error") == "error")
