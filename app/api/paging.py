"""Cursor pages: an opaque cursor over (created_at, id), newest first."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Select, literal, tuple_

from app.api.operation import Shape
from campaigns.core.errors import invalid

T = TypeVar("T")
R = TypeVar("R")


class PageQuery(Shape):
    """`limit` 1–200 and the `cursor` of the page before."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None


class Page(BaseModel, Generic[T]):
    """A page; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def encode(created_at: datetime, row_id: UUID | int) -> str:
    """A cursor that points behind a row."""
    raw = json.dumps([created_at.isoformat(), str(row_id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(cursor: str, kind: type[UUID] | type[int]) -> tuple[datetime, UUID | int]:
    """The position of a cursor; `page.cursor` if it is none of ours."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at = datetime.fromisoformat(raw[0])
        if at.tzinfo is None:
            raise ValueError
        row_id = kind(str(raw[1]))
        if isinstance(row_id, int) and not 0 <= row_id < 2**63:
            raise ValueError
        return at, row_id
    except (ValueError, TypeError, KeyError, IndexError, binascii.Error, UnicodeError) as error:
        raise invalid("page.cursor", "The cursor is not one of ours; start from the first page.") from error


def fetch(
    session: Any, query: Select[Any], model: Any, page: PageQuery, show: Callable[[Any], R], kind: Any = UUID
) -> tuple[list[R], str | None]:
    """One page of `query` (rows of `model`, already scoped), newest first, shown by `show`."""
    if page.cursor:
        at, row_id = decode(page.cursor, kind)
        query = query.where(tuple_(model.created_at, model.id) < tuple_(literal(at), literal(row_id)))
    rows: Sequence[Any] = session.scalars(
        query.order_by(model.created_at.desc(), model.id.desc()).limit(page.limit + 1)
    ).all()
    more = len(rows) > page.limit
    kept = rows[: page.limit]
    return [show(row) for row in kept], encode(kept[-1].created_at, kept[-1].id) if more else None


def page_list(
    items: Sequence[T], page: PageQuery, key: Callable[[T], tuple[datetime, UUID]]
) -> tuple[list[T], str | None]:
    """A page of a short list that a query returned whole, newest first."""
    ordered = sorted(items, key=key, reverse=True)
    if page.cursor:
        position = decode(page.cursor, UUID)
        ordered = [item for item in ordered if key(item) < position]
    kept = ordered[: page.limit]
    more = len(ordered) > page.limit
    return kept, encode(*key(kept[-1])) if more else None
