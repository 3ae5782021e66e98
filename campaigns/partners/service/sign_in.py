"""Signing in: constant work for known and unknown accounts, throttled by account and by address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import digest
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners import rules
from campaigns.partners.models import Grant, Person, SignInAttempt
from campaigns.partners.service.sessions import open_session

_HASHER = PasswordHasher()  # argon2id with the library's (RFC 9106 low-memory) parameters


@dataclass(frozen=True, slots=True)
class Refused:
    """Not signed in. `wrong`: address or password, never saying which; `throttled` has the wait in seconds."""

    reason: Literal["wrong", "throttled", "no_grant"]
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """Signed in: the cookie's secret."""

    secret: str


def hash_password(password: str) -> str:
    """argon2id, with the parameters in the string."""
    return _HASHER.hash(password)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("a password nobody has")


def matches(stored: str | None, password: str) -> bool:
    """True if it is the password; takes the same time when there is none to compare with."""
    try:
        return _HASHER.verify(stored or _nobodys_hash(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def sign_in(uow: UnitOfWork, email: str, password: str, address: str, user_agent: str) -> Opened | Refused:
    """A session, or why not. Failures are counted, so the caller must let the transaction commit either way."""
    normal = rules.normalise_email(email) or email.strip().lower()[:254]
    account = digest(f"account:{normal}")
    wait = _wait(uow, account, address)
    if wait:
        return Refused("throttled", wait)
    person = uow.session.scalars(select(Person).where(Person.email == normal)).one_or_none()
    right = matches(person.password_hash if person else None, password[: rules.PASSWORD_MAX * 4])
    if not right or person is None or person.disabled_at is not None:
        uow.session.add(SignInAttempt(account_key=account, address=address, created_at=uow.now))
        uow.session.flush()
        return Refused("wrong")
    if person.password_hash and _HASHER.check_needs_rehash(person.password_hash):
        person.password_hash = _HASHER.hash(password)
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == account))
    grant = first_grant(uow.session, person.id)
    if grant is None:
        return Refused("no_grant")
    return Opened(open_as(uow, person, grant, user_agent))


def open_as(uow: UnitOfWork, person: Person, grant: Grant, user_agent: str) -> str:
    """A session for one grant, on record in the tenant's audit log."""
    secret = open_session(uow, person, grant.id, user_agent)
    audit.record(uow, acting(person, grant), "person.signed_in", "person", person.id)
    return secret


def acting(person: Person, grant: Grant) -> Actor:
    """The person with the role of a grant."""
    return Actor(
        kind="person",
        role=Role(grant.role),
        person_id=person.id,
        programme_id=grant.programme_id,
        partner_id=grant.partner_id,
        locale=person.locale,
        name=person.name,
    )


def first_grant(session: DbSession, person_id: UUID) -> Grant | None:
    """The grant to start with: the oldest in force."""
    return session.scalars(
        select(Grant).where(Grant.person_id == person_id, Grant.revoked_at.is_(None)).order_by(Grant.id).limit(1)
    ).one_or_none()


def _wait(uow: UnitOfWork, account: str, address: str) -> int:
    since = uow.now - rules.ATTEMPT_WINDOW
    waits = (
        _wait_for(uow, SignInAttempt.account_key == account, rules.ATTEMPTS_PER_ACCOUNT),
        _wait_for(uow, SignInAttempt.address == address, rules.ATTEMPTS_PER_ADDRESS),
    )
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.created_at < since - timedelta(days=1)))
    return max(waits)


def _wait_for(uow: UnitOfWork, whose: ColumnElement[bool], most: int) -> int:
    """Seconds until the oldest attempt that counts leaves the window; 0 if one more is allowed."""
    since = uow.now - rules.ATTEMPT_WINDOW
    recent = (
        select(SignInAttempt.created_at)
        .where(whose, SignInAttempt.created_at > since)
        .order_by(SignInAttempt.created_at.desc())
        .limit(most)
        .subquery()
    )
    count, oldest = uow.session.execute(select(func.count(), func.min(recent.c.created_at))).one()
    if count < most:
        return 0
    return max(1, int((oldest - since).total_seconds()))
