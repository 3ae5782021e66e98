"""The manifest of an export: what it is of, which tables and files it holds, the SHA-256 of each."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData

from campaigns.core.errors import DomainError, Kind
from campaigns.transfer.errors import damaged
from campaigns.transfer.folder import MANIFEST
from campaigns.transfer.scope import STAYS, columns, ordered

FORMAT = "throughline-export"
VERSION = 1
MOST_MANIFEST = 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST = 2**53


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A JSON Lines file: rows, bytes, SHA-256 in hexadecimal."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in `manifest.json`. `tables` is by table, in the order in which they are imported."""

    programme_id: UUID
    slug: str
    name: str
    passwords: bool
    schema: str
    tables: dict[str, FileEntry]
    objects: FileEntry

    def as_bytes(self) -> bytes:
        """The file; nothing in it depends on when it was written."""
        body = {
            "format": FORMAT,
            "version": VERSION,
            "schema": self.schema,
            "programme": {"id": str(self.programme_id), "slug": self.slug, "name": self.name},
            "passwords": self.passwords,
            "tables": [{"table": name} | asdict(entry) for name, entry in self.tables.items()],
            "objects": asdict(self.objects),
            "left_out": dict(STAYS),
        }
        return json.dumps(body, ensure_ascii=False, indent=2).encode() + b"\n"


def schema_digest(metadata: MetaData) -> str:
    """A short digest of every exported table's columns: two installations with the same one understand each other."""
    lines = [
        f"{table.name}.{name} {table.columns[name].type!r} {table.columns[name].nullable}"
        for table in ordered(metadata)
        for name in columns(table)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def read_manifest(data: bytes, metadata: MetaData) -> Manifest:
    """The manifest of an export this release can take.

    DomainError `transfer.damaged`, `transfer.version` for another format, `transfer.schema` for other tables.
    """
    try:
        body = json.loads(data.decode())
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise damaged(MANIFEST, "is not the manifest of an export")
        if type(body.get("version")) is not int or body["version"] != VERSION:
            message = f"This export has format {str(body.get('version'))[:20]}; this release reads format {VERSION}."
            raise DomainError("transfer.version", Kind.INVALID, message)
        if body["schema"] != schema_digest(metadata):
            message = (
                "This export was made by a release with other tables. Bring both installations to the same release,"
                " then export again."
            )
            raise DomainError("transfer.schema", Kind.INVALID, message)
        made = _manifest(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(MANIFEST, "is not the manifest of an export") from error
    if list(made.tables) != [table.name for table in ordered(metadata)]:
        raise damaged(MANIFEST, "does not list the tables of an export")
    return made


def _manifest(body: dict[str, Any]) -> Manifest:
    programme = body["programme"]
    if type(body["passwords"]) is not bool:
        raise TypeError
    return Manifest(
        programme_id=UUID(programme["id"]),
        slug=_text(programme["slug"]),
        name=_text(programme["name"]),
        passwords=body["passwords"],
        schema=_text(body["schema"]),
        tables={_text(entry["table"]): _entry(entry) for entry in body["tables"]},
        objects=_entry(body["objects"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _entry(entry: dict[str, Any]) -> FileEntry:
    rows, size, sha256 = entry["rows"], entry["bytes"], _text(entry["sha256"])
    if type(rows) is not int or type(size) is not int or not (0 <= rows <= size <= _MOST):
        raise ValueError
    if SHA256.fullmatch(sha256) is None:
        raise ValueError
    return FileEntry(rows, size, sha256)
