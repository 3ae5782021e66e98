"""Reads for the audience pages: lists with totals, contacts, one contact, blocked addresses, imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from campaigns.audience.models import WORD_ENDS, Consent, Contact, ContactImport, ContactList, ListMember, Suppression
from campaigns.core.actor import Actor
from campaigns.core.tenancy import must_exist, partner_of

PAGE = 50
MOST_WORDS = 8
MOST_LETTERS = 100
SORTS = ("name", "email", "company", "newest")


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list and how many contacts are on it."""

    id: UUID
    name: str
    version: int
    contacts: int
    archived: bool


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact in a table. `blocked` is the reason it is not mailed, empty when it may be."""

    id: UUID
    email: str
    name: str
    company: str
    locale: str
    blocked: str


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """One page of contacts, 50 of `total`."""

    lines: tuple[ContactLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """Why and since when a contact may be written to, or no more."""

    basis: str
    source: str
    text_shown: str
    given_at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One contact with its consents, lists and blocks. `values` are the fields as a form shows them."""

    id: UUID
    version: int
    created_at: datetime
    erased: bool
    values: dict[str, str]
    consents: tuple[ConsentLine, ...]
    lists: tuple[ListLine, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A blocked address of the partner. `liftable` for those the partner blocked itself."""

    id: UUID
    email: str
    reason: str
    source: str
    created_at: datetime
    liftable: bool


@dataclass(frozen=True, slots=True)
class BlocksPage:
    """One page of blocked addresses."""

    lines: tuple[BlockLine, ...]
    total: int
    page: int
    pages: int


def lists_for(session: Session, actor: Actor, *, archived: bool = False) -> list[ListLine]:
    """The partner's lists by name with their totals."""
    counted = select(func.count()).select_from(ListMember).where(ListMember.list_id == ContactList.id).scalar_subquery()
    query = select(ContactList, counted.label("contacts")).where(ContactList.partner_id == partner_of(actor))
    if not archived:
        query = query.where(ContactList.archived_at.is_(None))
    rows = session.execute(query.order_by(func.lower(ContactList.name)))
    return [
        ListLine(
            row.ContactList.id, row.ContactList.name, row.ContactList.version, row.contacts,
            row.ContactList.archived_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def list_of(session: Session, actor: Actor, list_id: UUID) -> ListLine:
    """One list; `contact_list.not_found` also for anybody else's."""
    found = [line for line in lists_for(session, actor, archived=True) if line.id == list_id]
    line: ListLine = must_exist(found[0] if found else None, "contact_list")
    return line


def _own_block(partner_id: UUID) -> ColumnElement[bool]:
    return and_(
        Suppression.lifted_at.is_(None),
        or_(Suppression.scope == "global", Suppression.partner_id == partner_id),
    )


def _matching(query: Select[Any], partner_id: UUID, list_id: UUID | None, text: str) -> Select[Any]:
    query = query.where(Contact.partner_id == partner_id, Contact.erased_at.is_(None))
    if list_id is not None:
        query = query.where(Contact.id.in_(select(ListMember.contact_id).where(ListMember.list_id == list_id)))
    if text:
        query = query.where(_words_begin(text))
    return query


def _words_begin(text: str) -> ColumnElement[bool]:
    """Contacts in whose address, name or company every word of the text begins a word; by the index on `search`."""
    words = [word for word in re.split(WORD_ENDS, text.replace("\0", "")) if word][:MOST_WORDS]
    if not words:
        return false()
    quoted = " & ".join("'" + word[:MOST_LETTERS].replace("\\", "\\\\").replace("'", "''") + "':*" for word in words)
    return Contact.search.bool_op("@@")(cast(func.lower(quoted), TSQUERY))


def contacts_for(
    session: Session, actor: Actor, *, list_id: UUID | None = None, text: str = "", sort: str = "email", page: int = 1
) -> ContactsPage:
    """Contacts of the partner, on a list or all; sorted by `email`, `name`, `company` or `newest`."""
    partner_id = partner_of(actor)
    total = session.execute(
        _matching(select(func.count()).select_from(Contact), partner_id, list_id, text)
    ).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    orders: dict[str, tuple[Any, ...]] = {
        "name": (func.lower(Contact.last_name), func.lower(Contact.first_name)),
        "company": (func.lower(Contact.company),),
        "newest": (Contact.created_at.desc(),),
    }
    rows = session.execute(
        _matching(select(Contact), partner_id, list_id, text)
        .order_by(*orders.get(sort, ()), Contact.email_key)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).scalars().all()  # fmt: skip
    reasons = _reasons(session, partner_id, [row.email_key for row in rows])
    lines = tuple(
        ContactLine(
            row.id, row.email, f"{row.first_name} {row.last_name}".strip(), row.company, row.locale,
            reasons.get(row.email_key, ""),
        )
        for row in rows
    )  # fmt: skip
    return ContactsPage(lines, total, page, pages)


def _reasons(session: Session, partner_id: UUID, keys: list[str]) -> dict[str, str]:
    rows = session.execute(
        select(Suppression.email_key, func.min(Suppression.reason).label("reason"))
        .where(Suppression.email_key.in_(keys), _own_block(partner_id))
        .group_by(Suppression.email_key)
    )
    return {row.email_key: row.reason for row in rows}


def contact_page(session: Session, actor: Actor, contact_id: UUID) -> ContactPage:
    """One contact; `contact.not_found` also for anybody else's."""
    partner_id = partner_of(actor)
    row: Contact = must_exist(
        session.execute(
            select(Contact).where(Contact.id == contact_id, Contact.partner_id == partner_id)
        ).scalar_one_or_none(),
        "contact",
    )
    consents = session.execute(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.given_at.desc())
    ).scalars()
    on = set(session.execute(select(ListMember.list_id).where(ListMember.contact_id == contact_id)).scalars())
    blocks = session.execute(
        select(Suppression.reason).where(Suppression.email_key == row.email_key, _own_block(partner_id))
    ).scalars()
    names = ("email", "first_name", "last_name", "company", "phone", "country", "locale", "time_zone")
    return ContactPage(
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        erased=row.erased_at is not None,
        values={name: getattr(row, name) for name in names},
        consents=tuple(
            ConsentLine(one.basis, one.source, one.text_shown, one.given_at, one.expires_at, one.withdrawn_at)
            for one in consents
        ),
        lists=tuple(line for line in lists_for(session, actor, archived=True) if line.id in on),
        blocks=tuple(blocks),
    )


def blocks_for(session: Session, actor: Actor, *, text: str = "", page: int = 1) -> BlocksPage:
    """Addresses the partner must not mail, newest first. Those of erased people show no address."""
    partner_id = partner_of(actor)
    shown = and_(Suppression.scope == "partner", Suppression.partner_id == partner_id, Suppression.lifted_at.is_(None))
    if text:
        held = Suppression.email_key.icontains(text, autoescape=True)
        shown = and_(shown, held, Suppression.email_key.not_like("erased:%"))
    total = session.execute(select(func.count()).select_from(Suppression).where(shown)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        select(Suppression)
        .where(shown)
        .order_by(Suppression.created_at.desc(), Suppression.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).scalars()
    lines = tuple(
        BlockLine(
            row.id, "" if row.email_key.startswith("erased:") else row.email_key, row.reason, row.source,
            row.created_at, row.reason == "manual",
        )
        for row in rows
    )  # fmt: skip
    return BlocksPage(lines, total, page, pages)


def import_of(session: Session, actor: Actor, import_id: UUID) -> ContactImport:
    """One import of the partner; `import.not_found` also for anybody else's."""
    row: ContactImport = must_exist(
        session.execute(
            select(ContactImport).where(ContactImport.id == import_id, ContactImport.partner_id == partner_of(actor))
        ).scalar_one_or_none(),
        "import",
    )
    return row


def imports_for(session: Session, actor: Actor, limit: int = 20) -> list[ContactImport]:
    """The partner's imports, newest first."""
    rows = session.execute(
        select(ContactImport)
        .where(ContactImport.partner_id == partner_of(actor))
        .order_by(ContactImport.created_at.desc())
        .limit(limit)
    )
    return list(rows.scalars())


def contact_rows(session: Session, actor: Actor, *, list_id: UUID | None = None) -> Iterator[Contact]:
    """Every contact (of a list) for a file, read as it is written."""
    rows = session.execute(
        _matching(select(Contact), partner_of(actor), list_id, "")
        .order_by(Contact.email_key)
        .execution_options(yield_per=1000)
    )
    yield from rows.scalars()
