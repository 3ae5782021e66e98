"""API tokens of the caller's tenant: made (the secret is shown once), listed, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Instant, Text
from campaigns.core.tenancy import own_rows
from campaigns.partners.models import ApiToken, Grant
from campaigns.partners.service import tokens


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


class TokenIn(Body):
    """What it is for, what it may do (at most what yours may) and until when (within a year; null: without an end)."""

    name: Annotated[Text, Field(min_length=1, max_length=tokens.NAME_MAX)]
    scopes: Annotated[list[Annotated[Text, Field(max_length=40)]], Field(min_length=1, max_length=100)]
    expires_at: Annotated[Instant | None, Field(strict=False)] = None


class NewTokenOut(Shape):
    """A new token. `secret` is the whole of it, shown here and nowhere else."""

    id: UUID
    secret: str


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


@operation(
    "post",
    "/tokens",
    summary="Make a token for yourself; its secret is in this answer only",
    tag="Account",
    permission="token.manage",
    body=TokenIn,
    answer=NewTokenOut,
    status=201,
    limit=("token", 60, 3600),
)
def make_token(call: Call[TokenIn, Any]) -> Answer:
    said = call.body
    grant_id = tokens.own_grant(call.uow.session, call.actor)
    made = tokens.create_token(call.uow, call.actor, grant_id, said.name, said.scopes, said.expires_at)
    return Answer(NewTokenOut(id=made.id, secret=made.secret), status=201, headers={"Cache-Control": "no-store"})


@operation(
    "delete",
    "/tokens/{token_id:uuid}",
    summary="Revoke a token of your tenant; it is refused from the next request on",
    tag="Account",
    permission="token.manage",
    status=204,
)
def revoke_token(call: Call[Any, Any]) -> None:
    tokens.revoke_token(call.uow, call.actor, call.path["token_id"])
