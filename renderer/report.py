"""Problems and reports: what a check or a render has to say, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, where it is, and how to mend it.

    `path` is the file inside the kit (POSIX), `line` counts from 1, both None where they do not
    apply; `slot`, `asset` and `locale` name what is concerned. `params` carry the measured values.
    """

    code: str
    message: str
    severity: Severity = "error"
    path: str | None = None
    line: int | None = None
    asset: str | None = None
    slot: str | None = None
    locale: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping without empty members."""
        full = {
            "code": self.code,
            "message": self.message,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "asset": self.asset,
            "slot": self.slot,
            "locale": self.locale,
            "params": self.params or None,
        }
        return {key: value for key, value in full.items() if value is not None}


def has_errors(problems: Iterable[Problem]) -> bool:
    """True if any problem forbids going on."""
    return any(problem.severity == "error" for problem in problems)
