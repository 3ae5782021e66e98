"""Sessions of browsers: opened, found, ended. Only the digest of the secret is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import digest, new_secret
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.errors import link_used
from campaigns.partners.models import Grant, Partner, Person, Programme, Session
from campaigns.partners.rules import IDLE

ABSOLUTE = timedelta(days=14)
LINK_LIFE = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)
LINK_SCOPES: dict[str, frozenset[str]] = {
    "launch": frozenset({"self.read", "brand.read", "campaign.read", "launch.read", "launch.create"}),
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with what the page's frame shows: the person, the tenant, its zone, country (or "") and colour."""

    session_id: UUID
    grant_id: UUID
    actor: Actor
    name: str
    email: str
    locale: str
    theme: str
    role: Role
    tenant_name: str
    tenant_slug: str
    time_zone: str
    country: str
    accent: str | None
    scope: str | None


def open_session(uow: UnitOfWork, person: Person, grant_id: UUID, user_agent: str, scope: str | None = None) -> str:
    """A new session for a grant of the person; returns the secret for the cookie, which is kept nowhere.

    `scope` (`launch:<kit version>`) limits it to what a signed link is for, and to an hour.
    """
    secret = new_secret()
    uow.session.add(
        Session(
            secret_digest=digest(secret),
            person_id=person.id,
            grant_id=grant_id,
            epoch=person.epoch,
            scope=scope,
            last_seen_at=uow.now,
            expires_at=uow.now + (LINK_LIFE if scope else ABSOLUTE),
            user_agent=user_agent[:200],
        )
    )
    uow.session.flush()
    return secret


def open_link_session(uow: UnitOfWork, grant_id: UUID, epoch: int, scope: str, user_agent: str) -> str:
    """A session of one scope for whoever holds a signed link; DomainError `link.gone` if the grant is no longer."""
    row = uow.session.execute(
        select(Person, Grant)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.id == grant_id, Grant.revoked_at.is_(None), Person.epoch == epoch, Person.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        raise link_used()
    person, grant = row
    return open_session(uow, person, grant.id, user_agent, scope)


def forget_before(uow: UnitOfWork, instant: datetime) -> int:
    """Delete sessions that ended or ran out before; for upkeep. Returns how many."""
    over = (Session.expires_at < instant) | (Session.ended_at < instant)
    return len(uow.session.execute(delete(Session).where(over).returning(Session.id)).all())


def find(uow: UnitOfWork, secret: str) -> SignedIn | None:
    """Who the secret belongs to, if the session lives: not ended, not idle, same epoch, grant and person in force."""
    now = uow.now
    row = uow.session.execute(
        select(Session, Person, Grant, Programme, Partner)
        .join(Person, Person.id == Session.person_id)
        .join(Grant, Grant.id == Session.grant_id)
        .outerjoin(Programme, Programme.id == Grant.programme_id)
        .outerjoin(Partner, Partner.id == Grant.partner_id)
        .where(
            Session.secret_digest == digest(secret),
            Session.ended_at.is_(None),
            Session.expires_at > now,
            Session.last_seen_at > now - IDLE,
            Session.epoch == Person.epoch,
            Person.disabled_at.is_(None),
            Grant.revoked_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    session, person, grant, programme, partner = row
    _seen(session, now)
    role, tenant = Role(grant.role), programme or partner
    actor = Actor(
        kind="link" if session.scope else "person",
        role=role,
        person_id=person.id,
        programme_id=grant.programme_id,
        partner_id=grant.partner_id,
        scopes=LINK_SCOPES.get(session.scope.partition(":")[0], frozenset()) if session.scope else None,
        locale=person.locale,
        name=person.name,
    )
    return SignedIn(
        session.id, grant.id, actor, person.name, person.email, person.locale, person.theme, role,
        tenant.name, tenant.slug, tenant.time_zone, partner.country if partner else "",
        programme.accent if programme else None, session.scope,
    )  # fmt: skip


def _seen(session: Session, now: datetime) -> None:
    if now - session.last_seen_at >= SEEN_EVERY:
        session.last_seen_at = now


def end_session(uow: UnitOfWork, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions; another person's is not found."""
    require(actor, "self.write")
    ended = uow.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.person_id == actor.person_id, Session.ended_at.is_(None))
        .values(ended_at=uow.now)
        .returning(Session.id)
    ).scalar_one_or_none()
    must_exist(ended, "session")


def sign_out(uow: UnitOfWork, session_id: UUID) -> None:
    """End the session the request came with."""
    uow.session.execute(update(Session).where(Session.id == session_id).values(ended_at=uow.now))


def sign_out_everywhere(uow: UnitOfWork, actor: Actor) -> None:
    """End every session of oneself, and every link sent so far."""
    require(actor, "self.write")
    person = must_exist(uow.session.get(Person, actor.person_id, with_for_update=True), "person")
    end_all(uow, person)
    audit.record(uow, actor, "person.signed_out_everywhere", "person", person.id)


def end_all(uow: UnitOfWork, person: Person) -> None:
    """End every session of a person, and every link and reset sent to them: the epoch rises."""
    person.epoch += 1
    uow.session.execute(
        update(Session).where(Session.person_id == person.id, Session.ended_at.is_(None)).values(ended_at=uow.now)
    )
    uow.session.flush()


def end_of_grant(uow: UnitOfWork, grant_id: UUID) -> None:
    """End the sessions opened with one grant."""
    uow.session.execute(
        update(Session).where(Session.grant_id == grant_id, Session.ended_at.is_(None)).values(ended_at=uow.now)
    )
