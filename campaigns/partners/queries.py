"""Reads about organisations and people, as frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.actor import Actor, Role
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows, programme_of
from campaigns.partners.models import Grant, Invitation, Membership, Partner, Person, Programme, Session
from campaigns.partners.rules import IDLE


@dataclass(frozen=True, slots=True)
class Accent:
    """A programme's short name and its colour `#rrggbb`."""

    slug: str
    accent: str


@dataclass(frozen=True, slots=True)
class Tenant:
    """One company a person may act for."""

    grant_id: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person with a role in the actor's company; `disabled_at` where the account is closed."""

    grant_id: UUID
    person_id: UUID
    name: str
    email: str
    role: str
    last_seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation nobody has answered."""

    id: UUID
    email: str
    role: str
    sent_at: datetime
    expires_at: datetime


def colleagues(session: DbSession, actor: Actor) -> list[Colleague]:
    """Everybody with a role in the actor's own company, by name, closed accounts last."""
    require(actor, "people.manage")
    seen = select(func.max(Session.last_seen_at)).where(Session.grant_id == Grant.id).correlate(Grant).scalar_subquery()
    rows = session.execute(
        select(Grant.id, Person.id, Person.name, Person.email, Grant.role, seen, Person.disabled_at)
        .join(Person, Person.id == Grant.person_id)
        .where(own_rows(actor, Grant), Grant.revoked_at.is_(None))
        .order_by(Person.disabled_at.is_not(None), func.lower(Person.name), Grant.id)
    )
    return [Colleague(*row) for row in rows]


def pending_colleagues(session: DbSession, actor: Actor, now: datetime) -> list[Pending]:
    """Open invitations to the actor's own company."""
    require(actor, "people.manage")
    return _pending(session, now, own_rows(actor, Invitation))


def pending_partners(session: DbSession, actor: Actor, now: datetime) -> list[Pending]:
    """Open invitations of companies to the actor's programme."""
    require(actor, "partner.invite")
    return _pending(session, now, Invitation.from_programme_id == programme_of(actor))


def _pending(session: DbSession, now: datetime, whose: ColumnElement[bool]) -> list[Pending]:
    rows = session.scalars(
        select(Invitation)
        .where(whose, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.id.desc())
        .limit(200)
    )
    return [Pending(row.id, row.email, row.role, row.created_at, row.expires_at) for row in rows]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser a person is signed in with."""

    id: UUID
    browser: str
    created_at: datetime
    last_seen_at: datetime


def sessions_of(session: DbSession, actor: Actor, now: datetime) -> list[OpenSession]:
    """The actor's own living sessions, latest first."""
    rows = session.scalars(
        select(Session)
        .join(Person, Person.id == Session.person_id)
        .where(
            Session.person_id == actor.person_id,
            Session.ended_at.is_(None),
            Session.expires_at > now,
            Session.last_seen_at > now - IDLE,
            Session.epoch == Person.epoch,
        )
        .order_by(Session.last_seen_at.desc())
        .limit(50)
    )
    return [OpenSession(row.id, browser_name(row.user_agent), row.created_at, row.last_seen_at) for row in rows]


def browser_name(user_agent: str) -> str:
    """`Firefox, Windows` from a user agent, as far as it can be told; empty if not."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def accent_of(session: DbSession, slug: str) -> Accent:
    """The colour of a programme, for its stylesheet; public."""
    row = must_exist(
        session.execute(select(Programme.slug, Programme.accent).where(Programme.slug == slug)).one_or_none(),
        "programme",
    )
    return Accent(row.slug, row.accent)


def accents_for(session: DbSession, actor: Actor) -> list[Accent]:
    """The colours a page of the actor may show: the own programme's, or those of all the partner's programmes."""
    query = select(Programme.slug, Programme.accent).order_by(Programme.slug)
    if actor.programme_id is not None:
        query = query.where(Programme.id == actor.programme_id)
    else:
        query = query.join(Membership, Membership.programme_id == Programme.id).where(
            Membership.partner_id == actor.partner_id, Membership.ended_at.is_(None)
        )
    return [Accent(row.slug, row.accent) for row in session.execute(query)]


def tenants_of(session: DbSession, person_id: UUID) -> list[Tenant]:
    """Every company the person has a role in, oldest first."""
    rows = session.execute(
        select(Grant.id, Grant.role, Programme.name.label("programme"), Partner.name.label("partner"))
        .outerjoin(Programme, Programme.id == Grant.programme_id)
        .outerjoin(Partner, Partner.id == Grant.partner_id)
        .where(Grant.person_id == person_id, Grant.revoked_at.is_(None))
        .order_by(Grant.id)
    )
    return [Tenant(row.id, row.programme or row.partner, Role(row.role)) for row in rows]


def any_programme(session: DbSession) -> bool:
    """True once the installation has a programme."""
    return session.scalar(select(Programme.id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class PartnerHead:
    """Who heads a partner of the programme: whom a vendor may tell of a campaign."""

    grant_id: UUID
    epoch: int
    partner_id: UUID
    name: str
    email: str
    locale: str


def partner_heads(session: DbSession, actor: Actor, *, without: Sequence[UUID] = ()) -> list[PartnerHead]:
    """The administrators of the programme's partners, except of the partners in `without`."""
    require(actor, "partner.read")
    query = (
        select(Grant.id, Person.epoch, Grant.partner_id, Person.name, Person.email, Person.locale)
        .join(Person, Person.id == Grant.person_id)
        .join(Membership, Membership.partner_id == Grant.partner_id)
        .where(
            Membership.programme_id == programme_of(actor),
            Membership.ended_at.is_(None),
            Grant.role == Role.PARTNER_ADMIN.value,
            Grant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            Grant.partner_id.not_in(without),
        )
        .order_by(Person.email)
    )
    return [PartnerHead(*row) for row in session.execute(query)]
