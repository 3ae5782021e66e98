"""The list of a programme's partners: searched, sorted, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.partners.models import BrandKit, Grant, Membership, Partner, Session

PAGE = 50
SORTS = ("name", "joined", "country")


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One partner of the programme. `people` 0 means the invitation is not answered yet."""

    id: UUID
    name: str
    slug: str
    country: str
    tier: str
    joined_at: datetime
    people: int
    has_brand: bool
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of partners; `total` counts what the search found, `page` begins at 1."""

    lines: tuple[PartnerLine, ...]
    total: int
    page: int
    pages: int


def partners(session: DbSession, actor: Actor, *, search: str = "", sort: str = "name", page: int = 1) -> Roster:
    """The actor's partners whose name holds `search`."""
    require(actor, "partner.read")
    mine = (
        select(Membership.id)
        .join(Partner, Partner.id == Membership.partner_id)
        .where(Membership.programme_id == programme_of(actor), Membership.ended_at.is_(None))
    )
    if search.strip():
        mine = mine.where(Partner.name.icontains(search.strip()[:80], autoescape=True))
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    order = {
        "name": (func.lower(Partner.name),),
        "joined": (Membership.created_at.desc(),),
        "country": (Partner.country, func.lower(Partner.name)),
    }[sort if sort in SORTS else "name"]
    people = (
        select(func.count()).where(Grant.partner_id == Partner.id, Grant.revoked_at.is_(None)).correlate(Partner)
    ).scalar_subquery()
    seen = (
        select(func.max(Session.last_seen_at))
        .join(Grant, Grant.id == Session.grant_id)
        .where(Grant.partner_id == Partner.id)
        .correlate(Partner)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Partner.id, Partner.name, Partner.slug, Partner.country, Membership.tier, Membership.created_at,
            people, BrandKit.current_revision_id.is_not(None), seen,
        )
        .join(Membership, Membership.partner_id == Partner.id)
        .outerjoin(BrandKit, BrandKit.partner_id == Partner.id)
        .where(Membership.id.in_(mine))
        .order_by(*order, Partner.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return Roster(tuple(PartnerLine(*row) for row in rows), total, page, pages)
