"""`throughline export`: one programme as a folder, read in one snapshot, streamed row by row and file by file."""

# ruff: noqa: S608 - the SQL is made of names of the models and of one parsed UUID

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Table, select, text
from sqlalchemy.orm import Session

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.transfer.codec import encode
from campaigns.transfer.folder import CHUNK, LISTING, MANIFEST, OBJECTS, TABLES, Target
from campaigns.transfer.manifest import FileEntry, Manifest, schema_digest
from campaigns.transfer.scope import FRAME, GOES, columns, in_hands, order_of, ordered

Told = Callable[[str, int, int], None]  # (what: a table or "objects", done, total)
BATCH = 500


def silent(what: str, done: int, total: int) -> None:
    """Tells nobody."""
    del what, done, total


@dataclass(frozen=True, slots=True)
class Transferred:
    """What went out or came in; `arrived_paused` launches wait for somebody to resume them."""

    programme: str
    rows: int
    objects: int
    bytes: int
    arrived_paused: int = 0


def long_transaction(session: Session) -> None:
    """A snapshot that nothing ends before its time; first thing in a transaction."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def export_programme(
    factory: UnitOfWorkFactory,
    storage: Storage,
    metadata: MetaData,
    programme_id: UUID,
    path: Path,
    *,
    passwords: bool = False,
    told: Told | None = None,
) -> Transferred:
    """Write everything of a programme to a new folder; the manifest comes last, so half an export is none.

    DomainError `transfer.path_taken`, `programme.not_found`, `transfer.object_missing`.
    """
    target = Target(path)
    try:
        with factory.reading() as session:
            return _Export(session, storage, metadata, programme_id, target, passwords, told or silent).run()
    except BaseException:
        for name in (TABLES, OBJECTS):
            shutil.rmtree(target.path / name, ignore_errors=True)
        for name in (LISTING, MANIFEST):
            (target.path / name).unlink(missing_ok=True)
        raise


class _Export:
    """One export; the session is one snapshot from the first statement on."""

    def __init__(
        self, session: Session, storage: Storage, metadata: MetaData, programme_id: UUID, target: Target,
        passwords: bool, told: Told,
    ) -> None:  # fmt: skip
        self.session, self.storage, self.metadata, self.target = session, storage, metadata, target
        self.programme_id = programme_id
        self.passwords, self.told = passwords, told

    def run(self) -> Transferred:
        long_transaction(self.session)
        programme = self.metadata.tables["programme"]
        row = self.session.execute(
            select(programme.c.slug, programme.c.name).where(programme.c.id == self.programme_id)
        ).one_or_none()
        if row is None:
            raise DomainError("programme.not_found", Kind.NOT_FOUND, "There is no such programme.")
        for statement in FRAME:
            self._run(statement)
        self._run("CREATE TEMP TABLE frame_object (key text PRIMARY KEY, needed bool NOT NULL) ON COMMIT DROP")
        entries = {table.name: self._table(table) for table in ordered(self.metadata)}
        objects, size = self._objects()
        made = Manifest(
            self.programme_id,
            row.slug, row.name, self.passwords, schema_digest(self.metadata), entries, objects,
        )  # fmt: skip
        with self.target.create(MANIFEST) as file:
            file.write(made.as_bytes())
        return Transferred(row.slug, sum(entry.rows for entry in entries.values()), objects.rows, size)

    def _sql(self, statement: str) -> str:
        # a UUID's digits stand in the statement itself, since CREATE TABLE AS takes no parameters
        literal = f"CAST('{self.programme_id}' AS uuid)"
        return statement.replace(":programme", literal)

    def _run(self, statement: str) -> Any:
        return self.session.execute(text(self._sql(statement)))

    def _expression(self, table: Table, column: str) -> str:
        instead = GOES[table.name].instead
        if column in instead and not (self.passwords and column == "password_hash"):
            return f"{in_hands(instead[column])} AS {column}"
        field = table.columns[column]
        if field.nullable and any(key.column.table.name == "person" for key in field.foreign_keys):
            # somebody of another company: the row stays, the name does not come along
            return f"CASE WHEN {column} IN (SELECT id FROM frame_person) THEN {column} END AS {column}"
        return f'"{column}"'

    def _table(self, table: Table) -> FileEntry:
        names, rule = columns(table), GOES[table.name]
        wanted = ", ".join(self._expression(table, name) for name in names)
        order = ", ".join(
            f'{table.name}."{name}"' + (' COLLATE "C"' if str(table.columns[name].type) == "TEXT" else "")
            for name in order_of(table)
        )
        for one in rule.objects:
            self._run(
                f"INSERT INTO frame_object SELECT DISTINCT {one.key}, {one.needed} FROM {table.name}"
                f" WHERE ({rule.where}) AND ({one.key}) IS NOT NULL"
                " ON CONFLICT (key) DO UPDATE SET needed = frame_object.needed OR excluded.needed"
            )
        count = self._run(f"SELECT count(*) FROM {table.name} WHERE {rule.where}").scalar_one()
        query = f"SELECT {wanted} FROM {table.name} WHERE {rule.where} ORDER BY {order}"
        typed = text(self._sql(query)).columns(*(table.columns[name] for name in names))
        digest, rows, size = hashlib.sha256(), 0, 0
        streamed = self.session.execute(typed, execution_options={"yield_per": BATCH})
        with self.target.create(TABLES, f"{table.name}.jsonl") as file, streamed:
            for row in streamed:
                line = encode(names, tuple(row))
                digest.update(line)
                rows, size = rows + 1, size + len(line)
                file.write(line)
                if rows % BATCH == 0:
                    self.told(table.name, rows, count)
        self.told(table.name, rows, count)
        return FileEntry(rows, size, digest.hexdigest())

    def _objects(self) -> tuple[FileEntry, int]:
        total = self._run("SELECT count(*) FROM frame_object").scalar_one()
        digest, rows, size, bytes_ = hashlib.sha256(), 0, 0, 0
        keys = self.session.execute(
            text('SELECT key, needed FROM frame_object ORDER BY key COLLATE "C"'),
            execution_options={"yield_per": BATCH},
        )
        with self.target.create(LISTING) as listing, keys:
            for done, (key, needed) in enumerate(keys, start=1):
                found = self._object(key, needed)
                if found is not None:
                    line = encode(("key", "media_type", "size", "sha256"), (key, *found))
                    digest.update(line)
                    rows, size, bytes_ = rows + 1, size + len(line), bytes_ + found[1]
                    listing.write(line)
                self.told(OBJECTS, done, total)
        return FileEntry(rows, size, digest.hexdigest()), bytes_

    def _object(self, key: str, needed: bool) -> tuple[str, int, str] | None:
        """(media type, size, SHA-256) of an object after its bytes were copied; None for one that may be absent."""
        known = self.storage.stat(key)
        if known is None:
            if needed:
                message = f"The stored file {key} is not there; mend the storage, then export again."
                raise DomainError("transfer.object_missing", Kind.CONFLICT, message, key=key)
            return None
        digest = hashlib.sha256()
        fresh = self.target.path / OBJECTS / "new"
        with self.storage.open(key) as stream, self.target.create(OBJECTS, "new") as file:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        name = digest.hexdigest()
        place = self.target.path / OBJECTS / name[:2] / name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        size = fresh.stat().st_size
        fresh.replace(place)
        return known.media_type, size, name
