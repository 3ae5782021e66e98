"""API tokens of the caller's tenant: read and revoked here, made by a person on the page, where they are shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.core.tenancy import own_rows
from campaigns.partners.models import ApiToken, Grant


class TokenOut(Shape):
    """A token without its secret."""

    id: UUID
    prefix: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenPage(Page[TokenOut]):
    """A page of tokens."""


def _show(row: ApiToken) -> TokenOut:
    return TokenOut(
        id=row.id,
        prefix=row.prefix,
        name=row.name,
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


@operation(
    "get",
    "/tokens",
    summary="Tokens of your tenant",
    tag="Account",
    permission="audit.read",
    query=PageQuery,
    answer=TokenPage,
)
def list_tokens(call: Call[Any, PageQuery]) -> TokenPage:
    query = select(ApiToken).join(Grant, Grant.id == ApiToken.grant_id).where(own_rows(call.actor, Grant))
    rows, cursor = fetch(call.uow.session, query, ApiToken, call.query, _show)
    return TokenPage(items=rows, next_cursor=cursor)
