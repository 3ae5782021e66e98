"""Accepted leads that lie still: their partner is asked first, and after as long again they are offered anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import SYSTEM
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.policy import LeadRules
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.service.holding import announce, change, hold, tell
from campaigns.leads.service.offering import ask_to_route

TELL_IDLE = "leads.tell_idle"
LEAST_IDLE = timedelta(days=1)


def idle_leads(session: Session, now: datetime, limit: int = 500) -> list[UUID]:
    """Accepted leads of vendors whose partner did nothing for longer than its programme's rules allow, or was asked
    so long ago."""
    by_programme: dict[UUID, LeadRules] = {}
    rows = session.execute(
        select(Lead.id, Lead.programme_id, Lead.acted_at, Lead.asked_at, Lead.recycled, Lead.next_action_at)
        .where(
            Lead.state == "accepted", Lead.own.is_(False), Lead.acted_at < now - LEAST_IDLE,
            or_(Lead.asked_at.is_(None), Lead.asked_at < now - LEAST_IDLE),
        )
        .order_by(Lead.acted_at)
        .limit(limit * 10)
    )  # fmt: skip
    found = []
    for row in rows:
        rules = by_programme.get(row.programme_id) or _rules(session, row.programme_id, by_programme)
        if rest(row.acted_at, row.asked_at, row.next_action_at, row.recycled, rules, now):
            found.append(row.id)
    return found[:limit]


def _rules(session: Session, programme_id: UUID, kept: dict[UUID, LeadRules]) -> LeadRules:
    kept[programme_id] = rules_in_force(session, programme_id).rules
    return kept[programme_id]


def rest(
    acted_at: datetime | None,
    asked_at: datetime | None,
    next_action_at: datetime | None,
    recycled: int,
    rules: LeadRules,
    now: datetime,
) -> str:
    """What an accepted lead is due for: "ask", "recycle" or "". A next action that is still ahead keeps it."""
    idle = timedelta(days=rules.idle_days)
    since = max(filter(None, (acted_at, next_action_at)), default=now)
    if asked_at is None:
        return "ask" if since <= now - idle else ""
    return "recycle" if asked_at <= now - idle and recycled < rules.most_recycles else ""


def stir(uow: UnitOfWork, lead_id: UUID) -> str:
    """Ask about an idle lead, or offer it anew. Returns "ask", "recycle" or "" when somebody has acted meanwhile."""
    lead = hold(uow, lead_id)
    if lead.state != "accepted" or lead.own:
        return ""
    rules = rules_in_force(uow.session, lead.programme_id).rules
    due = rest(lead.acted_at, lead.asked_at, lead.next_action_at, lead.recycled, rules, uow.now)
    if due == "ask":
        change(uow, lead, asked_at=uow.now)
        tell(uow, SYSTEM, lead_id, "state", data={"to": "asked"})
        key = f"{lead_id}:{lead.version}"
        jobs.enqueue(uow, TELL_IDLE, key, {"lead_id": str(lead_id), "version": lead.version})
    elif due == "recycle":
        had = lead.partner_id
        change(uow, lead, **AWAY, recycled=Lead.recycled + 1, routed_from=uow.now)
        tell(uow, SYSTEM, lead_id, "state", data={"to": "unrouted", "why": "idle"})
        announce(uow, lead, "rerouted", partner_id=had, data={"why": "idle"})
        ask_to_route(uow, lead_id, f"idle:{lead.version}")
    return due


AWAY: Mapping[str, object] = {
    "partner_id": None, "state": "unrouted", "accepted_by": None, "next_action": "", "next_action_at": None,
    "acted_at": None, "asked_at": None,
}  # fmt: skip
