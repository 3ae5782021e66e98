"""Kits between the service and a folder or zip: import with its check, export of a version."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits import queries
from campaigns.kits.models import KitVersion
from campaigns.kits.rules import VersionRef
from campaigns.kits.service import KitUpload, run_check, upload_files
from campaigns.kits.store import kit_files
from campaigns.partners.models import Programme
from renderer.kit.archive import KitRefused, pack_kit, read_kit
from renderer.text.fonts import FontBook


def programmes_by_slug(session: Session) -> dict[str, UUID]:
    """Every programme of the installation, for whoever runs the command."""
    rows = session.execute(select(Programme.slug, Programme.id).order_by(Programme.slug)).all()
    return {row.slug: row.id for row in rows}


def import_path(factory: UnitOfWorkFactory, storage: Storage, fonts: FontBook, actor: Actor, path: Path) -> KitUpload:
    """Take the kit at a path in and check it at once; a version that is there and checked is left as it is.

    DomainError `kit.refused` with every problem that makes it no kit at all.
    """
    try:
        files = read_kit(path)
    except KitRefused as error:
        raise DomainError("kit.refused", Kind.INVALID, error.message, problems=error.problems) from error
    with factory() as uow:
        taken = upload_files(uow, actor, storage, files)
    with factory.reading() as session:
        checked = session.scalar(select(KitVersion.checked_at).where(KitVersion.id == taken.version_id))
    if checked is None:
        run_check(factory, storage, fonts, taken.version_id)
    return taken


def export_path(
    factory: UnitOfWorkFactory, storage: Storage, actor: Actor, slug: str, path: Path, *, number: int | None = None
) -> VersionRef:
    """Write a version (the newest unless `number` names one) to a zip or a folder. Nothing is overwritten.

    DomainError `kit.not_found`, `kit_version.not_found`, `kit.path_taken`.
    """
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise DomainError("kit.path_taken", Kind.CONFLICT, f"{path} is there already; name a new place.")
    with factory.reading() as session:
        page = queries.kit_page(session, actor, queries.kit_by_slug(session, programme_of(actor), slug))
        wanted = number or page.line[-1].number
        line = must_exist(next((item for item in page.line if item.number == wanted), None), "kit_version")
        version = queries.version_ref(session, actor, line.id)
    files = kit_files(storage, version)
    if path.suffix == ".zip":
        path.write_bytes(pack_kit(files))
        return version
    for name, data in files.files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return version
