"""Reads of leads: the inbox, one lead with where it came from, what was kept apart, rows for a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from campaigns.audience.models import Suppression
from campaigns.audience.queries import in_scope
from campaigns.core.actor import Actor
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead, LeadSubmission, Submission
from campaigns.leads.service.converting import Converted
from campaigns.partners.models import Grant, Person, Programme
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective

PAGE = 50


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead in a list, with the piece it came from; ids of pieces as the kit names them."""

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
    launch_id: UUID
    launch_slug: str
    campaign: str
    programme_name: str
    kit_number: int
    kit_label: str
    channel: str
    asset_id: str
    asset_title: str
    step_id: str


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
class SubmissionView:
    """A form as it was received."""

    id: UUID
    created_at: datetime
    locale: str
    data: dict[str, Any]
    verdict: str
    reasons: tuple[str, ...]
    consent_given: bool
    consent_text: str
    campaign: str


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


def _lines(partner_id: UUID) -> Select[Any]:
    return (
        select(Lead, Launch.slug, KitVersion.number, KitVersion.label, KitVersion.manifest, Programme.name)
        .join(Launch, Launch.id == Lead.launch_id)
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .join(Programme, Programme.id == Lead.programme_id)
        .where(Lead.partner_id == partner_id)
    )


def _title(manifest: dict[str, Any], asset_id: str) -> str:
    for asset in manifest.get("assets") or []:
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
        launch_id=lead.launch_id,
        launch_slug=row.slug,
        campaign=str(row.manifest.get("title") or row.slug),
        programme_name=row.name,
        kit_number=row.number,
        kit_label=row.label,
        channel=lead.source_channel,
        asset_id=lead.source_asset_id,
        asset_title=_title(row.manifest, lead.source_asset_id),
        step_id=lead.source_step_id,
    )


def _matching(query: Select[Any], state: str, text: str, launch_id: UUID | None) -> Select[Any]:
    if state:
        query = query.where(Lead.state == state)
    if launch_id is not None:
        query = query.where(Lead.launch_id == launch_id)
    if text:
        like = f"%{_escaped(text)}%"
        query = query.where(or_(Lead.name.ilike(like), Lead.email.ilike(like), Lead.company.ilike(like)))
    return query


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def leads_for(
    session: Session, actor: Actor, *, state: str = "", text: str = "", launch_id: UUID | None = None, page: int = 1
) -> LeadsPage:
    """The partner's leads, newest first; 50 a page."""
    partner_id = partner_of(actor)
    by_state = session.execute(
        select(Lead.state, func.count()).where(Lead.partner_id == partner_id).group_by(Lead.state)
    )
    total = session.execute(
        _matching(select(func.count()).select_from(Lead).where(Lead.partner_id == partner_id), state, text, launch_id)
    ).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        _matching(_lines(partner_id), state, text, launch_id)
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return LeadsPage(
        lines=tuple(_line(row) for row in rows),
        total=total,
        page=page,
        pages=pages,
        counts=dict(by_state.tuples().all()),
        doubtful=session.execute(_doubtful(select(func.count(Submission.id)), partner_id)).scalar_one(),
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
    visitors = {one.visitor for one in submissions if one.visitor}
    deliveries = {one.delivery_id for one in submissions if one.delivery_id is not None}
    touches = session.execute(
        select(Touchpoint)
        .where(
            Touchpoint.launch_id == lead.launch_id,
            or_(Touchpoint.visitor.in_(visitors), Touchpoint.delivery_id.in_(deliveries)),
            effective(),
        )
        .order_by(Touchpoint.occurred_at, Touchpoint.id)
        .limit(200)
    ).scalars()
    return LeadPage(
        line=line,
        message=lead.message,
        contact_id=lead.contact_id,
        consent_given=any(one.consent_given for one in submissions),
        submissions=tuple(_submission(one, line.campaign) for one in submissions),
        touches=tuple(
            Touch(
                touch.kind, touch.channel, _title(row.manifest, touch.asset_id), touch.step_id, touch.verdict,
                touch.occurred_at,
            )
            for touch in touches
        ),
    )  # fmt: skip


def _submission(row: Submission, campaign: str) -> SubmissionView:
    return SubmissionView(
        id=row.id,
        created_at=row.created_at,
        locale=row.locale,
        data=row.data,
        verdict=row.verdict,
        reasons=tuple(row.reasons),
        consent_given=row.consent_given,
        consent_text=row.consent_text,
        campaign=campaign,
    )


def _doubtful(query: Select[Any], partner_id: UUID) -> Select[Any]:
    taken = select(LeadSubmission.lead_id).where(LeadSubmission.submission_id == Submission.id)
    return query.where(and_(Submission.partner_id == partner_id, Submission.verdict == "suspect", ~taken.exists()))


def doubtful_submissions(session: Session, actor: Actor, limit: int = 200) -> list[SubmissionView]:
    """What was kept apart and nobody has taken yet, newest first."""
    rows = session.execute(
        _doubtful(
            select(Submission, KitVersion.manifest)
            .join(Launch, Launch.id == Submission.launch_id)
            .join(KitVersion, KitVersion.id == Launch.kit_version_id),
            partner_of(actor),
        )
        .order_by(Submission.created_at.desc())
        .limit(limit)
    )
    return [_submission(row.Submission, str(row.manifest.get("title") or "")) for row in rows]


def lead_rows(session: Session, actor: Actor, *, state: str = "", text: str = "") -> Iterator[LeadLine]:
    """Every matching lead for a file, in the order of the inbox, read as it is written."""
    rows = session.execute(
        _matching(_lines(partner_of(actor)), state, text, None)
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .execution_options(yield_per=500)
    )
    for row in rows:
        yield _line(row)


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody of the partner who hears of a lead."""

    email: str
    locale: str


def people_to_tell(session: Session, partner_id: UUID, limit: int = 20) -> list[Told]:
    """Who signs in for the partner, oldest first."""
    rows = session.execute(
        select(Person.email, Person.locale)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.partner_id == partner_id, Grant.revoked_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Grant.created_at)
        .limit(limit)
    )
    return [Told(row.email, row.locale) for row in rows]


def may_confirm(session: Session, lead: Converted) -> bool:
    """Whether a confirmation may go to the address: not where it bounced or complained before."""
    blocked = select(Suppression.id).where(
        Suppression.email_key == lead.email_key,
        Suppression.reason.in_(("bounce", "complaint")),
        in_scope(lead.partner_id, lead.programme_id),
    )
    return not session.execute(select(blocked.exists())).scalar_one()
