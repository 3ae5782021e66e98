"""Taking a kit in: the zip is read under its bounds, stored under its digest, and becomes a numbered draft."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, programme_of, scoped
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.manifest_json import manifest_as_json
from campaigns.kits.models import Kit, KitVersion
from campaigns.kits.rules import EXTENSIONS
from campaigns.kits.store import kit_files, store_kit
from renderer.kit.archive import MAX_TOTAL, KitFiles, KitRefused, read_kit
from renderer.kit.load import try_load
from renderer.kit.manifest import Manifest

CHECK_TASK = "kit.check"
PICTURE_TASK = "kit.picture"
PICTURE_ATTEMPTS = 30  # it begins where it was killed, so that being killed often costs no picture
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class KitUpload:
    """What became of an upload. `created` is False when exactly these files were there already."""

    kit_id: UUID
    version_id: UUID
    slug: str
    number: int
    label: str
    created: bool


def upload_kit(uow: UnitOfWork, actor: Actor, storage: Storage, data: bytes, filename: str = "") -> KitUpload:
    """Take a zip. The same files again give the same version; every other upload is a new number.

    DomainError `kit.refused` with every problem, `kit.too_large`, `kit.not_a_zip`, `kit.programme_taken`.
    """
    require(actor, "kit.write")
    if len(data) > MAX_TOTAL:
        raise DomainError(
            "kit.too_large",
            Kind.TOO_LARGE,
            f"The zip has {len(data) >> 20} MB, {MAX_TOTAL >> 20} MB are the most. Shrink its pictures or PDFs.",
            measured=len(data),
            needed=MAX_TOTAL,
        )
    if not data.startswith(ZIP_MAGIC):
        raise invalid("kit.not_a_zip", f"{filename or 'The file'} is not a zip. Pack the kit's folder as a zip.")
    try:
        files = read_kit(data)
    except KitRefused as error:
        raise _refused(error) from error
    return upload_files(uow, actor, storage, files)


def upload_file(
    uow: UnitOfWork, actor: Actor, storage: Storage, version_id: UUID, data: bytes, filename: str
) -> KitUpload:
    """Put one file in the place of its namesake in a version (`datasheet.pdf`): a new draft with that file changed.

    DomainError `kit.no_such_file` if no file, or more than one, of the version has the name.
    """
    require(actor, "kit.write")
    version = must_exist(
        uow.session.scalar(scoped(select(KitVersion).where(KitVersion.id == version_id), actor, KitVersion)),
        "kit_version",
    )
    files = dict(kit_files(storage, version).files)
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    places = [path for path in files if path.rsplit("/", 1)[-1] == name]
    if len(places) != 1 or not name.lower().endswith(EXTENSIONS):
        raise invalid(
            "kit.no_such_file",
            f"{len(places)} files of version {version.number} are called {name}; exactly one is needed. "
            "Give the file the name of the one it replaces, or upload the whole kit as a zip.",
            measured=len(places),
            name=name,
        )
    files[places[0]] = data
    return upload_files(uow, actor, storage, KitFiles.of(files))


def upload_files(uow: UnitOfWork, actor: Actor, storage: Storage, files: KitFiles) -> KitUpload:
    """Take a kit's files that `read_kit` gave; see `upload_kit`."""
    require(actor, "kit.write")
    programme_id = programme_of(actor)
    kit, problems = try_load(files)
    if kit is None:
        raise _refused(KitRefused(problems))
    key = store_kit(storage, files)
    kit_id = _kit_row(uow, programme_id, kit.manifest)
    known = uow.session.execute(
        select(KitVersion.id, KitVersion.number, KitVersion.label).where(
            KitVersion.kit_id == kit_id, KitVersion.digest == files.digest
        )
    ).one_or_none()
    if known is not None:
        return KitUpload(kit_id, known.id, kit.manifest.slug, known.number, known.label, created=False)
    last = uow.session.scalar(select(func.max(KitVersion.number)).where(KitVersion.kit_id == kit_id)) or 0
    version = KitVersion(
        id=new_id(),
        created_at=uow.now,
        kit_id=kit_id,
        programme_id=programme_id,
        number=last + 1,
        label=kit.manifest.version,
        digest=files.digest,
        archive_key=key,
        manifest=manifest_as_json(kit.manifest),
        uploaded_by=actor.person_id,
    )
    uow.session.add(version)
    uow.session.flush()
    jobs.enqueue(uow, CHECK_TASK, str(version.id), {"version_id": str(version.id)}, queue="check")
    audit.record(
        uow, actor, "kit.upload", "kit_version", version.id, {"digest": files.digest, "number": version.number}
    )
    return KitUpload(kit_id, version.id, kit.manifest.slug, version.number, version.label, created=True)


def _kit_row(uow: UnitOfWork, programme_id: UUID, manifest: Manifest) -> UUID:
    """The kit of the slug in the programme, made if need be and locked, so that numbers never collide."""
    uow.session.execute(
        insert(Kit)
        .values(id=new_id(), programme_id=programme_id, slug=manifest.slug, title=manifest.title)
        .on_conflict_do_nothing()
    )
    kit_id = uow.session.execute(
        select(Kit.id).where(Kit.programme_id == programme_id, Kit.slug == manifest.slug).with_for_update()
    ).scalar_one()
    uow.session.execute(update(Kit).where(Kit.id == kit_id).values(title=manifest.title, summary=manifest.summary))
    return kit_id


def _refused(error: KitRefused) -> DomainError:
    return DomainError("kit.refused", Kind.INVALID, error.message, problems=error.problems)
