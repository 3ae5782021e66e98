"""What is done about a lead: notes, calls, mails, meetings, and what comes next."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.core.text import clean_lines
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.service.answering import next_action_of
from campaigns.leads.service.holding import announce, change, hold, moved_on, tell

ACTS: Final = ("note", "call", "mail", "meeting")
MOST_WORDS = 2000


def add_note(uow: UnitOfWork, actor: Actor, lead_id: UUID, kind: str, words: str) -> UUID:
    """Write down what was done. A partner about its leads, a vendor about those it handed in.

    `note.kind`, `note.words` (invalid), `lead.not_found`.
    """
    lead = _mine(uow, actor, lead_id)
    if kind not in ACTS:
        raise DomainError(
            "note.kind", Kind.INVALID, "Choose what it was: a note, call, mail or meeting.", measured=kind
        )
    said = clean_lines(words)
    if not 0 < len(said) <= MOST_WORDS:
        raise DomainError(
            "note.words", Kind.INVALID, f"Write 1 to {MOST_WORDS} characters.", needed=MOST_WORDS, measured=len(said)
        )
    if actor.partner_id:
        change(uow, lead, acted_at=uow.now, asked_at=None)
    return tell(uow, actor, lead_id, kind, said)


def plan_next(uow: UnitOfWork, actor: Actor, lead_id: UUID, action: str, day: str, version: int) -> int:
    """Set what the partner does next about an accepted lead; returns its version. `action.invalid`, `lead.state`."""
    require(actor, "lead.write")
    lead = _mine(uow, actor, lead_id)
    if lead.state != "accepted" or lead.version != version or lead.partner_id is None:
        raise moved_on(lead.state)
    said, at = next_action_of(uow, lead.partner_id, action, day)
    change(uow, lead, next_action=said, next_action_at=at, acted_at=uow.now, asked_at=None)
    tell(uow, actor, lead_id, "state", said, {"to": "planned", "on": day})
    announce(uow, lead, "updated", data={"what": "next_action", "status": ""})
    audit.record(uow, actor, "lead.plan", "lead", lead_id, programme_id=lead.programme_id)
    return lead.version


def _mine(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> Lead:
    """The lead, locked, if it is the partner's, or the vendor's and not a partner's own."""
    require(actor, "lead.write" if actor.partner_id else "vendor_lead.write")
    own = select(Lead.id).where(Lead.id == lead_id, own_rows(actor, Lead))
    if actor.partner_id is None:
        own = own.where(Lead.own.is_(False))
    must_exist(uow.session.execute(own).scalar_one_or_none(), "lead")
    lead = hold(uow, lead_id)
    if actor.partner_id is not None and lead.partner_id != actor.partner_id:
        raise moved_on(lead.state)
    return lead
