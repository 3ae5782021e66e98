"""Accepting an invitation: a new account or an existing one takes the role and is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.ids import digest, new_id
from campaigns.core.problems import Problem, raise_if_any
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners import rules
from campaigns.partners.errors import link_used
from campaigns.partners.models import Grant, Invitation, Membership, Person
from campaigns.partners.service.invitations import inviting_company
from campaigns.partners.service.people import NAME_MAX
from campaigns.partners.service.sign_in import acting, hash_password, matches, open_as


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that may still be accepted. `has_account`: the password is the one the person has."""

    email: str
    name: str
    company: str
    role: str
    locale: str
    has_account: bool


def open_invitation(uow: UnitOfWork, secret: str) -> OpenInvitation:
    """What the link offers; DomainError `link.gone` if it was used, withdrawn or is too old."""
    invitation = _find(uow, secret)
    person = _person(uow, invitation)
    return OpenInvitation(
        invitation.email,
        person.name if person else invitation.name,
        inviting_company(uow, invitation),
        invitation.role,
        invitation.locale,
        person is not None and person.password_hash is not None,
    )


def accept_invitation(uow: UnitOfWork, secret: str, name: str, password: str, user_agent: str) -> str:
    """Take the role; returns the secret of a session in it. The link works for one acceptance only."""
    invitation = _find(uow, secret)
    person = _person(uow, invitation)
    problems = []
    if person is not None and person.password_hash is not None:
        if not matches(person.password_hash, password):
            problems.append(Problem("password.wrong", "This is not the password of your account.", slot="password"))
    else:
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
            problems.append(Problem("person.name", f"The name needs 1 to {NAME_MAX} characters.", slot="name"))
        problems += rules.password_problems(password, invitation.email)
    raise_if_any("invitation.invalid", "The invitation was not accepted yet.", problems)
    used = uow.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(accepted_at=uow.now)
        .returning(Invitation.id)
    ).one_or_none()
    if used is None:  # somebody was faster with the same link
        raise link_used()
    if person is None:
        person = Person(id=new_id(), email=invitation.email, name=name, locale=invitation.locale)
        uow.session.add(person)
    if person.password_hash is None:
        person.name, person.password_hash = name, hash_password(password)
    uow.session.flush()
    grant = _grant(uow, person, invitation)
    if invitation.from_programme_id is not None:
        uow.session.execute(
            insert(Membership)
            .values(id=new_id(), programme_id=invitation.from_programme_id, partner_id=invitation.partner_id)
            .on_conflict_do_update(index_elements=["programme_id", "partner_id"], set_={"ended_at": None})
        )
    audit.record(uow, acting(person, grant), "invitation.accepted", "invitation", invitation.id)
    return open_as(uow, person, grant, user_agent)


def _find(uow: UnitOfWork, secret: str) -> Invitation:
    invitation = uow.session.scalars(
        select(Invitation).where(
            Invitation.secret_digest == digest(secret),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > uow.now,
        )
    ).one_or_none()
    if invitation is None:
        raise link_used()
    return invitation


def _person(uow: UnitOfWork, invitation: Invitation) -> Person | None:
    person = uow.session.scalars(select(Person).where(Person.email == invitation.email)).one_or_none()
    if person is not None and person.disabled_at is not None:
        raise link_used()
    return person


def _grant(uow: UnitOfWork, person: Person, invitation: Invitation) -> Grant:
    """The role offered; one the person has in that company already is left as it is."""
    same = (
        Grant.programme_id == invitation.programme_id
        if invitation.programme_id
        else Grant.partner_id == invitation.partner_id
    )
    grant = uow.session.scalars(
        select(Grant).where(Grant.person_id == person.id, same, Grant.revoked_at.is_(None)).order_by(Grant.id).limit(1)
    ).one_or_none()
    if grant is None:
        grant = Grant(
            id=new_id(),
            person_id=person.id,
            role=invitation.role,
            programme_id=invitation.programme_id,
            partner_id=invitation.partner_id,
        )
        uow.session.add(grant)
        uow.session.flush()
    return grant
