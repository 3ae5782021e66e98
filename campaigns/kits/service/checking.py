"""The full check of a version, outside any transaction: files in the jail first, then every piece is tried."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import SYSTEM
from campaigns.core.ports import Storage
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits import coverage
from campaigns.kits.inspection import inspect_file, risky
from campaigns.kits.models import KitVersion
from campaigns.kits.store import kit_files
from renderer.kit.archive import KitFiles
from renderer.kit.checks import check_kit
from renderer.kit.checks.run import in_order
from renderer.kit.load import LoadedKit, try_load
from renderer.report import Problem
from renderer.text.fonts import FontBook


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
    sound, inspected = _inspect(factory, files, version_id)
    kit, read = try_load(files)
    found = check_kit(files, fonts) if sound else read  # what the jail could not open is opened nowhere else
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
    return CheckOutcome(errors, len(problems))


def _inspect(factory: UnitOfWorkFactory, files: KitFiles, version_id: UUID) -> tuple[bool, list[Problem]]:
    """Look at every PDF and picture in the jail, telling the row how far it is. True if all are sound."""
    paths = [path for path in sorted(files.files) if risky(path)]
    problems: list[Problem] = []
    sound = True
    _progress(factory, version_id, 0, len(paths) + 1)
    for done, path in enumerate(paths, start=1):
        seen = inspect_file(path, files.files[path])
        sound = sound and seen.sound
        problems += seen.problems
        _progress(factory, version_id, done, len(paths) + 1)
    return sound, problems


def _was_drawn(kit: LoadedKit, problems: list[Problem]) -> bool:
    """`check_kit` draws the pieces only when nothing else is wrong: every error left is then one of drawing."""
    drawn = {asset.id for asset in kit.manifest.assets if asset.kind in ("pdf", "image")}
    return all(item.asset in drawn and item.locale for item in problems if item.severity == "error")


def _progress(factory: UnitOfWorkFactory, version_id: UUID, done: int, total: int) -> None:
    with factory() as uow:
        uow.session.execute(
            update(KitVersion).where(KitVersion.id == version_id).values(check_done=done, check_total=total)
        )
