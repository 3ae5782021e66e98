"""Contacts: add and edit; and the contact with consent that a landing form makes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import Consent, Contact, ContactList, ListMember
from campaigns.audience.rules import BASES, Address, normalise
from campaigns.audience.service.erasing import keep_erased_suppressed
from campaigns.core.actor import Actor
from campaigns.core.business_time import time_zones
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork

LIMITS = {"first_name": 100, "last_name": 100, "company": 200, "phone": 40, "country": 60}
_LOCALE = re.compile(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class ContactForm:
    """What a person types about a contact."""

    email: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    country: str = ""
    locale: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a contact may be written to: the basis, where it comes from, and since when."""

    basis: str
    source: str
    given_at: datetime
    expires_at: datetime | None = None


def tidy(form: ContactForm) -> ContactForm:
    """The form without control characters and surplus blanks."""
    return ContactForm(*[one_line(getattr(form, name)) for name in ContactForm.__slots__])


def check_contact(form: ContactForm) -> list[Problem]:
    """Everything wrong with a tidied form: contact.email, contact.too_long, contact.locale, contact.time_zone."""
    problems = []
    if normalise(form.email) is None:
        problems.append(
            Problem("contact.email", "This is not a complete address, such as name@company.com.", slot="email")
        )
    for name, most in LIMITS.items():
        length = len(getattr(form, name))
        if length > most:
            message = f"{length} characters are too many, at most {most} fit."
            problems.append(
                Problem("contact.too_long", message, slot=name, params={"measured": length, "needed": most})
            )
    if form.locale and not _LOCALE.fullmatch(form.locale):
        problems.append(Problem("contact.locale", "A language is written like de or pt-BR.", slot="locale"))
    if form.time_zone and form.time_zone not in time_zones():
        problems.append(Problem("contact.time_zone", "A time zone is written like Europe/Berlin.", slot="time_zone"))
    return problems


def check_basis(basis: Basis, now: datetime) -> list[Problem]:
    """basis.unknown, basis.no_source, basis.in_future, basis.expires_before."""
    problems = []
    if basis.basis not in BASES:
        problems.append(Problem("basis.unknown", "Say why you may write to them.", slot="basis"))
    if not basis.source.strip():
        problems.append(
            Problem("basis.no_source", "Say where you have it from, such as a fair, a form or an order.", slot="source")
        )
    if basis.given_at > now:
        problems.append(Problem("basis.in_future", "The date lies in the future.", slot="given_at"))
    if basis.expires_at is not None and basis.expires_at <= basis.given_at:
        problems.append(Problem("basis.expires_before", "It would end before it began.", slot="expires_at"))
    return problems


def _checked(form: ContactForm, more: list[Problem]) -> Address:
    """The address of a form that may be saved; raises `contact.invalid` with everything wrong."""
    raise_if_any("contact.invalid", "The contact cannot be saved.", check_contact(form) + more)
    address = normalise(form.email)
    if address is None:  # check_contact has said so already
        raise invalid("contact.email", "This is not a complete address.")
    return address


def add_contact(
    uow: UnitOfWork, actor: Actor, secret_key: str, form: ContactForm, basis: Basis, list_id: UUID | None = None
) -> UUID:
    """A new contact with its basis, on a list if one is given. `contact.exists` (conflict) carries `contact_id`."""
    require(actor, "contact.write")
    partner_id = partner_of(actor)
    form = tidy(form)
    address = _checked(form, check_basis(basis, uow.now))
    contact_id = uow.session.execute(
        insert(Contact)
        .values(id=new_id(), created_at=uow.now, partner_id=partner_id, **_columns(form, address))
        .on_conflict_do_nothing(index_elements=["partner_id", "email_key"])
        .returning(Contact.id)
    ).scalar_one_or_none()
    if contact_id is None:
        known = uow.session.execute(
            select(Contact.id).where(Contact.partner_id == partner_id, Contact.email_key == address.key)
        ).scalar_one()
        raise DomainError("contact.exists", Kind.CONFLICT, "You have this address already.", contact_id=str(known))
    add_basis(uow, contact_id, basis)
    keep_erased_suppressed(uow, secret_key, partner_id, [address.key])
    if list_id is not None:
        put_on_list(uow, partner_id, list_id, [contact_id])
    audit.record(uow, actor, "contact.add", "contact", contact_id)
    return contact_id


def edit_contact(
    uow: UnitOfWork, actor: Actor, secret_key: str, contact_id: UUID, version: int, form: ContactForm
) -> int:
    """Save a contact if it is still at `version`; returns the new one. `contact.changed` (precondition) otherwise."""
    require(actor, "contact.write")
    partner_id = partner_of(actor)
    form = tidy(form)
    address = _checked(form, [])
    row = must_exist(
        uow.session.execute(
            select(Contact)
            .where(Contact.id == contact_id, Contact.partner_id == partner_id, Contact.erased_at.is_(None))
            .with_for_update()
        ).scalar_one_or_none(),
        "contact",
    )
    if row.version != version:
        raise DomainError("contact.changed", Kind.PRECONDITION, "Somebody has changed this contact meanwhile.")
    taken = uow.session.execute(
        select(Contact.id).where(
            Contact.partner_id == partner_id, Contact.email_key == address.key, Contact.id != contact_id
        )
    ).scalar_one_or_none()
    if taken is not None:
        raise DomainError("contact.exists", Kind.CONFLICT, "Another contact has this address.", contact_id=str(taken))
    for name, value in _columns(form, address).items():
        setattr(row, name, value)
    row.version += 1
    uow.session.flush()
    keep_erased_suppressed(uow, secret_key, partner_id, [address.key])
    audit.record(uow, actor, "contact.edit", "contact", contact_id)
    return int(row.version)


def add_basis(uow: UnitOfWork, contact_id: UUID, basis: Basis) -> None:
    """Record why the contact may be written to."""
    uow.session.add(
        Consent(
            contact_id=contact_id, basis=basis.basis, source=basis.source.strip()[:200], given_at=basis.given_at,
            expires_at=basis.expires_at, created_at=uow.now,
        )
    )  # fmt: skip
    uow.session.flush()


def withdraw_consent(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> int:
    """The contact took every consent back (told the partner so); returns how many rows that ended."""
    require(actor, "contact.write")
    must_exist(
        uow.session.execute(
            select(Contact.id).where(Contact.id == contact_id, Contact.partner_id == partner_of(actor))
        ).scalar_one_or_none(),
        "contact",
    )
    ended = uow.session.execute(
        update(Consent)
        .where(Consent.contact_id == contact_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=uow.now)
        .returning(Consent.id)
        .execution_options(synchronize_session=False)
    ).all()
    audit.record(uow, actor, "contact.withdraw", "contact", contact_id, {"ended": len(ended)})
    return len(ended)


def put_on_list(uow: UnitOfWork, partner_id: UUID, list_id: UUID, contact_ids: list[UUID]) -> None:
    """Contacts of the partner onto one of its lists; who is on it already stays."""
    must_exist(
        uow.session.execute(
            select(ContactList.id).where(ContactList.id == list_id, ContactList.partner_id == partner_id)
        ).scalar_one_or_none(),
        "contact_list",
    )
    own = select(literal(list_id), Contact.id).where(Contact.id.in_(contact_ids), Contact.partner_id == partner_id)
    uow.session.execute(insert(ListMember).from_select(["list_id", "contact_id"], own).on_conflict_do_nothing())


def consented_contact(
    uow: UnitOfWork,
    secret_key: str,
    *,
    partner_id: UUID,
    email: str,
    email_key: str,
    name: str,
    company: str,
    phone: str,
    locale: str,
    source: str,
    text_shown: str,
) -> UUID:
    """The contact of somebody who ticked the consent of a form, with that consent as it was shown.

    An address that is suppressed stays so: anybody can type an address, only its owner can lift a block.
    """
    first, _, last = name.rpartition(" ")
    form = tidy(
        ContactForm(email, (first or last)[:100], (last if first else "")[:100], company[:200], phone[:40], "", locale)
    )
    address = replace(normalise(email) or Address(email, email_key, email_key))
    statement = insert(Contact).values(
        id=new_id(), created_at=uow.now, partner_id=partner_id, **_columns(form, address)
    )
    fill = ("first_name", "last_name", "company", "phone", "locale")
    contact_id = uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["partner_id", "email_key"],
            set_={
                name: func.coalesce(func.nullif(getattr(Contact, name), ""), getattr(statement.excluded, name))
                for name in fill
            },
        ).returning(Contact.id)
    ).scalar_one()
    digest = hashlib.sha256(text_shown.encode()).hexdigest()
    known = uow.session.execute(
        select(Consent.id).where(
            Consent.contact_id == contact_id,
            Consent.source == source,
            Consent.text_digest == digest,
            Consent.withdrawn_at.is_(None),
        )
    ).first()
    if known is None:
        uow.session.add(
            Consent(
                contact_id=contact_id, basis="consent", source=source, text_shown=text_shown, text_digest=digest,
                given_at=uow.now, created_at=uow.now,
            )
        )  # fmt: skip
    uow.session.flush()
    keep_erased_suppressed(uow, secret_key, partner_id, [email_key])
    return contact_id


def _columns(form: ContactForm, address: Address) -> dict[str, str]:
    values = {name: getattr(form, name) for name in ContactForm.__slots__ if name != "email"}
    return {"email": address.email, "email_key": address.key, **values}
