"""Saving a brand: each change is a new frozen revision, the same content none; older ones come back as new ones."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.brand import rules
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.errors import changed_meanwhile
from campaigns.partners.models import BrandKit, BrandRevision, Logo, Partner
from renderer.spec import Ground


def save_brand(uow: UnitOfWork, actor: Actor, form: BrandForm, if_version: int) -> BrandRevision:
    """Save what stands beside the logo. `if_version` is the kit's version the edit began from.

    Raises `brand.invalid` with every problem, `edit.changed_meanwhile` (precondition).
    """
    require(actor, "brand.write")
    tidied = rules.tidy(form)
    raise_if_any("brand.invalid", "The brand was not saved.", rules.check(tidied))
    kit, current = _locked(uow, actor, if_version)
    light, dark = (current.logo_light_id, current.logo_dark_id) if current else (None, None)
    return _append(uow, actor, kit, current, tidied, light, dark)


def place_logo(uow: UnitOfWork, actor: Actor, logo_id: UUID | None, ground: Ground, if_version: int) -> BrandRevision:
    """Put one of the partner's logos on a ground, or take the dark one away (None).

    A logo below 3:1 on its ground is refused with `logo.contrast`. The first logo brings its colours along.
    """
    require(actor, "brand.write")
    kit, current = _locked(uow, actor, if_version)
    return put_logo(uow, actor, kit, current, logo_id, ground)


def use_colours(uow: UnitOfWork, actor: Actor, logo_id: UUID, if_version: int) -> BrandRevision:
    """Take the two colours proposed from a logo."""
    require(actor, "brand.write")
    kit, current = _locked(uow, actor, if_version)
    logo = _own_logo(uow, actor, logo_id)
    form = replace(_form_of(uow, actor, current), **proposed_colours(logo))
    light, dark = (current.logo_light_id, current.logo_dark_id) if current else (None, None)
    return _append(uow, actor, kit, current, form, light, dark)


def restore_revision(uow: UnitOfWork, actor: Actor, number: int, if_version: int) -> BrandRevision:
    """Use an older revision again: a new one with its content."""
    require(actor, "brand.write")
    kit, current = _locked(uow, actor, if_version)
    old = must_exist(
        uow.session.scalars(
            select(BrandRevision).where(BrandRevision.partner_id == partner_of(actor), BrandRevision.number == number)
        ).one_or_none(),
        "brand_revision",
    )
    return _append(uow, actor, kit, current, BrandForm.from_dict(old.data), old.logo_light_id, old.logo_dark_id)


def put_logo(
    uow: UnitOfWork, actor: Actor, kit: BrandKit, current: BrandRevision | None, logo_id: UUID | None, ground: Ground
) -> BrandRevision:
    """`place_logo` for a caller that holds the kit's lock."""
    form = _form_of(uow, actor, current)
    light, dark = (current.logo_light_id, current.logo_dark_id) if current else (None, None)
    if logo_id is None:
        if ground == "light":
            raise DomainError(
                "logo.needed", Kind.CONFLICT, "A brand needs a logo for light grounds. Drop another first."
            )
        return _append(uow, actor, kit, current, form, light, None)
    logo = _own_logo(uow, actor, logo_id)
    measured = float(logo.measured[f"contrast_on_{ground}"])
    if measured < rules.MIN_LOGO_CONTRAST:
        raise DomainError(
            "logo.contrast",
            Kind.INVALID,
            f"The logo has a contrast of {measured:.1f} on {ground} grounds; {rules.MIN_LOGO_CONTRAST:.1f} is needed.",
            measured=round(measured, 1),
            needed=rules.MIN_LOGO_CONTRAST,
        )
    if light is None and dark is None:
        form = replace(form, **proposed_colours(logo))
    light, dark = (logo.id, dark) if ground == "light" else (light, logo.id)
    return _append(uow, actor, kit, current, form, light, dark)


def lock_kit(uow: UnitOfWork, partner_id: UUID) -> tuple[BrandKit, BrandRevision | None]:
    """The kit's row, made if need be and held until commit, with its current revision."""
    uow.session.execute(insert(BrandKit).values(partner_id=partner_id).on_conflict_do_nothing())
    kit = uow.session.scalars(
        select(BrandKit)
        .where(BrandKit.partner_id == partner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return kit, uow.session.get(BrandRevision, kit.current_revision_id) if kit.current_revision_id else None


def proposed_colours(logo: Logo) -> dict[str, str]:
    """`primary` and `secondary` as intake proposed them."""
    first, second = logo.measured["palette"][:2]
    return {"primary": str(first[0]), "secondary": str(second[0])}


def _locked(uow: UnitOfWork, actor: Actor, if_version: int) -> tuple[BrandKit, BrandRevision | None]:
    kit, current = lock_kit(uow, partner_of(actor))
    if kit.version != if_version:
        raise changed_meanwhile()
    return kit, current


def _form_of(uow: UnitOfWork, actor: Actor, current: BrandRevision | None) -> BrandForm:
    if current is not None:
        return BrandForm.from_dict(current.data)
    partner = must_exist(uow.session.get(Partner, partner_of(actor)), "partner")
    return BrandForm(name=partner.name[: rules.LONGEST["name"]], country=partner.country)


def _own_logo(uow: UnitOfWork, actor: Actor, logo_id: UUID) -> Logo:
    found: Logo = must_exist(
        uow.session.scalars(select(Logo).where(Logo.id == logo_id, Logo.partner_id == partner_of(actor))).one_or_none(),
        "logo",
    )
    return found


def _append(
    uow: UnitOfWork,
    actor: Actor,
    kit: BrandKit,
    current: BrandRevision | None,
    form: BrandForm,
    light: UUID | None,
    dark: UUID | None,
) -> BrandRevision:
    digests = {
        row.id: row.digest
        for row in uow.session.execute(select(Logo.id, Logo.digest).where(Logo.id.in_([i for i in (light, dark) if i])))
    }
    digest = rules.revision_digest(form, digests.get(light) if light else None, digests.get(dark) if dark else None)
    if current is not None and current.digest == digest:
        return current
    last = uow.session.scalar(select(func.max(BrandRevision.number)).where(BrandRevision.partner_id == kit.partner_id))
    revision = BrandRevision(
        created_at=uow.now,
        partner_id=kit.partner_id,
        number=(last or 0) + 1,
        data=form.as_dict(),
        logo_light_id=light,
        logo_dark_id=dark,
        digest=digest,
        saved_by=actor.person_id,
    )
    uow.session.add(revision)
    uow.session.flush()
    kit.current_revision_id = revision.id
    kit.version += 1
    uow.session.flush()
    audit.record(uow, actor, "brand.saved", "brand_revision", revision.id, {"number": revision.number})
    return revision
