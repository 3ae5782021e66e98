"""Passwords: changed by their owner, reset by a link from a mail. Either ends every session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import digest, new_secret
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners import rules
from campaigns.partners.errors import link_used
from campaigns.partners.models import Grant, PasswordReset, Person
from campaigns.partners.service import sessions
from campaigns.partners.service.sign_in import acting, first_grant, hash_password, matches, open_as

RESET_LIFE = timedelta(hours=2)


def change_password(uow: UnitOfWork, actor: Actor, grant_id: UUID, old: str, new: str, user_agent: str) -> str:
    """A new password for oneself. Every session ends; the secret of a fresh one is returned."""
    require(actor, "self.write")
    person: Person = must_exist(
        uow.session.scalars(select(Person).where(Person.id == actor.person_id).with_for_update()).one_or_none(),
        "person",
    )
    problems = rules.password_problems(new, person.email)
    if not matches(person.password_hash, old):
        problems.append(Problem("password.old_wrong", "The present password is not right.", slot="old_password"))
    raise_if_any("password.invalid", "The password was not changed.", problems)
    _set(uow, person, new)
    audit.record(uow, actor, "password.changed", "person", person.id)
    grant = must_exist(
        uow.session.scalars(
            select(Grant).where(Grant.id == grant_id, Grant.person_id == person.id, Grant.revoked_at.is_(None))
        ).one_or_none(),
        "grant",
    )
    return open_as(uow, person, grant, user_agent)


def ask_reset(uow: UnitOfWork, email: str) -> tuple[Person, str] | None:
    """A link's secret for the account, or None. The page says the same either way, so nobody learns who has one."""
    normal = rules.normalise_email(email)
    person = uow.session.scalars(
        select(Person).where(Person.email == normal, Person.disabled_at.is_(None))
    ).one_or_none()
    if person is None or first_grant(uow.session, person.id) is None:
        return None
    secret = new_secret()
    uow.session.add(
        PasswordReset(
            secret_digest=digest(secret), person_id=person.id, epoch=person.epoch, expires_at=uow.now + RESET_LIFE
        )
    )
    uow.session.flush()
    audit.record(uow, SYSTEM, "password.reset_asked", "person", person.id)
    return person, secret


def reset_owner(uow: UnitOfWork, secret: str) -> Person:
    """Whose password the link sets; DomainError `link.gone` if it was used or is too old."""
    return _reset(uow, secret)[1]


def reset_password(uow: UnitOfWork, secret: str, new: str, user_agent: str) -> str:
    """Set it, use the link up, end every session, and open one."""
    reset, person = _reset(uow, secret)
    raise_if_any("password.invalid", "The password was not set.", rules.password_problems(new, person.email))
    used = uow.session.execute(
        update(PasswordReset)
        .where(PasswordReset.id == reset.id, PasswordReset.used_at.is_(None))
        .values(used_at=uow.now)
        .returning(PasswordReset.id)
    ).one_or_none()
    if used is None:  # somebody was faster with the same link
        raise link_used()
    grant = first_grant(uow.session, person.id)
    if grant is None:
        raise DomainError("sign_in.no_grant", Kind.FORBIDDEN, "Your account has no role in any company now.")
    _set(uow, person, new)
    audit.record(uow, acting(person, grant), "password.reset", "person", person.id)
    return open_as(uow, person, grant, user_agent)


def _reset(uow: UnitOfWork, secret: str) -> tuple[PasswordReset, Person]:
    row = uow.session.execute(
        select(PasswordReset, Person)
        .join(Person, Person.id == PasswordReset.person_id)
        .where(
            PasswordReset.secret_digest == digest(secret),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > uow.now,
            PasswordReset.epoch == Person.epoch,
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise link_used()
    return row[0], row[1]


def _set(uow: UnitOfWork, person: Person, new: str) -> None:
    person.password_hash = hash_password(new)
    sessions.end_all(uow, person)
