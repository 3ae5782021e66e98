"""A CRM that is a file: changes are rows of a CSV, pushed events are lines of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from campaigns.core.csv_guard import csv_lines
from campaigns.core.csv_reading import read_csv, rows_of
from campaigns.core.errors import invalid
from campaigns.integrations.port import Told

NEEDED = ("at", "type", "external_id")
COLUMNS = ("time", "type", "id", "reference", "state", "stage", "amount_minor", "currency")


class CsvCrm:
    """`CrmPort` over a file's bytes; what is pushed is given back by `written`.

    Columns `at` (an instant with its offset), `type`, `external_id` and any members of a change; an empty cell is an
    absent member, `direct` is true or false.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pushed: list[dict[str, Any]] = []

    def changes(self, since: datetime | None) -> Iterator[Told]:
        """The rows at `since` or later, the oldest first. `crm_csv.header`, `crm_csv.row` (with its line)."""
        told: list[Told] = []
        names: list[str] = []
        for row in rows_of(read_csv(self._data)):
            if row.fault:
                raise invalid("crm_csv.row", f"Line {row.line} cannot be read.", line=row.line)
            cells = [cell.strip() for cell in row.cells]
            if not names:
                names = [cell.lower() for cell in cells]
                if not set(NEEDED) <= set(names) or len(set(names)) < len(names):
                    raise invalid("crm_csv.header", f"The first line needs {', '.join(NEEDED)}, each column once.")
                continue
            if len(cells) > len(names):
                raise invalid("crm_csv.row", f"Line {row.line} has more cells than the first.", line=row.line)
            told.append(_told(dict(zip(names, cells, strict=False)), row.line))
        return iter(sorted((one for one in told if since is None or one.at >= since), key=lambda one: one.at))

    def push(self, event: dict[str, Any]) -> None:
        """Remember an event for `written`."""
        self._pushed.append(event)

    def written(self) -> str:
        """The pushed events as CSV, no cell a formula."""
        rows = ([event.get(name, event["data"].get(name, "")) for name in COLUMNS] for event in self._pushed)
        return "".join(csv_lines(COLUMNS, rows))


def _told(cells: dict[str, str], line: int) -> Told:
    try:
        at = datetime.fromisoformat(cells.pop("at", ""))
        if at.tzinfo is None:
            raise ValueError
        instant = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid("crm_csv.row", f"Line {line}: at must be an instant with its offset.", line=line) from error
    return Told(
        instant,
        {"type": cells.pop("type", ""), "data": {name: _value(name, text) for name, text in cells.items() if text}},
    )


def _value(name: str, text: str) -> str | bool:
    return {"true": True, "false": False}.get(text.lower(), text) if name == "direct" else text
