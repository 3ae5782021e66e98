"""API tokens: made (shown once), found by their secret, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import digest, new_secret
from campaigns.core.permissions import PERMISSIONS, require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.models import ApiToken, Grant, Person

NAME_MAX = 80
LONGEST = timedelta(days=366)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once: `secret` is the whole of it and is kept nowhere."""

    id: UUID
    secret: str


def scopes_of(role: Role) -> list[str]:
    """The permissions a token of this role may carry."""
    return sorted(name for name, roles in PERMISSIONS.items() if role in roles)


def own_grant(session: Session, actor: Actor) -> UUID:
    """The grant a token acts with. DomainError `token.not_found` for whoever came without one."""
    found: UUID = must_exist(session.scalar(select(ApiToken.grant_id).where(ApiToken.id == actor.token_id)), "token")
    return found


def create_token(
    uow: UnitOfWork, actor: Actor, grant_id: UUID, name: str, scopes: list[str], expires_at: datetime | None
) -> NewToken:
    """A token that acts with the actor's own grant, limited to `scopes`. All problems are reported at once.

    A token makes no token that may do more, or lives longer, than itself.
    """
    require(actor, "token.manage")
    grant = must_exist(
        uow.session.scalars(
            select(Grant).where(
                Grant.id == grant_id,
                Grant.person_id == actor.person_id,
                own_rows(actor, Grant),
                Grant.revoked_at.is_(None),
            )
        ).one_or_none(),
        "grant",
    )
    problems = []
    name = name.strip()
    if not 1 <= len(name) <= NAME_MAX:
        problems.append(Problem("token.name", f"Give it a name of 1 to {NAME_MAX} characters.", slot="name"))
    allowed = set(scopes_of(Role(grant.role))) & (actor.scopes if actor.scopes is not None else set(scopes))
    unknown = sorted(set(scopes) - allowed)
    if unknown:
        problems.append(
            Problem("token.scope", f"These rights are not yours to give: {', '.join(unknown)}.", slot="scopes")
        )
    if not scopes:
        problems.append(Problem("token.no_scope", "Choose at least one right.", slot="scopes"))
    if expires_at is not None and not uow.now < expires_at <= uow.now + LONGEST:
        problems.append(Problem("token.expiry", "The last day must be within a year from now.", slot="expires_at"))
    maker = uow.session.get(ApiToken, actor.token_id) if actor.token_id else None
    if maker is not None and maker.expires_at and (expires_at is None or expires_at > maker.expires_at):
        problems.append(
            Problem("token.outlives", "A token cannot make one that lives longer than itself.", slot="expires_at")
        )
    raise_if_any("token.invalid", "The token was not made.", problems)
    prefix = new_secret(6).replace("_", "0").replace("-", "1")[:8]
    secret = f"tl_{prefix}_{new_secret(32)}"
    token = ApiToken(
        prefix=prefix,
        secret_digest=digest(secret),
        name=name,
        grant_id=grant.id,
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    uow.session.add(token)
    uow.session.flush()
    audit.record(uow, actor, "token.created", "token", token.id, {"name": name, "prefix": prefix, "scopes": scopes})
    return NewToken(token.id, secret)


def revoke_token(uow: UnitOfWork, actor: Actor, token_id: UUID) -> None:
    """End a token of the actor's tenant; it is refused from the next request on."""
    require(actor, "token.manage")
    token = must_exist(
        uow.session.scalars(
            select(ApiToken)
            .join(Grant, Grant.id == ApiToken.grant_id)
            .where(ApiToken.id == token_id, own_rows(actor, Grant))
            .with_for_update(of=ApiToken)
        ).one_or_none(),
        "token",
    )
    if token.revoked_at is not None:
        raise DomainError("token.revoked", Kind.CONFLICT, "This token was revoked before.")
    token.revoked_at = uow.now
    audit.record(uow, actor, "token.revoked", "token", token.id, {"name": token.name, "prefix": token.prefix})


def find(uow: UnitOfWork, secret: str) -> Actor | None:
    """Who a bearer token acts as, if it lives: neither revoked nor expired, grant and person in force."""
    now = uow.now
    row = uow.session.execute(
        select(ApiToken, Grant, Person)
        .join(Grant, Grant.id == ApiToken.grant_id)
        .join(Person, Person.id == Grant.person_id)
        .where(
            ApiToken.secret_digest == digest(secret),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
            Grant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    token, grant, person = row
    if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
        uow.session.execute(update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now))
    return Actor(
        kind="token",
        role=Role(grant.role),
        person_id=person.id,
        programme_id=grant.programme_id,
        partner_id=grant.partner_id,
        token_id=token.id,
        scopes=frozenset(token.scopes),
        locale=person.locale,
        name=token.name,
    )
