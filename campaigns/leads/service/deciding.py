"""What a partner does with leads: accept, decline, close, reopen; and take a doubtful submission as a real one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import literal, or_, select, update

from campaigns.audience.rules import normalise
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead, Submission
from campaigns.leads.rules import STATES, TO, Answers
from campaigns.leads.service.converting import Arrival, Converted, convert
from campaigns.leads.service.holding import announce, tell
from campaigns.tracking.addresses import PublicSettings
from campaigns.tracking.service import Followed

DECISIONS = tuple(STATES)
ANNOUNCED = {"accept": "accepted", "decline": "declined", "close": "closed", "reopen": "reopened"}
_WITH: dict[str, dict[str, Any]] = {"accept": {"next_action_at": None}, "decline": {"reason": ""}}


def decide(uow: UnitOfWork, actor: Actor, lead_id: UUID, decision: str, version: int) -> int:
    """Move a lead by `accept`, `decline`, `close` or `reopen` if it is still at `version`; returns the new one.

    `lead.state` (conflict) when that may not happen now or somebody was quicker.
    """
    require(actor, "lead.write")
    partner_id = partner_of(actor)
    row = must_exist(
        uow.session.execute(
            select(Lead.state, Lead.own).where(Lead.id == lead_id, Lead.partner_id == partner_id)
        ).one_or_none(),
        "lead",
    )
    if decision not in STATES:
        raise DomainError("lead.decision", Kind.INVALID, "There is no such decision.", decision=decision)
    moved = uow.session.execute(
        update(Lead)
        .where(
            Lead.id == lead_id,
            Lead.partner_id == partner_id,
            Lead.version == version,
            Lead.state.in_(STATES[decision]),
            or_(Lead.own, literal(decision == "close")),  # a vendor's lead is answered as an offer, and given back
        )
        .values(state=TO[decision], version=Lead.version + 1, decided_at=None if decision == "reopen" else uow.now)
        .returning(Lead.version)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if moved is None:
        raise DomainError(
            "lead.state", Kind.CONFLICT, "The lead has changed meanwhile. Look at it again.", state=row.state
        )
    if not row.own:
        tell(uow, actor, lead_id, "state", data={"to": TO[decision]})
    lead = uow.session.get_one(Lead, lead_id, populate_existing=True)
    announce(uow, lead, ANNOUNCED[decision], data=_WITH.get(decision))
    audit.record(uow, actor, f"lead.{decision}", "lead", lead_id, {"from": row.state})
    return int(moved)


def take_submission(uow: UnitOfWork, actor: Actor, settings: PublicSettings, submission_id: UUID) -> Converted:
    """A submission kept apart is a real one after all: it becomes a lead. Doing it again finds the same lead."""
    require(actor, "lead.write")
    row = must_exist(
        uow.session.execute(
            select(Submission, Launch.slug)
            .join(Launch, Launch.id == Submission.launch_id)
            .where(Submission.id == submission_id, Submission.partner_id == partner_of(actor))
        ).one_or_none(),
        "submission",
    )
    kept: Submission = row.Submission
    address = normalise(kept.data.get("email", ""))
    if address is None:
        raise DomainError("submission.no_address", Kind.CONFLICT, "It holds no address to answer to.")
    answers = Answers(kept.data, address.email, address.key, kept.consent_given)
    via = Followed(kept.link_id, kept.delivery_id) if kept.link_id is not None else None
    arrival = Arrival(
        kept.id, kept.launch_id, row.slug, kept.programme_id, kept.partner_id, kept.locale, kept.visitor, via
    )
    converted = convert(uow, settings, arrival, answers, kept.consent_text, None)
    audit.record(uow, actor, "submission.take", "submission", submission_id, {"lead": str(converted.lead_id)})
    return converted
