"""What a fiscal quarter will bring: what was won in it and what is open, weighed by stage, against its targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import programme_of
from campaigns.rates.book import Converted, Dated, RateBook
from campaigns.reports.figures import Rate
from campaigns.reports.periods import Period
from campaigns.reports.runs import reader
from campaigns.reports.service.targets import TargetRow, targets
from campaigns.reports.settings import ReportSettings

By = Literal["all", "partner", "region", "product"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One group in the programme's currency; `target` is None where none is written."""

    key: str
    label: str
    won: Converted
    won_deals: int
    open: Converted
    open_deals: int
    weighted: Converted
    target: Converted | None

    @property
    def forecast_minor(self) -> int:
        """Won and weighted open deals together."""
        return self.won.amount_minor + self.weighted.amount_minor

    @property
    def of_target(self) -> Rate | None:
        """The forecast over the target; None without one."""
        return None if self.target is None else Rate(self.forecast_minor, self.target.amount_minor)


@dataclass(frozen=True, slots=True)
class Stage:
    """Open deals of one state and stage, what each of them counts for in percent, and what that makes."""

    state: str
    stage: str
    weight: int
    deals: int
    open: Converted
    weighted: Converted


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one quarter; `undated` open deals name no day on which they are to close and so are in no quarter."""

    groups: tuple[Outlook, ...]
    stages: tuple[Stage, ...]
    undated: int


@dataclass(frozen=True, slots=True)
class _Deal:
    key: str
    label: str
    state: str
    stage: str
    amount: Dated


@dataclass(slots=True)
class _Group:
    label: str = ""
    won: list[Dated] = field(default_factory=list)
    open: list[_Deal] = field(default_factory=list)
    target: list[Dated] = field(default_factory=list)


def forecast(
    session: Session, actor: Actor, settings: ReportSettings, book: RateBook, quarter: Period, by: By = "all"
) -> Forecast:
    """By partner, region (the company's country), product line, or all in one. Amounts are valued by the plan rate of
    the day they closed, or are to close; targets by that of the quarter's first day."""
    reader(actor)
    programme_id = programme_of(actor)
    given = {
        "programme": programme_id, "begin": quarter.begin, "end": quarter.end, "first": quarter.first,
        "last": quarter.last, "zone": settings.zone,
    }  # fmt: skip
    key, label = _KEYS[by]
    rows = session.execute(text(_DEALS.format(key=key, label=label)), given).all()
    deals = [_Deal(row.key, row.label, row.state, row.stage, Dated(row.currency, row.amount, row.day)) for row in rows]
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    for deal in deals:
        group = groups[deal.key]
        group.label = group.label or deal.label
        if deal.state == "won":
            group.won.append(deal.amount)
        else:
            group.open.append(deal)
    first = quarter.first or date.min
    for group_key, name, dated in _targets(targets(session, actor, starts_on=first), by, first):
        groups[group_key].target.append(dated)
        groups[group_key].label = groups[group_key].label or name
    if by == "all":
        groups[""].label = ""
    outlooks = tuple(
        _outlook(group_key, group, settings, book)
        for group_key, group in sorted(groups.items(), key=lambda one: (one[1].label.casefold(), one[0]))
    )
    undated = session.execute(text(_UNDATED), given).scalar_one()
    return Forecast(outlooks, _stages([deal for deal in deals if deal.state != "won"], settings, book), undated)


def _outlook(key: str, group: _Group, settings: ReportSettings, book: RateBook) -> Outlook:
    base = settings.currency
    return Outlook(
        key, group.label, book.total(group.won, base), len(group.won),
        book.total((deal.amount for deal in group.open), base), len(group.open),
        book.total(_weighed(group.open, settings), base, over=100),
        book.total(group.target, base) if group.target else None,
    )  # fmt: skip


def _weighed(deals: Iterable[_Deal], settings: ReportSettings) -> list[Dated]:
    """Amounts times percents."""
    return [
        Dated(one.amount.currency, one.amount.amount_minor * settings.weight(one.state, one.stage), one.amount.day)
        for one in deals
    ]


def _stages(deals: list[_Deal], settings: ReportSettings, book: RateBook) -> tuple[Stage, ...]:
    by_stage: defaultdict[tuple[str, str], list[_Deal]] = defaultdict(list)
    for deal in deals:
        by_stage[deal.state, deal.stage].append(deal)
    base = settings.currency
    return tuple(
        Stage(
            state, stage, settings.weight(state, stage), len(mine), book.total((one.amount for one in mine), base),
            book.total(_weighed(mine, settings), base, over=100),
        )
        for (state, stage), mine in sorted(by_stage.items())
    )  # fmt: skip


def _targets(rows: list[TargetRow], by: By, first: date) -> list[tuple[str, str, Dated]]:
    """(group, its name, amount): what names the group and nothing else; where there is no such row in any currency,
    those that name it with more. For the whole programme only a target that names nothing: others may overlap."""
    read: dict[str, Callable[[TargetRow], tuple[str, str]]] = {
        "all": lambda _row: ("", ""),
        "partner": lambda row: (str(row.partner_id or ""), row.partner),
        "region": lambda row: (row.region, row.region),
        "product": lambda row: (row.product, row.product),
    }
    found: defaultdict[tuple[str, str], tuple[list[Dated], list[Dated]]] = defaultdict(lambda: ([], []))
    for row in rows:
        group = read[by](row)
        named = sum(map(bool, (row.partner_id, row.region, row.product)))
        if (by == "all" and named) or (by != "all" and not group[0]):
            continue
        found[group][named > (by != "all")].append(Dated(row.currency, row.amount_minor, first))
    return [(key, name, one) for (key, name), (exact, finer) in found.items() for one in exact or finer]


_KEYS = {
    "all": ("''", "''"),
    "partner": ("deal.partner_id::text", "partner.name"),
    "region": ("coalesce(upper(deal.company->>'country'), '')", "coalesce(upper(deal.company->>'country'), '')"),
    "product": ("deal.product_line", "coalesce(line.name, deal.product_line)"),
}

_OPEN = "'submitted','under_review','action_required','in_conflict','approved','converted'"

_DEALS = (
    """
SELECT {key} AS key, {label} AS label, CASE WHEN deal.state IN ('won','approved','converted') THEN deal.state
    ELSE 'submitted' END AS state, deal.stage, deal.currency,
  CASE WHEN deal.state = 'won' THEN coalesce(deal.won_amount_minor, deal.amount_minor)
    ELSE deal.amount_minor END AS amount,
  CASE WHEN deal.state = 'won' THEN (deal.closed_at AT TIME ZONE :zone)::date ELSE deal.close_on END AS day
FROM deal JOIN partner ON partner.id = deal.partner_id
LEFT JOIN product_line AS line ON line.programme_id = deal.programme_id AND line.code = deal.product_line
WHERE deal.programme_id = :programme
  AND (deal.state = 'won' AND deal.closed_at >= :begin AND deal.closed_at < :end
    OR deal.state IN (__OPEN__) AND deal.close_on BETWEEN :first AND :last)
ORDER BY deal.id
"""
).replace("__OPEN__", _OPEN)

_UNDATED = f"""
SELECT count(*) FROM deal WHERE programme_id = :programme AND state IN ({_OPEN}) AND close_on IS NULL
"""  # noqa: S608 - names of this module
