"""Contact lists of the calling partner."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.audience.models import ContactList
from campaigns.core.tenancy import scoped


class ListOut(Shape):
    """A named list."""

    id: UUID
    name: str
    created_at: datetime
    version: int


class ListPage(Page[ListOut]):
    """A page of lists."""


class ListIn(Shape):
    """A list's name, unique within the partner."""

    name: Annotated[str, Field(min_length=1, max_length=120)]


def show(row: ContactList) -> ListOut:
    """The row as the API gives it."""
    return ListOut(id=row.id, name=row.name, created_at=row.created_at, version=row.version)


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
