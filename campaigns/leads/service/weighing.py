"""Scores leads by the rules in force: at arrival, and again when they met a launch or an event since."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, cast, func, or_, select, update
from sqlalchemy.orm import Session

from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead, LeadIntake, LeadMerge, LeadNote, LeadSubmission, Submission
from campaigns.leads.policy import LeadRules
from campaigns.leads.reading import score_values
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.scoring import Score, score
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective

SCORE = "leads.score"
LATELY, SETTLING = timedelta(hours=1), timedelta(seconds=10)


def ask_to_score(uow: UnitOfWork, lead_id: UUID, cause: str) -> None:
    """Owe a score; `cause` keeps a new wish apart from one that is just being carried out."""
    jobs.enqueue(uow, SCORE, f"{lead_id}:{cause}", {"lead_id": str(lead_id)})


def met_by(session: Session, lead: Lead) -> list[ColumnElement[bool]]:
    """Which touchpoints are a lead's: of its launch, by its contact, its forms' visitors and their mails."""
    if lead.launch_id is None:
        return []
    forms = session.execute(
        select(Submission.visitor, Submission.delivery_id)
        .join(LeadSubmission, LeadSubmission.submission_id == Submission.id)
        .where(LeadSubmission.lead_id == lead.id)
    ).all()
    ways: list[ColumnElement[bool]] = []
    if lead.contact_id is not None:
        ways.append(Touchpoint.contact_id == lead.contact_id)
    if visitors := {row.visitor for row in forms if row.visitor}:
        ways.append(Touchpoint.visitor.in_(visitors))
    if deliveries := {row.delivery_id for row in forms if row.delivery_id is not None}:
        ways.append(Touchpoint.delivery_id.in_(deliveries))
    return [and_(Touchpoint.launch_id == lead.launch_id, or_(*ways))] if ways else []


def touch_counts(session: Session, lead: Lead) -> dict[str, int]:
    """How often people met a launch, by kind, for this lead and those merged into it; events come from notes."""
    counts: Counter[str] = Counter()
    merged = select(LeadMerge.loser_id).where(LeadMerge.winner_id == lead.id, LeadMerge.undone_at.is_(None))
    losers = session.scalars(select(Lead).where(Lead.id.in_(merged))).all()
    for one in (lead, *losers):
        for condition in met_by(session, one):
            rows = session.execute(
                select(Touchpoint.kind, func.count())
                .where(condition, Touchpoint.verdict == "human", effective())
                .group_by(Touchpoint.kind)
            )
            counts.update(dict(rows.tuples().all()))
    undone = select(LeadIntake.id).where(
        LeadIntake.id == cast(LeadNote.data["intake"].astext, Uuid), LeadIntake.undone_at.is_not(None)
    )
    counts["event"] += session.execute(
        select(func.count()).where(
            LeadNote.lead_id.in_([lead.id, *(one.id for one in losers)]), LeadNote.kind == "event", ~undone.exists()
        )
    ).scalar_one()
    return dict(counts)


def lead_score(session: Session, lead: Lead, rules: LeadRules) -> Score:
    """The score a lead has by these rules now."""
    return score(score_values(lead), touch_counts(session, lead), rules)


def score_lead(uow: UnitOfWork, lead_id: UUID) -> int | None:
    """Write the score and its parts; returns it, None for an erased or absent lead. The version stays."""
    lead = uow.session.get(Lead, lead_id, populate_existing=True)
    if lead is None or not lead.email:
        return None
    found = lead_score(uow.session, lead, rules_in_force(uow.session, lead.programme_id).rules)
    uow.session.execute(
        update(Lead)
        .where(Lead.id == lead_id)
        .values(score=found.total, score_parts=[one.as_dict() for one in found.parts], scored_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    return found.total


def newly_met(session: Session, now: datetime, limit: int = 2000) -> list[UUID]:
    """Leads whose people met their launch within the last hour, after the lead was scored."""
    meets = (
        select(
            Touchpoint.launch_id, Touchpoint.contact_id, Touchpoint.visitor,
            func.max(Touchpoint.created_at).label("last"),
        )
        .where(Touchpoint.created_at >= now - LATELY, Touchpoint.verdict == "human", Touchpoint.kind != "delivery")
        .group_by(Touchpoint.launch_id, Touchpoint.contact_id, Touchpoint.visitor)
        .subquery()
    )  # fmt: skip
    # a row may be written a moment after the time it bears
    older = or_(Lead.scored_at.is_(None), Lead.scored_at < meets.c.last + SETTLING)
    by_contact = (
        select(Lead.id)
        .join(meets, and_(meets.c.launch_id == Lead.launch_id, meets.c.contact_id == Lead.contact_id))
        .where(older, Lead.email != "")
    )
    by_visitor = (
        select(Lead.id)
        .join(LeadSubmission, LeadSubmission.lead_id == Lead.id)
        .join(Submission, Submission.id == LeadSubmission.submission_id)
        .join(meets, and_(meets.c.launch_id == Submission.launch_id, meets.c.visitor == Submission.visitor))
        .where(Submission.visitor != "", older, Lead.email != "")
    )
    return list(session.scalars(by_contact.union(by_visitor).limit(limit)))
