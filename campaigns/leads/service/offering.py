"""A vendor's lead goes to one partner after another, each for a time, and into the pool when nobody takes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.core.actor import SYSTEM
from campaigns.core.business_time import WorkWeek, due_at
from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.candidates import candidates_of, place_of, refusers_of
from campaigns.leads.models import Lead, LeadMerge
from campaigns.leads.routing import choose
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.service.holding import announce, change, hold, merged_away, tell
from campaigns.leads.standing import StandingOf

ROUTE, TELL = "leads.route", "leads.tell_offer"
FORGOTTEN = timedelta(minutes=2)  # an unrouted lead this old lost its job
FAR = timedelta(days=30)


def ask_to_route(uow: UnitOfWork, lead_id: UUID, cause: str = "first") -> None:
    """Owe the routing of a lead. `cause` keeps a new wish apart from a job that is just ending."""
    jobs.enqueue(uow, ROUTE, f"{lead_id}:{cause}", {"lead_id": str(lead_id)})


def offer_next(uow: UnitOfWork, standing_of: StandingOf, lead_id: UUID) -> str:
    """Offer an unrouted lead to whom the rules choose. Returns "offered", "pooled", or "" if it is not its turn.

    Twice at once is once: the row is locked, and only an unrouted lead is offered.
    """
    lead = hold(uow, lead_id)
    if lead.state != "unrouted" or lead.own or merged_away(uow, lead_id):
        return ""
    published = rules_in_force(uow.session, lead.programme_id)
    if _rounds(uow.session, lead) >= published.rules.rounds:
        return _to_pool(uow, lead, "rounds")
    standing = standing_of(uow.session, lead.programme_id, lead.company_key)
    refused = refusers_of(uow.session, lead)
    # one at a time in a programme, so that two leads at once do not both see a partner with nothing to do
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"lead_routing:{lead.programme_id}", 0))
    uow.session.execute(select(lock))
    able = candidates_of(uow.session, lead.programme_id, standing, uow.now, refused)
    choice = choose(place_of(uow.session, lead, standing), able, published.rules)
    considered = [one.as_dict() for one in choice.considered]
    if choice.partner_id is None:
        return _to_pool(uow, lead, "nobody", considered)
    offer = LeadOffer(
        id=new_id(), created_at=uow.now, programme_id=lead.programme_id, partner_id=choice.partner_id,
        lead_id=lead_id, policy_id=published.id, reason=list(choice.reason), considered=considered,
        due_at=_due(uow.now, published.rules.window_hours, published.rules.week()),
    )  # fmt: skip
    uow.session.add(offer)
    uow.session.flush()
    change(uow, lead, state="offered")
    tell(uow, SYSTEM, lead_id, "state", data={"to": "offered", "offer": str(offer.id)})
    announce(
        uow, lead, "offered", partner_id=choice.partner_id,
        data={"offer": str(offer.id), "due_at": offer.due_at.isoformat()},
    )  # fmt: skip
    jobs.enqueue(uow, TELL, str(offer.id), {"offer_id": str(offer.id)})
    return "offered"


def _due(now: datetime, hours: int, week: WorkWeek) -> datetime:
    try:
        return due_at(now, timedelta(hours=hours), week)
    except OverflowError:  # holidays without end: nobody waits for ever
        return now + FAR


def _rounds(session: Session, lead: Lead) -> int:
    """Offers without a taker since the present rounds began."""
    return session.execute(
        select(func.count()).where(
            LeadOffer.lead_id == lead.id,
            LeadOffer.state.in_(("declined", "expired")),
            LeadOffer.created_at >= (lead.routed_from or lead.created_at),
        )
    ).scalar_one()


def _to_pool(uow: UnitOfWork, lead: Lead, why: str, considered: list[dict[str, object]] | None = None) -> str:
    change(uow, lead, state="pooled")
    tell(uow, SYSTEM, lead.id, "state", data={"to": "pooled", "why": why, "considered": considered or []})
    announce(uow, lead, "pooled", vendor_data={"why": why})
    return "pooled"


def due_offers(session: Session, now: datetime, limit: int = 500) -> list[UUID]:
    """Open offers whose time is over, the longest first."""
    return list(
        session.scalars(
            select(LeadOffer.id)
            .where(LeadOffer.state == "open", LeadOffer.due_at <= now)
            .order_by(LeadOffer.due_at)
            .limit(limit)
        )
    )


def lapse_offer(uow: UnitOfWork, offer_id: UUID) -> bool:
    """End an offer whose time is over and have the lead offered to the next; False if somebody decided before."""
    whose = select(LeadOffer.lead_id, LeadOffer.partner_id).where(LeadOffer.id == offer_id)
    lead_id, partner_id = uow.session.execute(whose).tuples().one()
    lead = hold(uow, lead_id)
    ended = uow.session.execute(
        update(LeadOffer)
        .where(LeadOffer.id == offer_id, LeadOffer.state == "open", LeadOffer.due_at <= uow.now)
        .values(state="expired", decided_at=uow.now)
        .returning(LeadOffer.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        return False
    change(uow, lead, state="unrouted")
    tell(uow, SYSTEM, lead_id, "state", data={"to": "unrouted", "why": "expired"})
    announce(uow, lead, "rerouted", partner_id=partner_id, data={"why": "expired"})
    ask_to_route(uow, lead_id, str(offer_id))
    return True


def forgotten_leads(session: Session, now: datetime, limit: int = 500) -> list[UUID]:
    """Leads nobody is routing though they should be: a job was lost, or a merge undone."""
    gone = select(LeadMerge.id).where(LeadMerge.loser_id == Lead.id, LeadMerge.undone_at.is_(None))
    return list(
        session.scalars(
            select(Lead.id)
            .where(Lead.state == "unrouted", Lead.created_at < now - FORGOTTEN, ~gone.exists())
            .order_by(Lead.created_at)
            .limit(limit)
        )
    )
