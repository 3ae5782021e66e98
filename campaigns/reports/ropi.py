"""Return on what marketing cost: the margin of what it brought, less the cost, over the cost. Never on revenue."""

# ruff: noqa: S608 - statements are put together from names of this module; values are parameters

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import programme_of
from campaigns.rates.book import Converted, Dated, RateBook
from campaigns.reports.costs import SOURCES, CostSource, Spent
from campaigns.reports.credits import ALWAYS
from campaigns.reports.figures import Rate
from campaigns.reports.models import MarginShare
from campaigns.reports.periods import Period
from campaigns.reports.runs import Run, reader
from campaigns.reports.settings import ReportSettings

By = Literal["all", "partner", "launch"]
WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Return:
    """One group in the programme's currency. `revenue` is what was credited to it of won deals, `margin` the margin of
    that, `unvalued` the revenue for which no margin share is written and which the margin lacks.

    `ropi` is (margin − cost) over cost; nothing where nothing was spent.
    """

    key: str
    label: str
    deals: int
    revenue: Converted
    margin: Converted
    cost: Converted
    unvalued: Converted

    @property
    def ropi(self) -> Rate:
        """Margin less cost, over cost, both in minor units."""
        return Rate(self.margin.amount_minor - self.cost.amount_minor, self.cost.amount_minor)


@dataclass(slots=True)
class _Group:
    label: str = ""
    deals: set[UUID] = field(default_factory=set)
    revenue: list[Dated] = field(default_factory=list)
    margin: list[Dated] = field(default_factory=list)
    cost: list[Dated] = field(default_factory=list)
    unvalued: list[Dated] = field(default_factory=list)


class Margins:
    """A programme's margin shares; a product line's own before the programme's."""

    def __init__(self, session: Session, programme_id: UUID) -> None:
        rows = session.execute(
            select(MarginShare.product_line, MarginShare.starts_on, MarginShare.share_bp)
            .where(MarginShare.programme_id == programme_id)
            .order_by(MarginShare.starts_on, MarginShare.created_at, MarginShare.id)
        )
        self._shares: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
        for product, starts_on, share in rows:
            self._shares[product].append((starts_on, share))

    def share_bp(self, product: str, day: date) -> int | None:
        """Hundredths of a percent that hold on the day; None where nothing is written."""
        for name in (product, ""):
            known = self._shares.get(name, [])
            at = bisect_right(known, day, key=lambda one: one[0])
            if at:
                return known[at - 1][1]
        return None


def returns(
    session: Session,
    actor: Actor,
    run: Run,
    settings: ReportSettings,
    book: RateBook,
    by: By = "all",
    period: Period = ALWAYS,
    sources: Sequence[CostSource] = SOURCES,
) -> list[Return]:
    """By partner or launch whose touches earned it, or all in one. What no touch earned is a group of its own
    (`unattributed`, only where grouped), so that nothing is dropped. The run is one that draws paths."""
    reader(actor)
    programme_id = programme_of(actor)
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    shares = Margins(session, programme_id)
    given = {"run": run.id, "zone": settings.zone, "begin": period.begin, "end": period.end}
    for key, label, deal_id, product, one in (
        (row.key, row.label, row.deal_id, row.product_line, Dated(row.currency, row.amount, row.day))
        for row in session.execute(text(_EARNED.format(*_KEYS[by])), given)
    ):
        group = groups[key]
        group.label = group.label or label
        group.deals.add(deal_id)
        group.revenue.append(one)
        share = shares.share_bp(product, one.day)
        if share is None:
            group.unvalued.append(one)
        else:
            group.margin.append(Dated(one.currency, one.amount_minor * share, one.day))
    for spent in (spent for source in sources for spent in source.spent(session, programme_id, period)):
        groups[_whose(spent, by)].cost.append(Dated(spent.currency, spent.amount_minor, spent.day))
    _name(session, groups, by)
    base = settings.currency
    return [
        Return(
            key, group.label, len(group.deals), book.total(group.revenue, base),
            book.total(group.margin, base, over=WHOLE_BP), book.total(group.cost, base),
            book.total(group.unvalued, base),
        )
        for key, group in sorted(groups.items(), key=lambda one: (one[0] in ("", "unattributed"), one[1].label, one[0]))
    ]  # fmt: skip


def _whose(spent: Spent, by: By) -> str:
    whose = {"all": None, "partner": spent.partner_id, "launch": spent.launch_id}[by]
    return str(whose) if whose else ""


def _name(session: Session, groups: dict[str, _Group], by: By) -> None:
    """Names of groups that only cost something."""
    lacking = [UUID(key) for key, group in groups.items() if not group.label and len(key) == 36]
    if lacking:
        table, column = ("partner", "name") if by == "partner" else ("launch", "slug")
        query = text(f"SELECT id, {column} FROM {table} WHERE id = ANY(:ids)")
        for found, name in session.execute(query, {"ids": lacking}):
            groups[str(found)].label = name


_KEYS = {
    "all": ("''", "''"),
    "partner": (
        "CASE WHEN credit.place = 0 THEN 'unattributed' ELSE coalesce(credit.partner_id::text, '') END",
        "coalesce(partner.name, '')",
    ),
    "launch": (
        "CASE WHEN credit.place = 0 THEN 'unattributed' ELSE coalesce(credit.launch_id::text, '') END",
        "coalesce(launch.slug, '')",
    ),
}

_EARNED = """
SELECT {0} AS key, {1} AS label, credit.deal_id, registered.product_line, credit.currency,
  (deal.closed_at AT TIME ZONE :zone)::date AS day, sum(credit.amount_minor)::bigint AS amount
FROM attribution_credit AS credit
JOIN attribution_deal AS deal ON deal.run_id = credit.run_id AND deal.deal_id = credit.deal_id
JOIN deal AS registered ON registered.id = credit.deal_id
LEFT JOIN partner ON partner.id = credit.partner_id
LEFT JOIN launch ON launch.id = credit.launch_id
WHERE credit.run_id = :run AND deal.state = 'won'
  AND (CAST(:begin AS timestamptz) IS NULL OR deal.closed_at >= :begin)
  AND (CAST(:end AS timestamptz) IS NULL OR deal.closed_at < :end)
GROUP BY 1, 2, credit.deal_id, registered.product_line, credit.currency, day
"""
