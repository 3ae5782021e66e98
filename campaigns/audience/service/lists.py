"""A partner's named lists."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import ContactList, ListMember
from campaigns.audience.service.contacts import put_on_list
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork

MOST_NAME = 80


def _name(text: str) -> str:
    name = one_line(text)
    if not name or len(name) > MOST_NAME:
        raise invalid("list.name", f"A list has a name of 1 to {MOST_NAME} characters.", measured=len(name))
    return name


def create_list(uow: UnitOfWork, actor: Actor, name: str) -> UUID:
    """A new, empty list. `list.exists` (conflict) if the partner has one of that name."""
    require(actor, "contact.write")
    made = uow.session.execute(
        insert(ContactList)
        .values(id=new_id(), created_at=uow.now, partner_id=partner_of(actor), name=_name(name))
        .on_conflict_do_nothing(index_elements=["partner_id", "name"])
        .returning(ContactList.id)
    ).scalar_one_or_none()
    if made is None:
        raise DomainError("list.exists", Kind.CONFLICT, "You have a list of this name already.")
    audit.record(uow, actor, "list.create", "list", made)
    return made


def rename_list(uow: UnitOfWork, actor: Actor, list_id: UUID, version: int, name: str) -> None:
    """Another name, if nobody changed the list meanwhile (`list.changed`)."""
    row = own_list(uow, actor, list_id)
    if row.version != version:
        raise DomainError("list.changed", Kind.PRECONDITION, "Somebody has changed this list meanwhile.")
    wanted = _name(name)
    taken = select(ContactList.id).where(
        ContactList.partner_id == row.partner_id, ContactList.name == wanted, ContactList.id != list_id
    )
    if uow.session.execute(taken).first() is not None:
        raise DomainError("list.exists", Kind.CONFLICT, "You have a list of this name already.")
    row.name, row.version = wanted, row.version + 1
    audit.record(uow, actor, "list.rename", "list", list_id)


def archive_list(uow: UnitOfWork, actor: Actor, list_id: UUID, *, archived: bool = True) -> None:
    """Put a list away, or take it out again. Its contacts stay, and so do launches that went to it."""
    row = own_list(uow, actor, list_id)
    row.archived_at = uow.now if archived else None
    audit.record(uow, actor, "list.archive" if archived else "list.restore", "list", list_id)


def add_to_list(uow: UnitOfWork, actor: Actor, list_id: UUID, contact_ids: list[UUID]) -> None:
    """Contacts onto a list."""
    require(actor, "contact.write")
    put_on_list(uow, partner_of(actor), list_id, contact_ids)


def remove_from_list(uow: UnitOfWork, actor: Actor, list_id: UUID, contact_ids: list[UUID]) -> None:
    """Contacts off a list; they stay contacts."""
    own_list(uow, actor, list_id)
    uow.session.execute(delete(ListMember).where(ListMember.list_id == list_id, ListMember.contact_id.in_(contact_ids)))


def own_list(uow: UnitOfWork, actor: Actor, list_id: UUID) -> ContactList:
    """The partner's list, locked; `contact_list.not_found` also for anybody else's."""
    require(actor, "contact.write")
    row: ContactList = must_exist(
        uow.session.execute(
            select(ContactList)
            .where(ContactList.id == list_id, ContactList.partner_id == partner_of(actor))
            .with_for_update()
        ).scalar_one_or_none(),
        "contact_list",
    )
    return row
