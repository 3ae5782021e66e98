"""Reads of leads: the inbox, one lead with where it came from, what was kept apart, rows for a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead, LeadIntake, LeadMerge, LeadNote, LeadSubmission, Submission
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service.weighing import met_by
from campaigns.leads.submissions import SubmissionView, only_doubtful, submission_view
from campaigns.partners.models import Programme
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective

PAGE = 50


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead in a list, with the piece it came from; ids of pieces as the kit names them.

    One that was handed in has no launch: its `campaign` is the list or event it came from. `own` is False for a
    vendor's that the partner accepted.
    """

    id: UUID
    name: str
    email: str
    company: str
    phone: str
    state: str
    version: int
    locale: str
    created_at: datetime
    touched_at: datetime | None
    launch_id: UUID | None
    launch_slug: str
    campaign: str
    programme_name: str
    kit_number: int
    kit_label: str
    channel: str
    asset_id: str
    asset_title: str
    step_id: str
    own: bool
    score: int | None
    next_action: str
    next_action_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeadsPage:
    """One page of leads; `counts` by state over all of them."""

    lines: tuple[LeadLine, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, int]
    doubtful: int


@dataclass(frozen=True, slots=True)
class Touch:
    """One meeting with the launch, for the line of a lead."""

    kind: str
    channel: str
    asset_title: str
    step_id: str
    verdict: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One lead, its message, its submissions in order, and what its visitor did in the launch."""

    line: LeadLine
    message: str
    contact_id: UUID | None
    consent_given: bool
    submissions: tuple[SubmissionView, ...]
    touches: tuple[Touch, ...]
    score_parts: tuple[dict[str, Any], ...]
    reason: tuple[dict[str, Any], ...]
    about: Lead
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A line about a lead: what was done, or what became of it (`data["to"]`, `data["why"]`)."""

    kind: str
    side: str
    words: str
    data: dict[str, Any]
    happened_at: datetime


def _lines(partner_id: UUID) -> Select[Any]:
    return (
        select(
            Lead,
            Launch.id.label("of_launch"),
            Launch.slug,
            KitVersion.number,
            KitVersion.label,
            KitVersion.manifest,
            Programme.name,
            LeadIntake.source,
        )
        .outerjoin(Launch, Launch.id == Lead.launch_id)
        .outerjoin(KitVersion, KitVersion.id == Launch.kit_version_id)
        .outerjoin(LeadIntake, LeadIntake.id == Lead.intake_id)
        .join(Programme, Programme.id == Lead.programme_id)
        .where(Lead.partner_id == partner_id, listed())
    )


def listed() -> ColumnElement[bool]:
    """Leads that stand for themselves: those merged into another are shown with it."""
    return ~select(LeadMerge.id).where(LeadMerge.loser_id == Lead.id, LeadMerge.undone_at.is_(None)).exists()


def _urgency() -> list[ColumnElement[Any]]:
    """New ones first, then accepted ones by what is to be done next, the rest by age."""
    rank = case((Lead.state == "new", 0), (Lead.state == "accepted", 1), else_=2)
    due = case((Lead.state == "accepted", Lead.next_action_at))
    return [rank, due.asc().nulls_first(), Lead.created_at.desc(), Lead.id.desc()]


def _title(manifest: dict[str, Any] | None, asset_id: str) -> str:
    for asset in (manifest or {}).get("assets") or []:
        if asset["id"] == asset_id:
            return str(asset["title"])
    return asset_id


def _line(row: Any) -> LeadLine:
    lead: Lead = row.Lead
    return LeadLine(
        id=lead.id,
        name=lead.name,
        email=lead.email,
        company=lead.company,
        phone=lead.phone,
        state=lead.state,
        version=lead.version,
        locale=lead.locale,
        created_at=lead.created_at,
        touched_at=lead.touched_at,
        launch_id=row.of_launch,
        launch_slug=row.slug or "",
        campaign=str(row.manifest.get("title") or row.slug) if row.manifest is not None else row.source or "",
        programme_name=row.name,
        kit_number=row.number or 0,
        kit_label=row.label or "",
        channel=lead.source_channel,
        asset_id=lead.source_asset_id,
        asset_title=_title(row.manifest, lead.source_asset_id),
        step_id=lead.source_step_id,
        own=lead.own,
        score=lead.score,
        next_action=lead.next_action,
        next_action_at=lead.next_action_at,
    )


def _matching(query: Select[Any], state: str, text: str, launch_id: UUID | None) -> Select[Any]:
    if state:
        query = query.where(Lead.state == state)
    if launch_id is not None:
        query = query.where(Lead.launch_id == launch_id)
    if text:
        columns = (Lead.name, Lead.email, Lead.company)
        query = query.where(or_(*[column.icontains(text, autoescape=True) for column in columns]))
    return query


def leads_for(
    session: Session, actor: Actor, *, state: str = "", text: str = "", launch_id: UUID | None = None, page: int = 1
) -> LeadsPage:
    """The partner's leads, what waits first; 50 a page."""
    partner_id = partner_of(actor)
    by_state = session.execute(
        select(Lead.state, func.count()).where(Lead.partner_id == partner_id, listed()).group_by(Lead.state)
    )
    total = session.execute(
        _matching(select(func.count(Lead.id)).where(Lead.partner_id == partner_id, listed()), state, text, launch_id)
    ).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        _matching(_lines(partner_id), state, text, launch_id)
        .order_by(*_urgency())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return LeadsPage(
        lines=tuple(_line(row) for row in rows),
        total=total,
        page=page,
        pages=pages,
        counts=dict(by_state.tuples().all()),
        doubtful=session.execute(only_doubtful(select(func.count(Submission.id)), partner_id)).scalar_one(),
    )


def lead_page(session: Session, actor: Actor, lead_id: UUID) -> LeadPage:
    """One lead of the partner; `lead.not_found` also for anybody else's."""
    row = must_exist(session.execute(_lines(partner_of(actor)).where(Lead.id == lead_id)).one_or_none(), "lead")
    lead: Lead = row.Lead
    submissions = (
        session.execute(
            select(Submission)
            .join(LeadSubmission, LeadSubmission.submission_id == Submission.id)
            .where(LeadSubmission.lead_id == lead_id)
            .order_by(Submission.created_at)
        )
        .scalars()
        .all()
    )
    line = _line(row)
    touches = session.scalars(
        select(Touchpoint)
        .where(or_(false(), *met_by(session, lead)), effective())
        .order_by(Touchpoint.occurred_at, Touchpoint.id)
        .limit(200)
    )
    offer = session.execute(
        select(LeadOffer.reason)
        .where(LeadOffer.lead_id == lead_id, LeadOffer.partner_id == lead.partner_id, LeadOffer.state == "accepted")
        .order_by(LeadOffer.decided_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return LeadPage(
        line=line,
        message=lead.message,
        contact_id=lead.contact_id,
        consent_given=any(one.consent_given for one in submissions),
        submissions=tuple(submission_view(one, line.campaign) for one in submissions),
        touches=tuple(
            Touch(
                touch.kind, touch.channel, _title(row.manifest, touch.asset_id), touch.step_id, touch.verdict,
                touch.occurred_at,
            )
            for touch in touches
        ),
        score_parts=tuple(lead.score_parts),
        reason=tuple(offer or ()),
        about=lead,
        notes=tuple(notes_of(session, lead, since=lead.decided_at if not lead.own else None)),
    )  # fmt: skip


def notes_of(session: Session, lead: Lead, *, since: datetime | None = None, limit: int = 200) -> list[Note]:
    """What was done about a lead, oldest first; from an instant on, so that nobody reads who had it before."""
    query = select(LeadNote).where(LeadNote.lead_id == lead.id)
    if since is not None:
        query = query.where(LeadNote.happened_at >= since)
    rows = session.scalars(query.order_by(LeadNote.happened_at, LeadNote.id).limit(limit))
    return [Note(row.kind, row.side, row.words, row.data, row.happened_at) for row in rows]


def lead_rows(session: Session, actor: Actor, *, state: str = "", text: str = "") -> Iterator[LeadLine]:
    """Every matching lead for a file, in the order of the inbox, read as it is written."""
    rows = session.execute(
        _matching(_lines(partner_of(actor)), state, text, None)
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .execution_options(yield_per=500)
    )
    for row in rows:
        yield _line(row)
