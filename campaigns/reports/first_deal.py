"""How long a partner takes from joining to its first registration, by Kaplan and Meier (1958).

A partner that has registered nothing yet, or left before it did, is not left out and not counted as never: it is
censored at the last day it is known to have had none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import programme_of
from campaigns.reports.runs import reader


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which somebody registered for the first time: who still waited before it, who did, and who left or was
    last seen waiting since the step before. `waiting` is the share that still waits after it."""

    day: int
    at_risk: int
    events: int
    censored: int
    waiting: Fraction


@dataclass(frozen=True, slots=True)
class Curve:
    """`n` partners, `events` of whom registered; the median in days, None where half never did."""

    n: int
    events: int
    steps: tuple[Step, ...]

    @property
    def median_days(self) -> int | None:
        """The first day after which half or fewer still wait."""
        return next((step.day for step in self.steps if step.waiting <= Fraction(1, 2)), None)


def kaplan_meier(partners: Iterable[tuple[int, bool]]) -> Curve:
    """(days, whether it registered then; else last seen waiting) of each partner. Of one day events come first."""
    known = sorted((days, not event) for days, event in partners)
    steps: list[Step] = []
    waiting, at_risk, censored, at = Fraction(1), len(known), 0, 0
    while at < len(known):
        day = known[at][0]
        here = [one for one in known[at:] if one[0] == day]
        events = sum(not gone for _, gone in here)
        if events:
            waiting *= Fraction(at_risk - events, at_risk)
            steps.append(Step(day, at_risk, events, censored, waiting))
            censored = 0
        censored += len(here) - events
        at_risk -= len(here)
        at += len(here)
    return Curve(len(known), sum(step.events for step in steps), tuple(steps))


def first_deals(session: Session, actor: Actor, now: datetime) -> Curve:
    """The curve of the programme's partners, from joining it to the first deal they submitted there."""
    reader(actor)
    rows = session.execute(text(_WAITED), {"programme": programme_of(actor), "now": now})
    return kaplan_meier((max(row.days, 0), row.registered) for row in rows)


_WAITED = """
SELECT floor(extract(epoch FROM coalesce(first.at, least(membership.ended_at, :now), :now) - membership.created_at)
    / 86400)::int AS days, first.at IS NOT NULL AS registered
FROM membership LEFT JOIN LATERAL (
  SELECT min(deal.submitted_at) AS at FROM deal
  WHERE deal.programme_id = membership.programme_id AND deal.partner_id = membership.partner_id
    AND deal.submitted_at <= :now) AS first ON true
WHERE membership.programme_id = :programme AND membership.created_at <= :now
"""
