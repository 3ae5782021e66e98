"""How long an accepted lead occupies a partner, measured on what happened, for dry runs over history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.leads.models import Lead, LeadNote

USUAL: Final = timedelta(days=30)
LEAST: Final = 5  # fewer ended leads say nothing about the next
LATELY: Final = timedelta(days=365)
ENDS: Final = ("handed", "unrouted", "closed")


@dataclass(frozen=True, slots=True)
class Occupation:
    """The time from acceptance to the end; `measured` on so many leads, 0 where the usual 30 days are assumed."""

    time: timedelta = USUAL
    measured: int = 0

    @property
    def days(self) -> float:
        """The time in days."""
        return self.time / timedelta(days=1)


ASSUMED: Final = Occupation()


def occupation(session: Session, programme_id: UUID, now: datetime) -> Occupation:
    """The median over the vendor's leads of the last year that were accepted and ended: became a deal, were closed,
    given back or taken away. A lead accepted twice counts twice."""
    steps = (
        select(
            LeadNote.data["to"].astext.label("step"), LeadNote.happened_at.label("began"),
            func.lead(LeadNote.happened_at)
            .over(partition_by=LeadNote.lead_id, order_by=(LeadNote.happened_at, LeadNote.id))
            .label("ended"),
        )
        .join(Lead, Lead.id == LeadNote.lead_id)
        .where(
            Lead.programme_id == programme_id, Lead.own.is_(False), LeadNote.kind == "state",
            LeadNote.data["to"].astext.in_(("accepted", *ENDS)), LeadNote.happened_at > now - LATELY,
        )
        .subquery()
    )  # fmt: skip
    taken = func.extract("epoch", steps.c.ended - steps.c.began)
    median, count = session.execute(
        select(func.percentile_cont(0.5).within_group(taken), func.count()).where(
            steps.c.step == "accepted", steps.c.ended.is_not(None)
        )
    ).one()
    return Occupation(timedelta(seconds=float(median)), count) if count >= LEAST else ASSUMED
