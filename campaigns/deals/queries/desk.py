"""The reviewer's desk: the queue by what is due, and a deal beside everything it resembles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.deals.models import (
    Deal,
    DealApproval,
    DealClock,
    DealMatch,
    DealPolicy,
    DealRequest,
    ProductLine,
)
from campaigns.deals.queries.matches import MatchSide, matches_of
from campaigns.deals.queries.partner import matches_text
from campaigns.deals.queries.parts import (
    EvidenceRow,
    LineRow,
    RequestRow,
    TeamRow,
    evidence_of,
    lines_of,
    requests_of,
    team_of,
    totals_of,
)
from campaigns.deals.queries.timeline import TimelineLine, timeline_of
from campaigns.deals.rules import WAITING, steps_from
from campaigns.deals.service.drafting import form_of
from campaigns.deals.service.matching import LIVE
from campaigns.partners.models import Partner, Person

MOST = 200


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A deal in the vendor's lists. `blocks` and `flags` count the matches nobody dismissed."""

    id: UUID
    reference: str
    state: str
    partner_id: UUID
    partner: str
    company: str
    country: str
    title: str
    product_line: str
    product_name: str
    amount_minor: int
    currency: str
    close_on: date | None
    stage: str
    submitted_at: datetime
    created_at: datetime
    priority: int
    due_at: datetime | None
    reviewer: str
    blocks: int
    flags: int
    requests: int
    protected_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class DeskList:
    """A page of the vendor's deals; `next` is the following one's cursor."""

    rows: tuple[DeskRow, ...]
    next: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A deal as its reviewer needs it."""

    row: DeskRow
    form: Any
    account_id: UUID | None
    account_key: UUID | None
    policy_number: int
    editable: tuple[str, ...]
    decided_at: datetime | None
    decided_by: str
    reason_code: str
    reason: str
    owner_system: str
    approvals: tuple[str, ...]
    round: int
    matches: tuple[MatchSide, ...]
    lines: tuple[LineRow, ...]
    line_totals: dict[str, int]
    team: tuple[TeamRow, ...]
    team_named: bool
    may_team: bool
    evidence: tuple[EvidenceRow, ...]
    requests: tuple[RequestRow, ...]
    timeline: tuple[TimelineLine, ...]
    steps: tuple[str, ...]


def _count(strength: str) -> Any:
    return (
        select(func.count())
        .where(DealMatch.deal_id == Deal.id, DealMatch.strength == strength, DealMatch.dismissed_at.is_(None))
        .correlate(Deal)
        .scalar_subquery()
    )


def _rows(actor: Actor) -> Any:
    asked = (
        select(func.count())
        .where(DealRequest.deal_id == Deal.id, DealRequest.state == "open")
        .correlate(Deal)
        .scalar_subquery()
    )
    return (
        select(
            Deal, Partner.name, Person.name, DealClock.due_at, _count("block"), _count("flag"), asked, ProductLine.name
        )
        .outerjoin(
            ProductLine, (ProductLine.programme_id == Deal.programme_id) & (ProductLine.code == Deal.product_line)
        )
        .join(Partner, Partner.id == Deal.partner_id)
        .outerjoin(Person, Person.id == Deal.reviewer_id)
        .outerjoin(DealClock, DealClock.deal_id == Deal.id)
        .where(Deal.programme_id == programme_of(actor), Deal.submitted_at.is_not(None))
    )


def _row(
    deal: Deal,
    partner: str,
    reviewer: str | None,
    due_at: datetime | None,
    blocks: int,
    flags: int,
    requests: int,
    product: str | None,
) -> DeskRow:
    return DeskRow(
        deal.id, deal.reference, deal.state, deal.partner_id, partner, str(deal.company.get("name", "")),
        str(deal.company.get("country", "")), deal.title, deal.product_line, product or deal.product_line,
        deal.amount_minor, deal.currency, deal.close_on, deal.stage, deal.submitted_at or deal.created_at,
        deal.created_at, deal.priority or 0, due_at, reviewer or "", blocks, flags, requests, deal.protected_until,
        deal.version,
    )  # fmt: skip


def queue_for(session: Session, actor: Actor, *, mine: bool = False, limit: int = MOST) -> list[DeskRow]:
    """What waits for the vendor: registrations by when they are due, then by who was first; and open requests."""
    require(actor, "registration.read")
    asked = select(DealRequest.deal_id).where(DealRequest.state == "open")
    query = _rows(actor).where(Deal.state.in_(WAITING) | Deal.id.in_(asked))
    if mine:
        query = query.where(Deal.reviewer_id == actor.person_id)
    query = query.order_by(DealClock.due_at.asc().nulls_last(), Deal.priority).limit(min(max(limit, 1), MOST))
    return [_row(*one) for one in session.execute(query)]


def desk_deals(
    session: Session,
    actor: Actor,
    *,
    state: str = "",
    search: str = "",
    product_line: str = "",
    partner_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> DeskList:
    """All the programme's registrations, newest first; `after` is `DeskList.next`."""
    require(actor, "registration.read")
    limit = min(max(limit, 1), MOST)
    query = _rows(actor)
    if state:
        query = query.where(Deal.state == state)
    if product_line:
        query = query.where(Deal.product_line == product_line)
    if partner_id is not None:
        query = query.where(Deal.partner_id == partner_id)
    if search.strip():
        query = query.where(matches_text(search))
    if after is not None:
        query = query.where(tuple_(Deal.created_at, Deal.id) < after)
    found = session.execute(query.order_by(Deal.created_at.desc(), Deal.id.desc()).limit(limit + 1)).all()
    rows = tuple(_row(*one) for one in found[:limit])
    return DeskList(rows, (rows[-1].created_at, rows[-1].id) if len(found) > limit else None)


def desk_page(session: Session, actor: Actor, deal_id: UUID) -> DeskPage:
    """One registration with both sides of each match; `deal.not_found` also for another programme's and for drafts."""
    require(actor, "registration.read")
    found = must_exist(session.execute(_rows(actor).where(Deal.id == deal_id)).one_or_none(), "deal")
    deal: Deal = found[0]
    round_ = session.scalar(select(DealClock.round).where(DealClock.deal_id == deal_id)) or 1
    names = session.scalars(
        select(Person.name)
        .join(DealApproval, DealApproval.person_id == Person.id)
        .where(DealApproval.deal_id == deal_id, DealApproval.round == round_)
        .order_by(DealApproval.id)
    )
    lines = lines_of(session, deal_id)
    number = session.scalar(select(DealPolicy.number).where(DealPolicy.id == deal.policy_id)) or 0
    return DeskPage(
        row=_row(*found),
        form=form_of(deal),
        account_id=deal.account_id,
        account_key=deal.account_key,
        policy_number=number,
        editable=tuple(deal.editable),
        decided_at=deal.decided_at,
        decided_by=session.scalar(select(Person.name).where(Person.id == deal.decided_by)) or "",
        reason_code=deal.reason_code,
        reason=deal.reason,
        owner_system=deal.owner_system,
        approvals=tuple(names),
        round=round_,
        matches=matches_of(session, deal),
        lines=lines,
        line_totals=totals_of(lines),
        team=team_of(session, deal_id),
        team_named=deal.team_named,
        may_team=deal.state in LIVE,
        evidence=evidence_of(session, deal_id),
        requests=requests_of(session, deal_id, ("extension", "appeal", "revocation")),
        timeline=timeline_of(session, actor, deal),
        steps=steps_from(deal.state, "vendor"),
    )
