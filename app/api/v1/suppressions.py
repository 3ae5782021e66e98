"""Addresses the calling partner must not mail: seen, added, and its own decisions taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.audience.models import Suppression
from campaigns.audience.service import lift_suppression, suppress_addresses
from campaigns.core.tenancy import partner_of


class SuppressionsQuery(PageQuery):
    """Part of an address."""

    search: Annotated[Text, Field(max_length=200)] = ""


class SuppressionOut(Shape):
    """A blocked address; empty for somebody who was erased. Only `manual` ones are yours to lift."""

    id: UUID
    email: str
    reason: str
    source: str
    created_at: datetime


class SuppressionPage(Page[SuppressionOut]):
    """A page of blocked addresses."""


class SuppressIn(Body):
    """Addresses never to mail, and where that is known from."""

    addresses: Annotated[list[Annotated[Text, Field(max_length=320)]], Field(min_length=1, max_length=10_000)]
    source: Annotated[Text, Field(max_length=200)] = "api"


class SuppressedOut(Shape):
    """New ones, ones already there, and what is no address."""

    added: int
    known: int
    refused: list[str]


def _show(row: Suppression) -> SuppressionOut:
    email = "" if row.email_key.startswith("erased:") else row.email_key
    return SuppressionOut(id=row.id, email=email, reason=row.reason, source=row.source, created_at=row.created_at)


@operation(
    "get",
    "/suppressions",
    summary="Addresses you must not mail",
    tag="Audience",
    permission="contact.read",
    query=SuppressionsQuery,
    answer=SuppressionPage,
)
def list_suppressions(call: Call[Any, SuppressionsQuery]) -> SuppressionPage:
    query = select(Suppression).where(
        Suppression.scope == "partner",
        Suppression.partner_id == partner_of(call.actor),
        Suppression.lifted_at.is_(None),
    )
    if call.query.search.strip():
        query = query.where(
            Suppression.email_key.icontains(call.query.search.strip(), autoescape=True),
            Suppression.email_key.not_like("erased:%"),
        )
    rows, cursor = fetch(call.uow.session, query, Suppression, call.query, _show)
    return SuppressionPage(items=rows, next_cursor=cursor)


@operation(
    "post",
    "/suppressions",
    summary="Never mail these",
    tag="Audience",
    permission="contact.write",
    body=SuppressIn,
    answer=SuppressedOut,
    idempotent=True,
)
def create_suppressions(call: Call[SuppressIn, Any]) -> SuppressedOut:
    done = suppress_addresses(call.uow, call.actor, call.body.addresses, source=call.body.source)
    return SuppressedOut(added=done.added, known=done.known, refused=list(done.refused))


@operation(
    "delete",
    "/suppressions/{suppression_id:uuid}",
    summary="Allow an address again that you blocked yourself",
    tag="Audience",
    permission="contact.write",
    status=204,
)
def delete_suppression(call: Call[Any, Any]) -> None:
    lift_suppression(call.uow, call.actor, call.path["suppression_id"])
