"""What nobody inside can do yet: a programme with its first people, by whoever runs the installation."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners import rules
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme
from campaigns.partners.service.sign_in import hash_password


def _system(actor: Actor) -> None:
    if actor.kind != "system":
        raise DomainError("actor.forbidden", Kind.FORBIDDEN, "Only the installation itself may do this.")


def found_programme(
    uow: UnitOfWork,
    actor: Actor,
    *,
    name: str,
    slug: str = "",
    accent: str = "#0a5f56",
    locale: str = "en",
    time_zone: str = "UTC",
    postal_address: str = "",
    sender_email: str = "",
) -> UUID:
    """A new programme. `programme.exists` if the slug is taken, `programme.colour` for no colour."""
    _system(actor)
    short = slug or rules.slugify(name)
    if not rules.is_colour(accent):
        raise invalid("programme.colour", f"{accent} is no colour; write it as #rrggbb.")
    if uow.session.scalar(select(Programme.id).where(Programme.slug == short)):
        raise DomainError("programme.exists", Kind.CONFLICT, f"There is a programme “{short}” already.")
    programme = Programme(
        id=new_id(),
        slug=short,
        name=name,
        accent=accent,
        locale=locale,
        time_zone=time_zone,
        postal_address=postal_address,
        sender_email=sender_email,
    )
    uow.session.add(programme)
    uow.session.flush()
    audit.record(uow, actor, "programme.found", "programme", programme.id, {"slug": short}, programme_id=programme.id)
    return programme.id


def add_partner(
    uow: UnitOfWork,
    actor: Actor,
    programmes: Sequence[UUID],
    *,
    name: str,
    slug: str,
    country: str,
    locales: Sequence[str],
    time_zone: str,
    tier: str = "",
) -> UUID:
    """A partner organisation in these programmes; its first locale is the one it works in."""
    _system(actor)
    partner = Partner(
        id=new_id(),
        slug=slug,
        name=name,
        country=country,
        locale=locales[0],
        locales=list(locales),
        time_zone=time_zone,
    )
    uow.session.add(partner)
    uow.session.flush()
    for programme_id in programmes:
        uow.session.add(Membership(programme_id=programme_id, partner_id=partner.id, tier=tier))
        uow.session.flush()
        audit.record(uow, actor, "partner.add", "partner", partner.id, {"slug": slug}, programme_id=programme_id)
    return partner.id


def add_person(
    uow: UnitOfWork,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    locale: str,
    password: str,
    programme_id: UUID | None = None,
    partner_id: UUID | None = None,
) -> UUID:
    """A person with a role and a password. `person.email` for no address, `person.exists` if it is taken."""
    _system(actor)
    key = rules.normalise_email(email)
    if key is None:
        raise invalid("person.email", f"{email} is no mail address.")
    if uow.session.scalar(select(Person.id).where(Person.email == key)):
        raise DomainError("person.exists", Kind.CONFLICT, f"There is an account of {key} already.")
    person = Person(id=new_id(), email=key, name=name, locale=locale, password_hash=hash_password(password))
    uow.session.add(person)
    uow.session.flush()
    uow.session.add(Grant(person_id=person.id, role=role.value, programme_id=programme_id, partner_id=partner_id))
    uow.session.flush()
    audit.record(
        uow,
        actor,
        "person.add",
        "person",
        person.id,
        {"role": role.value},
        programme_id=programme_id,
        partner_id=partner_id,
    )
    return person.id
