"""Reads of brand kits, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows, partner_of
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.models import BrandKit, BrandRevision, Logo, LogoUpload, Partner, Person
from renderer.report import Problem

REVISIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LogoView:
    """A logo as the page shows it. Sizes are trimmed source units, contrasts WCAG ratios, `palette` four pairs."""

    id: UUID
    kind: str
    filename: str
    png_key: str
    width: float
    height: float
    contrast_on_light: float
    contrast_on_dark: float
    trimmed_percent: float
    source_width: float
    source_height: float
    size: int
    format: str
    palette: tuple[tuple[str, float], ...]
    notes: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dropped file that was not taken, and what could be used instead."""

    upload_id: UUID
    filename: str
    ground: str
    at: datetime
    by: str
    problems: tuple[Problem, ...]
    logo: LogoView | None
    darkened: LogoView | None


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One frozen save in the list."""

    id: UUID
    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class BrandPage:
    """Everything the brand page shows. `version` guards edits; `number` is None before the first save."""

    version: int
    number: int | None
    revision_id: UUID | None
    saved_at: datetime | None
    form: BrandForm
    light: LogoView | None
    dark: LogoView | None
    refusal: Refusal | None
    revisions: tuple[RevisionView, ...]


def current_revision(session: DbSession, partner_id: UUID) -> BrandRevision | None:
    """The revision in use now, or None before the first save. For callers who know whose it is."""
    return session.scalars(
        select(BrandRevision)
        .join(BrandKit, BrandKit.current_revision_id == BrandRevision.id)
        .where(BrandKit.partner_id == partner_id)
    ).one_or_none()


def light_logo_id(session: DbSession, partner_id: UUID) -> UUID | None:
    """The logo for light grounds of the current revision."""
    return session.scalar(
        select(BrandRevision.logo_light_id)
        .join(BrandKit, BrandKit.current_revision_id == BrandRevision.id)
        .where(BrandKit.partner_id == partner_id)
    )


def brand_page(session: DbSession, actor: Actor) -> BrandPage:
    """The actor's brand as it is now."""
    require(actor, "brand.read")
    partner_id = partner_of(actor)
    version = session.scalar(select(BrandKit.version).where(BrandKit.partner_id == partner_id))
    revision = current_revision(session, partner_id)
    partner: Partner = must_exist(session.get(Partner, partner_id), "partner")
    return BrandPage(
        version=version or 1,
        number=revision.number if revision else None,
        revision_id=revision.id if revision else None,
        saved_at=revision.created_at if revision else None,
        form=BrandForm.from_dict(revision.data) if revision else BrandForm(name=partner.name, country=partner.country),
        light=_logo(session, revision.logo_light_id if revision else None),
        dark=_logo(session, revision.logo_dark_id if revision else None),
        refusal=_refusal(session, partner_id),
        revisions=_revisions(session, partner_id),
    )


def open_refusal(session: DbSession, actor: Actor) -> Refusal | None:
    """The actor's latest dropped logo, if it was refused and nobody put it away."""
    require(actor, "brand.read")
    return _refusal(session, partner_of(actor))


def own_logo(session: DbSession, actor: Actor, logo_id: UUID) -> LogoView:
    """One of the actor's logos; another partner's is not found."""
    require(actor, "brand.read")
    row = session.scalars(select(Logo).where(Logo.id == logo_id, own_rows(actor, Logo))).one_or_none()
    return _view(must_exist(row, "logo"))


def _refusal(session: DbSession, partner_id: UUID) -> Refusal | None:
    """The latest upload, if it was refused and nobody put it away."""
    row = session.execute(
        select(LogoUpload, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == LogoUpload.person_id)
        .where(LogoUpload.partner_id == partner_id)
        .order_by(LogoUpload.created_at.desc(), LogoUpload.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row[0].taken or row[0].dismissed_at is not None:
        return None
    upload, by = row
    return Refusal(
        upload.id,
        upload.filename,
        upload.ground,
        upload.created_at,
        by,
        tuple(Problem(**problem) for problem in upload.problems),
        _logo(session, upload.logo_id),
        _logo(session, upload.darkened_id),
    )


def _revisions(session: DbSession, partner_id: UUID) -> tuple[RevisionView, ...]:
    rows = session.execute(
        select(BrandRevision.id, BrandRevision.number, BrandRevision.created_at, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == BrandRevision.saved_by)
        .where(BrandRevision.partner_id == partner_id)
        .order_by(BrandRevision.number.desc())
        .limit(REVISIONS_SHOWN)
    )
    return tuple(RevisionView(*row) for row in rows)


def _logo(session: DbSession, logo_id: UUID | None) -> LogoView | None:
    row = session.get(Logo, logo_id) if logo_id else None
    return _view(row) if row else None


def _view(row: Logo) -> LogoView:
    measured: dict[str, Any] = row.measured
    return LogoView(
        id=row.id,
        kind=row.kind,
        filename=row.filename,
        png_key=row.png_key,
        width=measured["width"],
        height=measured["height"],
        contrast_on_light=measured["contrast_on_light"],
        contrast_on_dark=measured["contrast_on_dark"],
        trimmed_percent=measured["trimmed_percent"],
        source_width=measured["source_width"],
        source_height=measured["source_height"],
        size=measured["bytes"],
        format=measured["format"],
        palette=tuple((colour, contrast) for colour, contrast in measured["palette"]),
        notes=tuple(Problem(**note) for note in measured["notes"]),
    )
