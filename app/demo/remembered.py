"""What the demo said when all of it was there, so that a later start says it again without loading the product.

It is believed only while the plan, the kits, the demo's own code, the schema, the launches and the files are the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

_CHECK = (
    "SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),"
    " (SELECT count(*) FROM launch WHERE id = ANY(%s) AND state NOT IN ('draft', 'rendering', 'failed'))"
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The note of one installation's demo: `sources` are the files and folders it is made from."""

    path: Path
    sources: Sequence[Path]
    database_url: str
    pieces: Path

    def lines(self) -> list[str] | None:
        """What to say, or None where anything is not as it was. Never raises for a note or a database gone bad."""
        try:
            known = json.loads(self.path.read_text("utf-8"))
            lines, launches = [str(line) for line in known["lines"]], [UUID(one) for one in known["launches"]]
            same = known["digest"] == self._digest() and known["files"] == self._files()
            return lines if same and self._state(launches) == [known["schema"], len(launches)] else None
        except (OSError, ValueError, KeyError, TypeError, psycopg.Error):
            return None

    def write(self, lines: Iterable[str], launches: Sequence[UUID]) -> None:
        """Note it, readable by the owner only, since the passwords of the demo are in it."""
        note = {
            "lines": list(lines),
            "launches": [str(one) for one in launches],
            "digest": self._digest(),
            "files": self._files(),
            "schema": self._state(launches)[0],
        }
        fresh = self.path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(note, file)
        fresh.replace(self.path)

    def _digest(self) -> str:
        """Of names, sizes and times of everything the demo is made from."""
        seen = hashlib.sha256()
        for source in self.sources:
            for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
                if path.is_file() and path.suffix != ".pyc":
                    known = path.stat()
                    seen.update(f"{path}\0{known.st_size}\0{known.st_mtime_ns}\n".encode())
        return seen.hexdigest()

    def _files(self) -> int:
        return sum(1 for path in self.pieces.rglob("*") if path.is_file())

    def _state(self, launches: Sequence[UUID]) -> list[object]:
        plain = self.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(plain, connect_timeout=5) as connection:
            return list(connection.execute(_CHECK, [list(launches)]).fetchone() or ())
