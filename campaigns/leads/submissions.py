"""Reads of submissions: a form as it was received, and those kept apart for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import partner_of
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.leads.models import LeadSubmission, Submission


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


def submission_view(row: Submission, campaign: str) -> SubmissionView:
    """A form as it was received, under its campaign's name."""
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


def only_doubtful(query: Select[Any], partner_id: UUID) -> Select[Any]:
    """The query kept to what looked like a machine and nobody has taken yet."""
    taken = select(LeadSubmission.lead_id).where(LeadSubmission.submission_id == Submission.id)
    return query.where(and_(Submission.partner_id == partner_id, Submission.verdict == "suspect", ~taken.exists()))


def doubtful_submissions(session: Session, actor: Actor, limit: int = 200) -> list[SubmissionView]:
    """What was kept apart and nobody has taken yet, newest first."""
    rows = session.execute(
        only_doubtful(
            select(Submission, KitVersion.manifest)
            .join(Launch, Launch.id == Submission.launch_id)
            .join(KitVersion, KitVersion.id == Launch.kit_version_id),
            partner_of(actor),
        )
        .order_by(Submission.created_at.desc())
        .limit(limit)
    )
    return [submission_view(row.Submission, str(row.manifest.get("title") or "")) for row in rows]
