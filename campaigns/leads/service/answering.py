"""A partner answers an offer: accepts with what it does next, or declines with a reason; later it may give back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service.holding import announce, change, hold, moved_on, tell
from campaigns.leads.service.offering import ask_to_route
from campaigns.partners.models import Partner

DECLINE_REASONS: Final = ("no_capacity", "territory", "product", "known", "not_serious", "other")
MOST_ACTION, MOST_NOTE = 200, 1000
FARTHEST: Final = timedelta(days=365)


def next_action_of(uow: UnitOfWork, partner_id: UUID, action: str, day: str) -> tuple[str, datetime]:
    """(what, when) of a next action, or `action.invalid` with every problem. The day ends in the partner's own zone."""
    said = one_line(action)
    problems = []
    if not 0 < len(said) <= MOST_ACTION:
        problems.append(
            Problem(
                "action.text", f"Say in 1 to {MOST_ACTION} characters what you do next.", slot="next_action",
                params={"needed": MOST_ACTION},
            )
        )  # fmt: skip
    zone = ZoneInfo(uow.session.execute(select(Partner.time_zone).where(Partner.id == partner_id)).scalar_one())
    today = uow.now.astimezone(zone).date()
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        chosen = None
    if chosen is None or not today <= chosen <= today + FARTHEST:
        problems.append(Problem("action.day", "Choose a day from today on, within a year.", slot="next_action_on"))
    raise_if_any("action.invalid", "Say what you do next, and when.", problems)
    return said, datetime.combine(chosen or today, time(17), zone).astimezone(UTC)


def accept_offer(uow: UnitOfWork, actor: Actor, offer_id: UUID, action: str, day: str) -> UUID:
    """Take the lead; returns it. `action.invalid` with all problems, `offer.state` (conflict) when it is over."""
    require(actor, "lead.write")
    offer = _own_offer(uow, actor, offer_id)
    said, at = next_action_of(uow, offer.partner_id, action, day)
    lead = hold(uow, offer.lead_id)
    _end(uow, actor, offer_id, "accepted")
    change(
        uow, lead, partner_id=offer.partner_id, state="accepted", accepted_by=actor.person_id, next_action=said,
        next_action_at=at, decided_at=uow.now, acted_at=uow.now, asked_at=None, decline_reason="",
    )  # fmt: skip
    tell(uow, actor, lead.id, "state", data={"to": "accepted", "offer": str(offer_id)})
    announce(uow, lead, "accepted", data={"next_action_at": at.isoformat()})
    audit.record(uow, actor, "lead.accept", "lead", lead.id, {"offer": str(offer_id)}, programme_id=lead.programme_id)
    return lead.id


def decline_offer(uow: UnitOfWork, actor: Actor, offer_id: UUID, reason: str, note: str = "") -> UUID:
    """Leave the lead to others. `offer.reason` (invalid) without one of the list, `offer.state` when it is over."""
    require(actor, "lead.write")
    offer = _own_offer(uow, actor, offer_id)
    checked = _reason(reason)
    lead = hold(uow, offer.lead_id)
    _end(uow, actor, offer_id, "declined", decline_reason=checked, decline_note=one_line(note)[:MOST_NOTE])
    _let_go(uow, actor, lead, checked, f"{offer_id}:declined")
    announce(uow, lead, "declined", partner_id=offer.partner_id, data={"reason": checked})
    audit.record(
        uow, actor, "lead.decline", "lead", lead.id, {"offer": str(offer_id), "reason": checked},
        programme_id=lead.programme_id,
    )  # fmt: skip
    return lead.id


def give_back(uow: UnitOfWork, actor: Actor, lead_id: UUID, reason: str, version: int) -> None:
    """Hand an accepted lead of the vendor's back; it is offered to others. `lead.state` (conflict) if it changed."""
    require(actor, "lead.write")
    partner_id = partner_of(actor)
    own = select(Lead.id).where(Lead.id == lead_id, Lead.partner_id == partner_id)
    must_exist(uow.session.execute(own).scalar_one_or_none(), "lead")
    checked = _reason(reason)
    lead = hold(uow, lead_id)
    if lead.own or lead.partner_id != partner_id or lead.state != "accepted" or lead.version != version:
        raise moved_on(lead.state)
    _let_go(uow, actor, lead, checked, f"back:{version}", routed_from=uow.now)
    announce(uow, lead, "rerouted", partner_id=partner_id, data={"why": "given_back"})
    audit.record(uow, actor, "lead.give_back", "lead", lead_id, {"reason": checked}, programme_id=lead.programme_id)


def _own_offer(uow: UnitOfWork, actor: Actor, offer_id: UUID) -> LeadOffer:
    query = select(LeadOffer).where(LeadOffer.id == offer_id, LeadOffer.partner_id == partner_of(actor))
    found: LeadOffer = must_exist(uow.session.execute(query).scalar_one_or_none(), "offer")
    return found


def _reason(reason: str) -> str:
    if reason not in DECLINE_REASONS:
        raise DomainError("offer.reason", Kind.INVALID, "Say why, so that the next ones fit better.", reason=reason)
    return reason


def _end(uow: UnitOfWork, actor: Actor, offer_id: UUID, state: str, **values: str) -> None:
    """The one who finds the offer open and in time decides; everybody else is told."""
    ended = uow.session.execute(
        update(LeadOffer)
        .where(LeadOffer.id == offer_id, LeadOffer.state == "open", LeadOffer.due_at > uow.now)
        .values(state=state, decided_at=uow.now, decided_by=actor.person_id, **values)
        .returning(LeadOffer.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        now = uow.session.execute(select(LeadOffer.state).where(LeadOffer.id == offer_id)).scalar_one()
        raise DomainError(
            "offer.state", Kind.CONFLICT, "The offer is over: it was answered, withdrawn, or its time has run out.",
            state="expired" if now == "open" else now,
        )  # fmt: skip


def _let_go(uow: UnitOfWork, actor: Actor, lead: Lead, reason: str, cause: str, **values: datetime) -> None:
    change(
        uow, lead, partner_id=None, state="unrouted", accepted_by=None, next_action="", next_action_at=None,
        acted_at=None, asked_at=None, decline_reason=reason, **values,
    )  # fmt: skip
    tell(uow, actor, lead.id, "state", data={"to": "unrouted", "why": reason})
    ask_to_route(uow, lead.id, cause)
