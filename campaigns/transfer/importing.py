"""`throughline import`: an export into this installation, whole or not at all. The folder is treated as hostile."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.core.actor import SYSTEM
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.gateways.keys import valid_key
from campaigns.kits.service.uploading import CHECK_TASK
from campaigns.transfer import staging
from campaigns.transfer.codec import BadValueError, parse
from campaigns.transfer.errors import bad_reference, damaged, taken
from campaigns.transfer.exporting import Told, Transferred, long_transaction, silent
from campaigns.transfer.folder import LISTING, MANIFEST, OBJECTS, TABLES, Source, digest_of, lines
from campaigns.transfer.manifest import MOST_MANIFEST, SHA256, FileEntry, Manifest, read_manifest
from campaigns.transfer.scope import ordered

MOST_OBJECT = 1024 * 1024 * 1024
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?charset=[a-z0-9-]+)?")


def import_programme(
    factory: UnitOfWorkFactory,
    storage: Storage,
    metadata: MetaData,
    path: Path,
    *,
    told: Told | None = None,
) -> Transferred:
    """Take an export in: verify every digest, then every row and reference, then write in one transaction.

    DomainError `transfer.no_export`, `transfer.damaged`, `transfer.version`, `transfer.schema`, `transfer.row`,
    `transfer.reference`, `transfer.programme_exists`, `transfer.taken`; after any of them nothing has changed.
    """
    source = Source(path)
    stored: list[str] = []
    try:
        manifest = read_manifest(source.read(MANIFEST, most=MOST_MANIFEST), metadata)
        with factory() as uow:
            long_transaction(uow.session)
            _refuse_known(uow.session, metadata, manifest)
            return _Import(uow, storage, metadata, source, manifest, told or silent, stored).run()
    except BaseException:
        for key in stored:  # new ones only; without their rows they would be nobody's
            with suppress(DomainError):
                storage.delete(key)
        raise
    finally:
        source.close()


def _refuse_known(session: Session, metadata: MetaData, manifest: Manifest) -> None:
    known = metadata.tables["programme"]
    there = session.execute(
        select(known.c.slug).where((known.c.id == manifest.programme_id) | (known.c.slug == manifest.slug))
    ).first()
    if there is not None:
        message = f"The programme {there.slug} is here already. Nothing was imported."
        raise DomainError("transfer.programme_exists", Kind.CONFLICT, message, slug=there.slug)


class _Import:
    """One import; `stored` collects the keys it has put into the storage."""

    def __init__(
        self, uow: UnitOfWork, storage: Storage, metadata: MetaData, source: Source, manifest: Manifest, told: Told,
        stored: list[str],
    ) -> None:  # fmt: skip
        self.uow, self.session, self.storage, self.source = uow, uow.session, storage, source
        self.tables = ordered(metadata)
        self.manifest, self.told, self.stored = manifest, told, stored

    def run(self) -> Transferred:
        self._stage()
        self._stage_objects()
        for table in self.tables:
            staging.check(self.session, table)
            staging.demand_objects(self.session, table)
        self._check_programme()
        self._check_objects()
        for table in self.tables:
            try:
                staging.move(self.session, table)
            except IntegrityError as error:
                raise taken(table.name, staging.reason(error)) from error
        size = self._store_objects()
        self._order_checks()
        rows = sum(entry.rows for entry in self.manifest.tables.values())
        about = {"slug": self.manifest.slug, "rows": rows, "objects": self.manifest.objects.rows}
        # in the installation's own chain: the programme's stays as it was, entry for entry
        audit.record(self.uow, SYSTEM, "programme.import", "programme", self.manifest.programme_id, about)
        paused = self.session.execute(text("SELECT count(*) FROM staged_launch WHERE state = 'paused'")).scalar_one()
        return Transferred(self.manifest.slug, rows, self.manifest.objects.rows, size, paused)

    def _stage(self) -> None:
        for table in self.tables:
            staging.make(self.session, table)
            shown = f"{TABLES}/{table.name}.jsonl"
            entry = self.manifest.tables[table.name]
            self._verify(entry, shown)
            with self.source.open(TABLES, f"{table.name}.jsonl") as stream:
                read = lines(stream, shown, partial(_same, entry, shown))
                for done in staging.fill(self.session, table, read):
                    self.told(table.name, done, entry.rows)

    def _verify(self, entry: FileEntry, shown: str) -> None:
        with self.source.open(*shown.split("/")) as stream:
            digest, size = digest_of(stream, entry.bytes)
        if (digest, size) != (entry.sha256, entry.bytes):
            raise damaged(shown, "is not the file the manifest names (its SHA-256 differs)")

    def _stage_objects(self) -> None:
        for statement in (
            "CREATE TEMP TABLE staged_key (key text PRIMARY KEY, needed bool NOT NULL) ON COMMIT DROP",
            "CREATE TEMP TABLE staged_object (key text PRIMARY KEY, media_type text NOT NULL, size bigint NOT NULL,"
            " sha256 text NOT NULL) ON COMMIT DROP",
        ):
            self.session.execute(text(statement))
        entry = self.manifest.objects
        self._verify(entry, LISTING)
        put = text("INSERT INTO staged_object VALUES (:key, :media_type, :size, :sha256) ON CONFLICT DO NOTHING")
        with self.source.open(LISTING) as stream:
            for number, line in lines(stream, LISTING, partial(_same, entry, LISTING)):
                one = _listed(number, line)
                with self.source.open(OBJECTS, one["sha256"][:2], one["sha256"]) as file:
                    found = digest_of(file, one["size"])
                if found != (one["sha256"], one["size"]):
                    raise damaged(f"{OBJECTS}/{one['sha256'][:2]}/{one['sha256']}", "its bytes are not of that digest")
                self.session.execute(put, one)
                self.told("verified files", number, entry.rows)

    def _check_programme(self) -> None:
        found = self.session.execute(text("SELECT id, slug FROM staged_programme")).all()
        if [(row.id, row.slug) for row in found] != [(self.manifest.programme_id, self.manifest.slug)]:
            raise bad_reference("programme", "it is not the one programme the manifest names")

    def _check_objects(self) -> None:
        lost = self.session.execute(
            text("SELECT key FROM staged_key WHERE needed AND key NOT IN (SELECT key FROM staged_object) LIMIT 1")
        ).scalar_one_or_none()
        if lost is not None:
            raise damaged(LISTING, f"lacks {lost[:200]}, which a row names")
        odd = self.session.execute(
            text("SELECT key FROM staged_object WHERE key NOT IN (SELECT key FROM staged_key) LIMIT 1")
        ).scalar_one_or_none()
        if odd is not None:
            raise damaged(LISTING, f"lists {odd[:200]}, which no row names")
        absent = self.session.execute(
            text("SELECT key FROM staged_key WHERE key NOT IN (SELECT key FROM staged_object)"),
            execution_options={"yield_per": 500},
        )
        with absent:  # a row must not come to name a file of somebody who is here already
            for (key,) in absent:
                if self.storage.stat(valid_key(key)) is not None:
                    raise taken("storage", f"{key} is here and not in the export")

    def _store_objects(self) -> int:
        total = 0
        rows = self.session.execute(
            text('SELECT key, media_type, size, sha256 FROM staged_object ORDER BY key COLLATE "C"'),
            execution_options={"yield_per": 500},
        )
        with rows:
            for done, row in enumerate(rows, start=1):
                self._store(row.key, row.media_type, row.size, row.sha256)
                total += row.size
                self.told("stored files", done, self.manifest.objects.rows)
        return total

    def _store(self, key: str, media_type: str, size: int, sha256: str) -> None:
        if self.storage.stat(key) is not None:
            with self.storage.open(key) as stream:
                if digest_of(stream, size) == (sha256, size):
                    return
            raise taken("storage", f"{key} is here with other bytes")
        with self.source.open(OBJECTS, sha256[:2], sha256) as stream:
            data = stream.read(size + 1)
        if len(data) != size:
            raise damaged(f"{OBJECTS}/{sha256[:2]}/{sha256}", "was changed while it was read")
        self.stored.append(key)
        self.storage.put(key, data, media_type)

    def _order_checks(self) -> None:
        """Kits that were uploaded and not yet checked are checked here."""
        waiting = self.session.execute(text("SELECT id FROM staged_kit_version WHERE checked_at IS NULL ORDER BY id"))
        for (version_id,) in waiting.all():
            jobs.enqueue(self.uow, CHECK_TASK, str(version_id), {"version_id": str(version_id)}, queue="check")


def _same(entry: FileEntry, shown: str, digest: str, rows: int) -> None:
    if (digest, rows) != (entry.sha256, entry.rows):
        raise damaged(shown, "has other rows than the manifest says, or was changed while it was read")


def _listed(number: int, line: bytes) -> dict[str, Any]:
    """A line of the listing, every member looked at. DomainError `transfer.damaged`, `storage.key`."""
    try:
        one = parse(line)
        key, media_type, size, sha256 = (one[name] for name in ("key", "media_type", "size", "sha256"))
    except (BadValueError, KeyError) as error:
        raise damaged(LISTING, f"line {number} is no entry") from error
    right = (
        len(one) == 4
        and all(isinstance(value, str) for value in (key, media_type, sha256))
        and type(size) is int
        and 0 <= size <= MOST_OBJECT
        and SHA256.fullmatch(sha256)
        and _MEDIA_TYPE.fullmatch(media_type)
    )
    if not right:
        raise damaged(LISTING, f"line {number} is no entry")
    valid_key(key)
    return one
