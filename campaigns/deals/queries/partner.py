"""A partner's own deals and those of its teams: lists and pages with what it may know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import partner_of
from campaigns.deals.models import Deal, DealClock, ProductLine
from campaigns.deals.policies import policy_of
from campaigns.deals.queries.parts import (
    EvidenceRow,
    LineRow,
    RequestRow,
    TeamRow,
    evidence_of,
    lines_of,
    requests_of,
    team_for,
    totals_of,
)
from campaigns.deals.queries.timeline import TimelineLine, timeline_of
from campaigns.deals.rules import steps_from
from campaigns.deals.service.drafting import form_of
from campaigns.deals.service.reading import find_seen, seen_by
from campaigns.deals.service.steps import shown_state
from campaigns.partners.models import Programme

MOST = 200
SHOWN_STATES = (
    "draft", "in_review", "action_required", "approved", "shared", "rejected", "expired", "converted", "won", "lost",
    "withdrawn", "revoked",
)  # fmt: skip
_BEHIND = {"in_review": ("submitted", "under_review", "in_conflict")}
# what a decision said is the partner's to read where it is the partner's to act on; how a conflict ended is not
_REASONED = ("action_required", "rejected", "lost", "revoked")


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal in a partner's list. `state` is as a partner is told it, `own` false where another partner leads."""

    id: UUID
    reference: str
    programme: str
    state: str
    own: bool
    company: str
    country: str
    title: str
    product_line: str
    product_name: str
    amount_minor: int
    currency: str
    close_on: date | None
    stage: str
    next_step: str
    next_step_on: date | None
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    protected_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class DealList:
    """A page of the list; `next` is the cursor of the following one, None on the last."""

    rows: tuple[DealRow, ...]
    next: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class DealPage:
    """Everything a partner may know of a deal. `steps` are what its own side could do now (no `extend`: it asks)."""

    row: DealRow
    form: Any
    editable: tuple[str, ...]
    resubmit_days: int
    returned_at: datetime | None
    decided_at: datetime | None
    reason_code: str
    reason: str
    extensions: int
    most_extensions: int
    opportunity_at: datetime | None
    closed_at: datetime | None
    won_amount_minor: int | None
    owner_system: str
    lead_id: UUID | None
    lines: tuple[LineRow, ...]
    line_totals: dict[str, int]
    team: tuple[TeamRow, ...]
    team_named: bool
    evidence: tuple[EvidenceRow, ...]
    requests: tuple[RequestRow, ...]
    timeline: tuple[TimelineLine, ...]
    steps: tuple[str, ...]


def deals_for(
    session: Session,
    actor: Actor,
    *,
    state: str = "",
    search: str = "",
    product_line: str = "",
    programme_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> DealList:
    """The partner's deals, newest first. `state` is one of `SHOWN_STATES`, `search` part of the company's name, the
    title or the whole reference; `after` is `DealList.next`."""
    require(actor, "deal.read")
    partner_of(actor)
    limit = min(max(limit, 1), MOST)
    query = _rows().where(seen_by(actor))
    if state:
        query = query.where(Deal.state.in_(_BEHIND.get(state, (state,))))
    if product_line:
        query = query.where(Deal.product_line == product_line)
    if programme_id is not None:
        query = query.where(Deal.programme_id == programme_id)
    if search.strip():
        query = query.where(matches_text(search))
    if after is not None:
        query = query.where(tuple_(Deal.created_at, Deal.id) < after)
    found = session.execute(query.order_by(Deal.created_at.desc(), Deal.id.desc()).limit(limit + 1)).all()
    rows = tuple(_row(actor, *one) for one in found[:limit])
    return DealList(rows, (rows[-1].created_at, rows[-1].id) if len(found) > limit else None)


def matches_text(search: str) -> ColumnElement[bool]:
    """Part of the company's name or the title, or the whole reference."""
    wanted = search.strip()[:80]
    return or_(
        Deal.company["name"].astext.icontains(wanted, autoescape=True),
        Deal.title.icontains(wanted, autoescape=True),
        Deal.reference == wanted.upper(),
    )


def counts_for(session: Session, actor: Actor) -> dict[str, int]:
    """How many of the partner's deals are in each shown state."""
    require(actor, "deal.read")
    counts = dict.fromkeys(SHOWN_STATES, 0)
    for state, count in session.execute(select(Deal.state, func.count()).where(seen_by(actor)).group_by(Deal.state)):
        counts[shown_state(state)] += count
    return counts


def _rows() -> Any:
    return (
        select(Deal, Programme.name, ProductLine.name, DealClock.due_at)
        .join(Programme, Programme.id == Deal.programme_id)
        .outerjoin(
            ProductLine, (ProductLine.programme_id == Deal.programme_id) & (ProductLine.code == Deal.product_line)
        )
        .outerjoin(DealClock, DealClock.deal_id == Deal.id)
    )


def _row(actor: Actor, deal: Deal, programme: str, product: str | None, due_at: datetime | None) -> DealRow:
    return DealRow(
        deal.id, deal.reference, programme, shown_state(deal.state), deal.partner_id == actor.partner_id,
        str(deal.company.get("name", "")), str(deal.company.get("country", "")), deal.title, deal.product_line,
        product or deal.product_line, deal.amount_minor, deal.currency, deal.close_on, deal.stage, deal.next_step,
        deal.next_step_on, deal.created_at, deal.submitted_at, due_at, deal.protected_until, deal.partner_version,
    )  # fmt: skip


def deal_page(session: Session, actor: Actor, deal_id: UUID) -> DealPage:
    """One deal of the partner's, or of a team it is in; `deal.not_found` for any other."""
    require(actor, "deal.read")
    partner_id = partner_of(actor)
    deal = find_seen(session, actor, deal_id)
    row = _row(actor, *session.execute(_rows().where(Deal.id == deal_id)).one())
    policy = policy_of(session, deal)
    lines = lines_of(session, deal_id)
    told = deal.state in _REASONED
    return DealPage(
        row=row,
        form=form_of(deal),
        editable=tuple(deal.editable) if row.own else (),
        resubmit_days=policy.resubmit_days,
        returned_at=deal.returned_at,
        decided_at=deal.decided_at,
        reason_code=deal.reason_code if told else "",
        reason=deal.reason if told else "",
        extensions=deal.extensions,
        most_extensions=policy.most_extensions,
        opportunity_at=deal.opportunity_at,
        closed_at=deal.closed_at,
        won_amount_minor=deal.won_amount_minor,
        owner_system=deal.owner_system,
        lead_id=deal.lead_id if row.own else None,
        lines=lines,
        line_totals=totals_of(lines),
        team=team_for(session, deal, partner_id),
        team_named=deal.team_named,
        evidence=evidence_of(session, deal_id),
        requests=requests_of(session, deal_id, ("extension", "appeal")),
        timeline=timeline_of(session, actor, deal),
        steps=steps_from(deal.state, "partner") if row.own else (),
    )
