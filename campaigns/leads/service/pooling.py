"""The pool: partners ask for leads nobody took, the vendor grants one request and refuses the others by that."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, not_found
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of, programme_of
from campaigns.core.text import one_line
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.service.holding import announce, change, hold, merged_away, moved_on, tell
from campaigns.leads.service.offering import ask_to_route
from campaigns.partners.models import Membership

TELL_REQUEST = "leads.tell_request"
MOST_NOTE = 500
_OPEN = text("state = 'open'")  # literal, as the index has it


def ask_for(uow: UnitOfWork, actor: Actor, lead_id: UUID, note: str = "") -> UUID:
    """Ask for a lead of the pool; asking twice is asking once. `lead.not_found` outside the partner's programmes.

    `pool.gone` (conflict) when the lead is not in the pool any more.
    """
    require(actor, "lead.write")
    partner_id = partner_of(actor)
    member = select(Membership.programme_id).where(Membership.partner_id == partner_id, Membership.ended_at.is_(None))
    seen = select(LeadOffer.id).where(LeadOffer.lead_id == Lead.id, LeadOffer.partner_id == partner_id)
    asked = select(PoolRequest.id).where(PoolRequest.lead_id == Lead.id, PoolRequest.partner_id == partner_id)
    row = uow.session.execute(
        select(Lead.programme_id, Lead.state, seen.exists(), asked.exists()).where(
            Lead.id == lead_id, Lead.own.is_(False), Lead.programme_id.in_(member)
        )
    ).one_or_none()
    if row is None or (row.state != "pooled" and not row[2] and not row[3]):
        raise not_found("lead")  # whoever never saw it does not learn that it is there
    lead = hold(uow, lead_id)
    if lead.state != "pooled" or merged_away(uow, lead_id):
        raise DomainError("pool.gone", Kind.CONFLICT, "The lead is not in the pool any more.")
    request_id = uow.session.execute(
        insert(PoolRequest)
        .values(
            id=new_id(), created_at=uow.now, programme_id=row.programme_id, partner_id=partner_id, lead_id=lead_id,
            person_id=actor.person_id, note=one_line(note)[:MOST_NOTE], state="open",
        )
        .on_conflict_do_nothing(index_elements=["lead_id", "partner_id"], index_where=_OPEN)
        .returning(PoolRequest.id)
    ).scalar_one_or_none()  # fmt: skip
    if request_id is None:
        return uow.session.execute(
            select(PoolRequest.id).where(
                PoolRequest.lead_id == lead_id, PoolRequest.partner_id == partner_id, PoolRequest.state == "open"
            )
        ).scalar_one()
    announce(uow, lead, "requested", partner_id=partner_id, data={"request": str(request_id)})
    audit.record(uow, actor, "pool.ask", "lead", lead_id, programme_id=row.programme_id)
    return request_id


def withdraw_request(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    """Ask no more. `pool.state` (conflict) when it was decided."""
    require(actor, "lead.write")
    own = select(PoolRequest.lead_id).where(PoolRequest.id == request_id, PoolRequest.partner_id == partner_of(actor))
    lead_id = must_exist(uow.session.execute(own).scalar_one_or_none(), "request")
    hold(uow, lead_id)
    _decide(uow, actor, request_id, "withdrawn")


def grant_request(uow: UnitOfWork, actor: Actor, request_id: UUID) -> UUID:
    """Give the lead to the one who asked and refuse the others; returns the lead. `pool.state` when it is decided."""
    request = _asked(uow, actor, request_id)
    lead = hold(uow, request.lead_id)
    if lead.state != "pooled":
        raise moved_on(lead.state)
    _decide(uow, actor, request_id, "granted")
    others = uow.session.execute(
        update(PoolRequest)
        .where(PoolRequest.lead_id == lead.id, PoolRequest.state == "open")
        .values(state="refused", decided_by=actor.person_id, decided_at=uow.now)
        .returning(PoolRequest.id, PoolRequest.partner_id)
        .execution_options(synchronize_session=False)
    ).all()
    for other_id, partner_id in sorted(others):
        announce(uow, lead, "refused", partner_id=partner_id, data={"request": str(other_id)})
    change(
        uow, lead, partner_id=request.partner_id, state="accepted", accepted_by=request.person_id,
        decided_at=uow.now, acted_at=uow.now, asked_at=None, next_action="", next_action_at=None,
    )  # fmt: skip
    tell(uow, actor, lead.id, "state", data={"to": "accepted", "request": str(request_id)})
    announce(uow, lead, "accepted", data={"next_action_at": None})
    audit.record(uow, actor, "pool.grant", "lead", lead.id, {"partner": str(request.partner_id)})
    jobs.enqueue(uow, TELL_REQUEST, str(request_id), {"request_id": str(request_id)})
    return lead.id


def refuse_request(uow: UnitOfWork, actor: Actor, request_id: UUID) -> UUID:
    """Say no to one request; returns the lead, which stays in the pool."""
    request = _asked(uow, actor, request_id)
    lead = hold(uow, request.lead_id)
    _decide(uow, actor, request_id, "refused")
    announce(uow, lead, "refused", partner_id=request.partner_id, data={"request": str(request_id)})
    audit.record(uow, actor, "pool.refuse", "lead", request.lead_id, {"partner": str(request.partner_id)})
    return request.lead_id


def route_again(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> None:
    """Take a lead out of the pool and have the rules choose once more, among those who did not decline it."""
    require(actor, "vendor_lead.write")
    own = select(Lead.id).where(Lead.id == lead_id, Lead.programme_id == programme_of(actor), Lead.own.is_(False))
    must_exist(uow.session.execute(own).scalar_one_or_none(), "lead")
    lead = hold(uow, lead_id)
    if lead.state != "pooled":
        raise moved_on(lead.state)
    change(uow, lead, state="unrouted", routed_from=uow.now)
    tell(uow, actor, lead_id, "state", data={"to": "unrouted", "why": "again"})
    announce(uow, lead, "rerouted", data={"why": "again"})
    ask_to_route(uow, lead_id, f"again:{lead.version}")
    audit.record(uow, actor, "lead.route_again", "lead", lead_id)


def _asked(uow: UnitOfWork, actor: Actor, request_id: UUID) -> PoolRequest:
    require(actor, "vendor_lead.write")
    query = select(PoolRequest).where(PoolRequest.id == request_id, PoolRequest.programme_id == programme_of(actor))
    found: PoolRequest = must_exist(uow.session.execute(query).scalar_one_or_none(), "request")
    return found


def _decide(uow: UnitOfWork, actor: Actor, request_id: UUID, state: str) -> None:
    done = uow.session.execute(
        update(PoolRequest)
        .where(PoolRequest.id == request_id, PoolRequest.state == "open")
        .values(state=state, decided_by=actor.person_id, decided_at=uow.now)
        .returning(PoolRequest.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if done is None:
        raise DomainError("pool.state", Kind.CONFLICT, "This request was decided or withdrawn already.")
