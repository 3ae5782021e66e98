"""Taking a logo in: read in the jail outside any transaction, kept in storage, then put to use or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, own_rows, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.partners.brand.revisions import lock_kit, put_logo
from campaigns.partners.brand.rules import MIN_LOGO_CONTRAST
from campaigns.partners.models import Logo, LogoUpload
from renderer.errors import RenderError
from renderer.logo.darken import propose_darkened
from renderer.logo.intake import LogoIntake, intake_logo
from renderer.report import Problem
from renderer.spec import Ground, LogoImage

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadOutcome:
    """What came of a dropped file. Not taken: `problems` say why, and the logo before stays in use."""

    upload_id: UUID
    taken: bool
    problems: tuple[Problem, ...]
    revision_number: int | None = None


def upload_logo(
    factory: UnitOfWorkFactory,
    storage: Storage,
    actor: Actor,
    *,
    filename: str,
    data: bytes,
    ground: Ground = "light",
) -> UploadOutcome:
    """Read, keep, and use a logo on a ground. Opens short units of work of its own; none is open while reading.

    A file that cannot be read, or a logo below 3:1 on its ground, is recorded as refused with what was measured
    and needed; a pale logo gets a darkened proposal. Only permissions raise.
    """
    require(actor, "brand.write")
    partner_id, shown = partner_of(actor), _shown(filename)
    try:
        taken = intake_logo(data, shown)
    except RenderError as error:
        problem = Problem(error.code, error.message, params=dict(error.params))
        with factory(actor.request_id) as uow:
            return _conclude(uow, actor, shown, ground, None, None, (problem,))
    problems = _against(taken, ground, shown)
    darkened = None
    if any(problem.code == "logo.pale_on_light" for problem in problems):
        darkened = propose_darkened(taken.logo)
    facts = _facts(taken, len(data))
    kept = _store(storage, partner_id, taken.logo)
    darkened_kept = _store(storage, partner_id, darkened) if darkened else {}
    with factory(actor.request_id) as uow:
        lock_kit(uow, partner_id)  # the same file dropped twice at once makes one row
        logo_id = _insert(uow, partner_id, shown, taken.logo, facts, kept)
        darkened_id = None
        if darkened is not None:
            mended = facts | {"notes": [], "problems": [], "darkened_from": str(logo_id)}
            darkened_id = _insert(uow, partner_id, shown, darkened, mended, darkened_kept)
        return _conclude(uow, actor, shown, ground, logo_id, darkened_id, problems)


def dismiss_refusal(uow: UnitOfWork, actor: Actor, upload_id: UUID) -> None:
    """Put a refusal away."""
    require(actor, "brand.write")
    done = uow.session.execute(
        update(LogoUpload)
        .where(LogoUpload.id == upload_id, own_rows(actor, LogoUpload))
        .values(dismissed_at=uow.now)
        .returning(LogoUpload.id)
    ).scalar_one_or_none()
    must_exist(done, "logo_upload")


def _shown(filename: str) -> str:
    """The file's own name without folders and without anything unprintable."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in name if character.isprintable())[:120] or "logo"


def _against(taken: LogoIntake, ground: Ground, filename: str) -> tuple[Problem, ...]:
    if ground == "light":
        return taken.problems
    measured = taken.logo.contrast_on_dark
    if measured >= MIN_LOGO_CONTRAST:
        return ()
    sentence = (
        f"“{filename}” has a contrast of {measured:.1f} on dark grounds; {MIN_LOGO_CONTRAST:.1f} is needed. "
        "Drop the white or bright version of the logo."
    )
    params = {"measured": round(measured, 2), "needed": MIN_LOGO_CONTRAST}
    return (Problem("logo.dark_on_dark", sentence, params=params),)


def _facts(taken: LogoIntake, size: int) -> dict[str, Any]:
    palette = taken.palette
    swatches = (palette.primary, palette.secondary, palette.quiet, palette.secondary_text)
    return {
        "format": taken.source_format,
        "bytes": size,
        **taken.measured,
        "palette": [[swatch.colour, round(swatch.contrast, 1)] for swatch in swatches],
        "notes": [note.as_dict() for note in taken.notes],
        "problems": [problem.as_dict() for problem in taken.problems],
    }


def _store(storage: Storage, partner_id: UUID, logo: LogoImage) -> dict[str, str]:
    """The logo's files under names made from its digest; writing them again changes nothing."""
    forms = (
        ("png", logo.png, "image/png"),
        ("svg", logo.svg, "image/svg+xml"),
        ("pdf", logo.pdf, "application/pdf"),
    )
    keys = {}
    for form, data, media_type in forms:
        if data is not None:
            keys[form] = storage.put(f"brand/{partner_id}/{logo.digest}.{form}", data, media_type).key
    return keys


def _insert(
    uow: UnitOfWork, partner_id: UUID, filename: str, logo: LogoImage, facts: dict[str, Any], keys: dict[str, str]
) -> UUID:
    same = uow.session.scalar(select(Logo.id).where(Logo.partner_id == partner_id, Logo.digest == logo.digest))
    if same is not None:
        return same
    figures = ("width", "height", "ink_share", "contrast_on_light", "contrast_on_dark")
    row = Logo(
        id=new_id(),
        created_at=uow.now,
        partner_id=partner_id,
        digest=logo.digest,
        kind=logo.kind,
        filename=filename,
        png_key=keys["png"],
        svg_key=keys.get("svg"),
        pdf_key=keys.get("pdf"),
        measured=facts | {name: getattr(logo, name) for name in figures},
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


def _conclude(
    uow: UnitOfWork,
    actor: Actor,
    filename: str,
    ground: Ground,
    logo_id: UUID | None,
    darkened_id: UUID | None,
    problems: tuple[Problem, ...],
) -> UploadOutcome:
    upload = LogoUpload(
        id=new_id(),
        created_at=uow.now,
        partner_id=partner_of(actor),
        person_id=actor.person_id,
        filename=filename,
        ground=ground,
        taken=not problems,
        logo_id=logo_id,
        darkened_id=darkened_id,
        problems=[problem.as_dict() for problem in problems],
    )
    uow.session.add(upload)
    uow.session.flush()
    codes = [problem.code for problem in problems]
    audit.record(uow, actor, "logo.refused" if problems else "logo.taken", "logo_upload", upload.id, {"codes": codes})
    if problems or logo_id is None:
        return UploadOutcome(upload.id, False, problems)
    kit, current = lock_kit(uow, partner_of(actor))
    revision = put_logo(uow, actor, kit, current, logo_id, ground)
    return UploadOutcome(upload.id, True, (), revision.number)
