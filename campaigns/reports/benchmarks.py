"""How a partner compares with the others together, where that tells nobody about any one of them.

The others' rate is shown only if at least five of them contribute and none of them more than half. It is of four whole
fiscal quarters and nothing that a reader could choose, and rounded to five percent for a partner, so that two readings
do not differ by one registration. A partner's own figures are not among the others', or it could subtract them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.partners.models import Membership, Programme
from campaigns.reports.figures import Rate
from campaigns.reports.periods import Period, after, quarter_period, quarter_start
from campaigns.reports.runs import reader
from campaigns.reports.settings import settings_of

LEAST_OTHERS = 5
MOST_PART = Fraction(1, 2)
METRICS = ("approval", "conversion")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A partner's rate and the others' in percent; `others` is None where it would tell of one of them."""

    programme: str
    partner: str
    metric: str
    own: Rate
    others: int | None


def others_percent(contributions: Sequence[Rate], *, step: int = 1) -> int | None:
    """The rate of all contributions together in percent, to the nearest `step`; None for too few or one too large."""
    given = [one for one in contributions if one.denominator]
    whole = sum(one.denominator for one in given)
    if len(given) < LEAST_OTHERS or max(one.denominator for one in given) > MOST_PART * whole:
        return None
    return round(Fraction(100 * sum(one.numerator for one in given), whole * step)) * step


def benchmark_period(session: Session, programme_id: UUID, now: datetime) -> Period:
    """The last four whole fiscal quarters."""
    settings = settings_of(session, programme_id)
    end = quarter_start(now.astimezone(ZoneInfo(settings.zone)).date(), settings.fiscal_month)
    first, last = (quarter_period(after(end, back), settings.zone, settings.fiscal_month) for back in (-12, -3))
    return Period("last_four_quarters", first.begin, last.end, first.first, last.last)


def benchmarks(session: Session, actor: Actor, now: datetime) -> list[Benchmark]:
    """Of a vendor every partner, of a partner itself in each of its programmes."""
    reader(actor)
    query = select(Programme.id, Programme.name).order_by(Programme.name)
    if actor.partner_id is None:
        query = query.where(Programme.id == actor.programme_id)
    else:
        joined = select(Membership.programme_id).where(Membership.partner_id == actor.partner_id)
        query = query.where(Programme.id.in_(joined.where(Membership.ended_at.is_(None))))
    return [
        one
        for programme_id, name in session.execute(query).all()
        for one in _of_programme(session, actor, programme_id, name, now)
    ]


def _of_programme(session: Session, actor: Actor, programme_id: UUID, name: str, now: datetime) -> list[Benchmark]:
    period = benchmark_period(session, programme_id, now)
    given = {"programme": programme_id, "begin": period.begin, "end": period.end}
    rows = session.execute(text(_RATES), given).all()
    found = []
    for row in rows:
        if actor.partner_id is not None and row.id != actor.partner_id:
            continue
        for at, metric in enumerate(METRICS):
            rates = [(other.id, Rate(*other[2 + 2 * at : 4 + 2 * at])) for other in rows]
            others = [rate for partner_id, rate in rates if partner_id != row.id]
            percent = others_percent(others, step=5 if actor.partner_id else 1)
            found.append(Benchmark(name, row.name, metric, dict(rates)[row.id], percent))
    return found


_RATES = """
SELECT partner.id, partner.name, count(deal.protected_from),
  count(*) FILTER (WHERE deal.protected_from IS NOT NULL OR deal.state IN ('rejected','shared')),
  count(*) FILTER (WHERE deal.state = 'won'), count(*) FILTER (WHERE deal.state IN ('won','lost'))
FROM membership JOIN partner ON partner.id = membership.partner_id
LEFT JOIN deal ON deal.programme_id = membership.programme_id AND deal.partner_id = membership.partner_id
  AND deal.submitted_at >= :begin AND deal.submitted_at < :end
WHERE membership.programme_id = :programme
GROUP BY partner.id, partner.name ORDER BY partner.name, partner.id
"""
