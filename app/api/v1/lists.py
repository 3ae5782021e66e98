"""Contact lists of the calling partner."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.audience.models import ContactList
from campaigns.audience.service import lists
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import must_exist, scoped


class ListOut(Shape):
    """A named list. `archived` ones are not offered for launches."""

    id: UUID
    name: str
    archived: bool
    created_at: datetime
    version: int


class ListPage(Page[ListOut]):
    """A page of lists."""


class ListIn(Body):
    """A list's name, unique within the partner."""

    name: Annotated[Text, Field(min_length=1, max_length=lists.MOST_NAME)]


class MembersIn(Body):
    """Contacts of yours; others are passed over."""

    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


def show(row: ContactList) -> ListOut:
    """The row as the API gives it."""
    return ListOut(
        id=row.id,
        name=row.name,
        archived=row.archived_at is not None,
        created_at=row.created_at,
        version=row.version,
    )


def _own(call: Call[Any, Any], list_id: UUID) -> Answer:
    query = scoped(select(ContactList), call.actor, ContactList).where(ContactList.id == list_id)
    row: ContactList = must_exist(call.uow.session.scalars(query).one_or_none(), "contact_list")
    return Answer(show(row), version=row.version)


@operation(
    "get",
    "/lists",
    summary="Your contact lists",
    tag="Audience",
    permission="contact.read",
    query=PageQuery,
    answer=ListPage,
)
def list_lists(call: Call[Any, PageQuery]) -> ListPage:
    query = scoped(select(ContactList), call.actor, ContactList).where(ContactList.archived_at.is_(None))
    rows, cursor = fetch(call.uow.session, query, ContactList, call.query, show)
    return ListPage(items=rows, next_cursor=cursor)


@operation(
    "post",
    "/lists",
    summary="Make a list",
    tag="Audience",
    permission="contact.write",
    body=ListIn,
    answer=ListOut,
    status=201,
    idempotent=True,
)
def create_list(call: Call[ListIn, Any]) -> Answer:
    made = lists.create_list(call.uow, call.actor, call.body.name)
    shown = _own(call, made)
    return Answer(shown.value, status=201, version=shown.version, headers={"Location": f"/api/v1/lists/{made}"})


@operation("get", "/lists/{list_id:uuid}", summary="A list", tag="Audience", permission="contact.read", answer=ListOut)
def get_list(call: Call[Any, Any]) -> Answer:
    return _own(call, call.path["list_id"])


@operation(
    "put",
    "/lists/{list_id:uuid}",
    summary="Rename a list",
    tag="Audience",
    permission="contact.write",
    body=ListIn,
    answer=ListOut,
    versioned=True,
)
def put_list(call: Call[ListIn, Any]) -> Answer:
    lists.rename_list(call.uow, call.actor, call.path["list_id"], call.if_match or 0, call.body.name)
    call.uow.session.flush()
    return _own(call, call.path["list_id"])


@operation(
    "delete",
    "/lists/{list_id:uuid}",
    summary="Put a list away; its contacts stay",
    tag="Audience",
    permission="contact.write",
    status=204,
    versioned=True,
)
def archive_list(call: Call[Any, Any]) -> None:
    row = lists.own_list(call.uow, call.actor, call.path["list_id"])
    if row.version != call.if_match:
        raise DomainError("list.changed", Kind.PRECONDITION, "Somebody has changed this list meanwhile.")
    lists.archive_list(call.uow, call.actor, row.id)


@operation(
    "post",
    "/lists/{list_id:uuid}/restore",
    summary="Take a list out again",
    tag="Audience",
    permission="contact.write",
    answer=ListOut,
)
def restore_list(call: Call[Any, Any]) -> Answer:
    lists.archive_list(call.uow, call.actor, call.path["list_id"], archived=False)
    call.uow.session.flush()
    return _own(call, call.path["list_id"])


@operation(
    "post",
    "/lists/{list_id:uuid}/members",
    summary="Put contacts on a list",
    tag="Audience",
    permission="contact.write",
    body=MembersIn,
    status=204,
)
def add_members(call: Call[MembersIn, Any]) -> None:
    lists.add_to_list(call.uow, call.actor, call.path["list_id"], call.body.contact_ids)


@operation(
    "post",
    "/lists/{list_id:uuid}/members/remove",
    summary="Take contacts off a list; they stay contacts",
    tag="Audience",
    permission="contact.write",
    body=MembersIn,
    status=204,
)
def remove_members(call: Call[MembersIn, Any]) -> None:
    lists.remove_from_list(call.uow, call.actor, call.path["list_id"], call.body.contact_ids)
