"""A partner's deals with what presses first, page by page; and the token a draft is kept under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.deals.models import Deal, DealClock, ProductLine
from campaigns.deals.queries.partner import DealRow, matches_text
from campaigns.deals.rules import WAITING
from campaigns.deals.service.reading import seen_by
from campaigns.deals.service.steps import shown_state
from campaigns.partners.models import Programme

PAGE: Final = 25
SOON: Final = timedelta(days=30)
_BEHIND = {"in_review": WAITING}


@dataclass(frozen=True, slots=True)
class UrgentPage:
    """One page; `pages` is at least 1, `total` counts what the filters leave."""

    rows: tuple[DealRow, ...]
    total: int
    page: int
    pages: int


def _rank(now: datetime) -> Any:
    """What presses: the partner's turn, an end that is near, what is being decided, drafts, the rest."""
    ending = (Deal.state == "approved") & (Deal.protected_until <= now + SOON)
    return case(
        (Deal.state == "action_required", 0),
        (ending, 1),
        (Deal.state.in_(WAITING), 2),
        (Deal.state == "draft", 3),
        (Deal.state == "approved", 4),
        (Deal.state == "converted", 5),
        (Deal.state == "won", 6),
        else_=7,
    )


def urgent_deals(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    state: str = "",
    product_line: str = "",
    programme: str = "",
    search: str = "",
    page: int = 1,
    size: int = PAGE,
) -> UrgentPage:
    """The partner's deals and those of its teams, over all programmes, the most urgent first.

    `state` is as a partner is told it, `programme` a slug. A page behind the last shows the last.
    """
    require(actor, "deal.read")
    partner_of(actor)
    where: list[Any] = [seen_by(actor)]
    if state:
        where.append(Deal.state.in_(_BEHIND.get(state, (state,))))
    if product_line:
        where.append(Deal.product_line == product_line)
    if programme:
        where.append(Programme.slug == programme)
    if search.strip():
        where.append(matches_text(search))
    joined = select(func.count()).select_from(Deal).join(Programme, Programme.id == Deal.programme_id).where(*where)
    total = session.scalar(joined) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rank = _rank(now)
    near = case((rank.in_([1, 4]), Deal.protected_until), (rank == 0, Deal.returned_at), else_=None)
    late = case((rank == 2, Deal.submitted_at), else_=None)
    rows = session.execute(
        select(Deal, Programme.name, ProductLine.name, DealClock.due_at)
        .join(Programme, Programme.id == Deal.programme_id)
        .outerjoin(
            ProductLine, (ProductLine.programme_id == Deal.programme_id) & (ProductLine.code == Deal.product_line)
        )
        .outerjoin(DealClock, DealClock.deal_id == Deal.id)
        .where(*where)
        .order_by(rank, near.asc().nulls_last(), late.asc().nulls_last(), Deal.created_at.desc(), Deal.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return UrgentPage(tuple(_row(actor, *row) for row in rows), total, page, pages)


def _row(actor: Actor, deal: Deal, programme: str, product: str | None, due_at: datetime | None) -> DealRow:
    return DealRow(
        deal.id, deal.reference, programme, shown_state(deal.state), deal.partner_id == actor.partner_id,
        str(deal.company.get("name", "")), str(deal.company.get("country", "")), deal.title, deal.product_line,
        product or deal.product_line, deal.amount_minor, deal.currency, deal.close_on, deal.stage, deal.next_step,
        deal.next_step_on, deal.created_at, deal.submitted_at, due_at, deal.protected_until, deal.partner_version,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Under which token a draft is kept, and in which programme."""

    token: str
    programme_id: UUID
    programme_slug: str


def draft_key(session: Session, actor: Actor, deal_id: UUID) -> DraftKey:
    """Of the partner's own draft; `deal.not_found` for anything else."""
    require(actor, "deal.read")
    row = session.execute(
        select(Deal.client_token, Deal.programme_id, Programme.slug)
        .join(Programme, Programme.id == Deal.programme_id)
        .where(Deal.id == deal_id, Deal.partner_id == partner_of(actor), Deal.state == "draft")
    ).one_or_none()
    found = must_exist(row, "deal")
    return DraftKey(*found)


def programme_slug_of(session: Session, actor: Actor, deal_id: UUID) -> str:
    """The slug of the programme of a deal that the actor may look at; `deal.not_found` for any other."""
    return str(
        must_exist(
            session.scalar(
                select(Programme.slug)
                .join(Deal, Deal.programme_id == Programme.id)
                .where(Deal.id == deal_id, seen_by(actor))
            ),
            "deal",
        )
    )
