"""People: what they change about themselves, roles given and taken, accounts disabled."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.models import ApiToken, Grant, Person
from campaigns.partners.service import sessions
from campaigns.partners.service.sign_in import open_as

NAME_MAX = 120
THEMES = ("auto", "light", "dark")


def save_profile(uow: UnitOfWork, actor: Actor, name: str, locale: str, theme: str, locales: list[str]) -> None:
    """The person's own name, language (one of `locales`) and theme; all problems at once."""
    require(actor, "self.write")
    person = _self(uow, actor)
    name = " ".join(name.split())
    problems = []
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        problems.append(Problem("person.name", f"The name needs 1 to {NAME_MAX} characters.", slot="name"))
    if locale not in locales:
        problems.append(Problem("person.locale", "This language is not offered.", slot="locale"))
    if theme not in THEMES:
        problems.append(Problem("person.theme", "This appearance is not offered.", slot="theme"))
    raise_if_any("person.invalid", "Your settings were not saved.", problems)
    person.name, person.locale, person.theme = name, locale, theme


def switch_tenant(uow: UnitOfWork, actor: Actor, grant_id: UUID, session_id: UUID, user_agent: str) -> str:
    """Another company of the same person: the old session ends, a new one opens; returns its secret."""
    require(actor, "self.write")
    person = _self(uow, actor)
    grant = must_exist(
        uow.session.scalars(
            select(Grant).where(Grant.id == grant_id, Grant.person_id == person.id, Grant.revoked_at.is_(None))
        ).one_or_none(),
        "grant",
    )
    sessions.sign_out(uow, session_id)
    return open_as(uow, person, grant, user_agent)


def revoke_grant(uow: UnitOfWork, actor: Actor, grant_id: UUID) -> None:
    """Take a role in the actor's own company: sessions end, tokens of it are refused, at once."""
    require(actor, "people.manage")
    grant = _own_grant(uow, actor, grant_id)
    if grant.person_id == actor.person_id:
        raise DomainError("grant.own", Kind.CONFLICT, "You cannot take your own role. Ask another administrator.")
    _keep_an_administrator(uow, grant)
    grant.revoked_at = uow.now
    sessions.end_of_grant(uow, grant.id)
    uow.session.execute(
        update(ApiToken).where(ApiToken.grant_id == grant.id, ApiToken.revoked_at.is_(None)).values(revoked_at=uow.now)
    )
    audit.record(uow, actor, "grant.revoked", "person", grant.person_id, {"role": grant.role})


def end_sessions_of(uow: UnitOfWork, actor: Actor, grant_id: UUID) -> None:
    """Sign a colleague out of this company everywhere."""
    require(actor, "people.manage")
    grant = _own_grant(uow, actor, grant_id)
    sessions.end_of_grant(uow, grant.id)
    audit.record(uow, actor, "person.signed_out", "person", grant.person_id)


def change_role(uow: UnitOfWork, actor: Actor, grant_id: UUID, role: str, side: Literal["vendor", "partner"]) -> None:
    """Another role for a colleague. The sessions end, so that no page of the old role stays open."""
    require(actor, "people.manage")
    grant = _own_grant(uow, actor, grant_id)
    if role not in ROLES[side]:
        raise DomainError("grant.role", Kind.INVALID, "There is no such role here.")
    if grant.role == role:
        return
    if grant.person_id == actor.person_id:
        raise DomainError("grant.own", Kind.CONFLICT, "You cannot change your own role. Ask another administrator.")
    _keep_an_administrator(uow, grant)
    before, grant.role = grant.role, role
    sessions.end_of_grant(uow, grant.id)
    audit.record(uow, actor, "grant.changed", "person", grant.person_id, {"before": before, "after": role})


def disable_person(uow: UnitOfWork, actor: Actor, person_id: UUID) -> None:
    """Close an account: only when every role of the person is in the actor's own company. `enable_person` undoes it."""
    require(actor, "people.manage")
    grants = uow.session.scalars(
        select(Grant).where(Grant.person_id == person_id, Grant.revoked_at.is_(None)).with_for_update()
    ).all()
    own = set(uow.session.scalars(select(Grant.id).where(Grant.person_id == person_id, own_rows(actor, Grant))))
    person = must_exist(uow.session.get(Person, person_id) if own else None, "person")
    if person.id == actor.person_id:
        raise DomainError("grant.own", Kind.CONFLICT, "You cannot disable your own account.")
    if any(grant.id not in own for grant in grants):
        raise DomainError(
            "person.elsewhere", Kind.CONFLICT, "This person also works for another company. Take the role here instead."
        )
    for grant in grants:
        _keep_an_administrator(uow, grant)
    person.disabled_at = uow.now
    sessions.end_all(uow, person)
    audit.record(uow, actor, "person.disabled", "person", person.id)


def enable_person(uow: UnitOfWork, actor: Actor, person_id: UUID) -> None:
    """Open a closed account again, for the roles it has in the actor's own company; done twice, it changes nothing.

    Its sessions stay ended: the person signs in anew.
    """
    require(actor, "people.manage")
    own = uow.session.scalars(
        select(Grant.id).where(Grant.person_id == person_id, own_rows(actor, Grant), Grant.revoked_at.is_(None))
    ).first()
    person = must_exist(
        uow.session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one_or_none()
        if own
        else None,
        "person",
    )
    if person.disabled_at is None:
        return
    person.disabled_at = None
    audit.record(uow, actor, "person.enabled", "person", person.id)


ROLES: dict[str, tuple[str, ...]] = {
    "vendor": ("admin", "marketing", "channel", "finance"),
    "partner": ("partner_admin", "partner_member"),
}


def _self(uow: UnitOfWork, actor: Actor) -> Person:
    found: Person = must_exist(
        uow.session.scalars(select(Person).where(Person.id == actor.person_id).with_for_update()).one_or_none(),
        "person",
    )
    return found


def _own_grant(uow: UnitOfWork, actor: Actor, grant_id: UUID) -> Grant:
    found: Grant = must_exist(
        uow.session.scalars(
            select(Grant)
            .where(Grant.id == grant_id, own_rows(actor, Grant), Grant.revoked_at.is_(None))
            .with_for_update()
        ).one_or_none(),
        "grant",
    )
    return found


def _keep_an_administrator(uow: UnitOfWork, grant: Grant) -> None:
    """A company is never left without an administrator. The rows are locked, so two cannot leave at once."""
    if grant.role not in ("admin", "partner_admin"):
        return
    same = Grant.programme_id == grant.programme_id if grant.programme_id else Grant.partner_id == grant.partner_id
    others = uow.session.scalars(
        select(Grant.id)
        .where(same, Grant.role == grant.role, Grant.revoked_at.is_(None), Grant.id != grant.id)
        .with_for_update()
    ).all()
    if not others:
        raise DomainError(
            "grant.last_admin", Kind.CONFLICT, "The company would have no administrator. Name another first."
        )
