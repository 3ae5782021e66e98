"""The full check of a version, outside any transaction: files in the jail first, then every piece is tried."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, scoped
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.kits import coverage
from campaigns.kits.inspection import inspect_file, risky
from campaigns.kits.models import KitVersion
from campaigns.kits.service.uploading import CHECK_TASK, PICTURE_ATTEMPTS, PICTURE_TASK
from campaigns.kits.store import kit_files, sample_ids
from renderer.kit.archive import KitFiles
from renderer.kit.checks import check_kit
from renderer.kit.checks.run import in_order
from renderer.kit.load import LoadedKit, try_load
from renderer.report import Problem
from renderer.text.fonts import FontBook

CHECK_FAILED = "kit.check_failed"
WRITE_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """How a check ended."""

    errors: int
    problems: int


def run_check(factory: UnitOfWorkFactory, storage: Storage, fonts: FontBook, version_id: UUID) -> CheckOutcome:
    """Check a draft and record problems and coverage. Running it again gives the same record."""
    with factory.reading() as session:
        version = session.execute(select(KitVersion).where(KitVersion.id == version_id)).scalar_one()
        session.expunge(version)
    files = kit_files(storage, version)
    paths = [path for path in sorted(files.files) if risky(path)]
    kit, read = try_load(files)
    shown = _Shown(factory, version_id, len(paths), len(paths) + _tries(kit))
    sound, inspected = _inspect(files, paths, shown)
    # what the jail could not open is opened nowhere else
    found = check_kit(files, fonts, tell=shown.tried) if sound else read
    problems = in_order([*inspected, *found])
    table = coverage.table(kit, problems, drawn=sound and _was_drawn(kit, problems)) if kit else {}
    errors = sum(1 for item in problems if item.severity == "error")
    with factory() as uow:
        uow.session.execute(
            update(KitVersion)
            .where(KitVersion.id == version_id)
            .values(
                problems=[item.as_dict() for item in problems],
                coverage=table,
                checked_at=uow.now,
                check_done=KitVersion.check_total,
            )
        )
        audit.record(
            uow,
            SYSTEM,
            "kit.checked",
            "kit_version",
            version_id,
            {"errors": errors},
            programme_id=version.programme_id,
        )
        if sound and kit is not None:
            jobs.enqueue(
                uow,
                PICTURE_TASK,
                str(version_id),
                {"version_id": str(version_id)},
                queue="check",
                max_attempts=PICTURE_ATTEMPTS,
            )
    return CheckOutcome(errors, len(problems))


def _tries(kit: LoadedKit | None) -> int:
    """How many pieces the check will make, before its sample brands are read."""
    if kit is None:
        return 0
    return len(sample_ids(kit)) * len(kit.manifest.assets) * len(kit.manifest.locales)


class _Shown:
    """How far the check is, written to the version's row for its page, at most twice a second."""

    def __init__(self, factory: UnitOfWorkFactory, version_id: UUID, files: int, total: int) -> None:
        self._factory, self._version_id, self._files = factory, version_id, files
        self._total, self._written_at = total, 0.0
        self._write(0)

    def looked(self, done: int) -> None:
        """So many files were opened in the jail."""
        self._may_write(done)

    def tried(self, done: int, total: int) -> None:
        """So many pieces of so many were made."""
        self._total = self._files + total
        self._may_write(self._files + done)

    def _may_write(self, done: int) -> None:
        if time.monotonic() - self._written_at >= WRITE_EVERY_S:
            self._write(done)

    def _write(self, done: int) -> None:
        self._written_at = time.monotonic()
        with self._factory() as uow:
            uow.session.execute(
                update(KitVersion)
                .where(KitVersion.id == self._version_id)
                .values(check_done=done, check_total=max(self._total, 1))
            )


def _inspect(files: KitFiles, paths: Sequence[str], shown: _Shown) -> tuple[bool, list[Problem]]:
    """Look at every PDF and picture in the jail. True if all are sound."""
    problems: list[Problem] = []
    sound = True
    for done, path in enumerate(paths, start=1):
        seen = inspect_file(path, files.files[path])
        sound = sound and seen.sound
        problems += seen.problems
        shown.looked(done)
    return sound, problems


def _was_drawn(kit: LoadedKit, problems: list[Problem]) -> bool:
    """`check_kit` draws the pieces only when nothing else is wrong: every error left is then one of drawing."""
    drawn = {asset.id for asset in kit.manifest.assets if asset.kind in ("pdf", "image")}
    return all(item.asset in drawn and item.locale for item in problems if item.severity == "error")


def give_up_check(uow: UnitOfWork, version_id: UUID, error: Mapping[str, Any]) -> None:
    """The check itself could not be carried out: the version says so, and may be checked again."""
    said = Problem(
        CHECK_FAILED,
        "The check could not be carried out, which says nothing about the kit. Check it again.",
        params={"reason": str(error.get("code", "job.crashed"))},
    )
    uow.session.execute(
        update(KitVersion)
        .where(KitVersion.id == version_id, KitVersion.checked_at.is_(None))
        .values(problems=[said.as_dict()], coverage={}, checked_at=uow.now)
    )


def check_again(uow: UnitOfWork, actor: Actor, version_id: UUID) -> None:
    """Order the check of a draft once more; while one is under way this changes nothing.

    DomainError `kit.not_draft`, `kit_version.not_found`.
    """
    require(actor, "kit.write")
    found = uow.session.scalar(
        scoped(select(KitVersion).where(KitVersion.id == version_id), actor, KitVersion).with_for_update()
    )
    version: KitVersion = must_exist(found, "kit_version")
    if version.state != "draft":
        raise DomainError("kit.not_draft", Kind.CONFLICT, "Only a draft is checked.")
    if version.checked_at is not None:
        version.checked_at, version.problems, version.check_done, version.check_total = None, [], 0, 0
        uow.session.flush()
        audit.record(uow, actor, "kit.check_again", "kit_version", version_id)
    jobs.enqueue(uow, CHECK_TASK, str(version_id), {"version_id": str(version_id)}, queue="check")
