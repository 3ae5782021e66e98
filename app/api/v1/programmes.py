"""The programmes the caller belongs to: a vendor's own, or those of a partner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.partners.models import Membership, Programme


class ProgrammeOut(Shape):
    """A vendor's partner programme. `accent` is `#rrggbb`."""

    id: UUID
    slug: str
    name: str
    accent: str
    locale: str
    time_zone: str


class ProgrammePage(Page[ProgrammeOut]):
    """A page of programmes."""


def _show(row: Programme) -> ProgrammeOut:
    return ProgrammeOut(
        id=row.id, slug=row.slug, name=row.name, accent=row.accent, locale=row.locale, time_zone=row.time_zone
    )


@operation(
    "get",
    "/programmes",
    summary="Programmes you belong to",
    tag="Programmes",
    permission="self.read",
    query=PageQuery,
    answer=ProgrammePage,
)
def list_programmes(call: Call[Any, PageQuery]) -> ProgrammePage:
    query = select(Programme)
    if call.actor.partner_id is not None:
        mine = select(Membership.programme_id).where(
            Membership.partner_id == call.actor.partner_id, Membership.ended_at.is_(None)
        )
        query = query.where(Programme.id.in_(mine))
    else:
        query = query.where(Programme.id == call.actor.programme_id)
    rows, cursor = fetch(call.uow.session, query, Programme, call.query, _show)
    return ProgrammePage(items=rows, next_cursor=cursor)
