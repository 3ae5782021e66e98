"""From what is asked to the table: one entry for pages, files, mails and the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.attribution.service.programme_models import MODELS as PROGRAMME_MODELS
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.money import Money
from campaigns.core.tenancy import must_exist
from campaigns.partners.models import Membership, Partner
from campaigns.rates.book import Converted, RateBook
from campaigns.reports.asked import BY_QUARTER, TIMELESS, Asks
from campaigns.reports.benchmarks import benchmark_period, benchmarks
from campaigns.reports.credits import credit_days, credits_by
from campaigns.reports.first_deal import first_deals
from campaigns.reports.forecast import Forecast, Outlook, forecast
from campaigns.reports.funnels import durations, funnels
from campaigns.reports.periods import Period, read_period
from campaigns.reports.registrations import Filter, registrations
from campaigns.reports.ropi import returns
from campaigns.reports.runs import Run, newest_path_run, reader, run, shown_run
from campaigns.reports.settings import ReportSettings, settings_of
from campaigns.reports.tables import Cell, Column, Table, Total


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every report is built on. A partner has no programme's settings: its days are its own zone's."""

    session: Session
    actor: Actor
    asks: Asks
    now: datetime
    settings: ReportSettings
    period: Period


def build(session: Session, actor: Actor, asks: Asks, now: datetime) -> Table:
    """The table. Raises `report.*` for what does not fit together, `attribution_run.not_found` where a report needs a
    run and none was made yet, `partner.not_found` for one that is not in the programme."""
    reader(actor)
    settings = _settings(session, actor)
    name = asks.period or ("this_quarter" if asks.report in BY_QUARTER else "all")
    if asks.report in BY_QUARTER and name not in ("this_quarter", "last_quarter") and "Q" not in name.upper():
        raise invalid("report.quarter", "A forecast is of a fiscal quarter such as 2026-Q2.", given=name)
    if asks.report in TIMELESS and name != "all":
        raise invalid("report.period_fixed", "This report has a period of its own.")
    _partner_known(session, actor, asks)
    ground = _Ground(session, actor, asks, now, settings, read_period(name, now, settings.zone, settings.fiscal_month))
    return _BUILDERS[asks.report](ground)


def _settings(session: Session, actor: Actor) -> ReportSettings:
    if actor.programme_id is not None:
        return settings_of(session, actor.programme_id)
    zone = session.scalars(select(Partner.time_zone).where(Partner.id == actor.partner_id)).one()
    return ReportSettings(zone=zone)


def _partner_known(session: Session, actor: Actor, asks: Asks) -> None:
    if asks.partner_id is not None:
        mine = Membership.partner_id == asks.partner_id, Membership.programme_id == actor.programme_id
        must_exist(session.scalars(select(Membership.id).where(*mine)).one_or_none(), "partner")


def run_of(session: Session, actor: Actor, asks: Asks) -> Run:
    """The run a report is read over: the one asked for, the newest of the model, else by the programme's settings."""
    if asks.run_id is not None:
        return run(session, actor, asks.run_id)
    if asks.report == "ropi" and not asks.model:
        return must_exist(newest_path_run(session, actor), "attribution_run")  # type: ignore[no-any-return]
    return must_exist(shown_run(session, actor, asks.model), "attribution_run")  # type: ignore[no-any-return]


def _credits(on: _Ground) -> Table:
    asks, state = on.asks, on.asks.state or "won"
    over = run_of(on.session, on.actor, asks)
    rows = credits_by(on.session, on.actor, over, asks.grouping, state, on.period)
    whole = over.model in PROGRAMME_MODELS
    cells: list[tuple[Cell, ...]] = [
        (row.key, row.label, Money(row.amount_minor, row.currency), None if whole else row.touches, row.deals)
        for row in rows
    ]
    totals: tuple[Total, ...] = ()
    if on.actor.programme_id is not None:
        days = credit_days(on.session, on.actor, over, state, on.settings.zone, on.period)
        if whole and not rows:
            days = []
        book = RateBook(on.session, on.actor.programme_id)
        totals = (Total("credit", book.total(days, on.settings.currency)),)
    columns = (Column("key", "id"), Column("label", "text"), Column("credit", "money"), Column("touches"),
               Column("deals"))  # fmt: skip
    return Table(asks, columns, tuple(cells), over, on.period, totals, notes=("overlap",), bar="credit")


def _registrations(on: _Ground) -> Table:
    asks = on.asks
    only = Filter(on.period, asks.partner_id, asks.product, asks.region)
    rows = registrations(on.session, on.actor, asks.grouping, only)
    columns = (
        Column("label", "text"), Column("registered"), Column("approval", "rate"), Column("conversion", "rate"),
        Column("accept", "span"), Column("approve", "span"), Column("win", "span"),
    )  # fmt: skip
    cells = tuple(
        (row.key, row.submitted, row.approval, row.conversion, row.accept, row.approve, row.win) for row in rows
    )
    return Table(asks, columns, cells, period=on.period, notes=("submitted",), bar="registered")


def _funnels(on: _Ground) -> Table:
    names = ("launches", "deliveries", "clicks", "pages", "leads", "accepted", "deals", "won")
    rows = funnels(on.session, on.actor, on.period)
    cells = tuple((row.kit, *(getattr(row, name) for name in names)) for row in rows)
    columns = (Column("label", "text"), *map(Column, names))
    return Table(on.asks, columns, cells, period=on.period, notes=("begun",), bar="won")


def _durations(on: _Ground) -> Table:
    spans = durations(on.session, on.actor, on.period)
    cells = tuple((name, spans[name]) for name in ("accept", "approve", "win"))
    return Table(on.asks, (Column("what", "key"), Column("took", "span")), cells, period=on.period)


def _forecast(on: _Ground) -> Table:
    assert on.actor.programme_id is not None  # noqa: S101 - reports_for: a vendor's only
    book = RateBook(on.session, on.actor.programme_id)
    by = on.asks.grouping
    found = forecast(on.session, on.actor, on.settings, book, on.period, "all" if by == "stage" else by)  # type: ignore[arg-type]
    stages = _stage_table(on, found)
    if by == "stage":
        return stages
    base = on.settings.currency
    cells = tuple(_outlook_cells(one, base) for one in found.groups)
    columns = (
        Column("label", "text"), Column("target", "money"), Column("won", "money"), Column("won_deals"),
        Column("open", "money"), Column("open_deals"), Column("weighted", "money"), Column("forecast", "money"),
        Column("of_target", "rate"),
    )  # fmt: skip
    totals = tuple(
        Total(name, _added(base, [getattr(one, name) for one in found.groups]))
        for name in ("target", "won", "open", "weighted")
    )
    return Table(
        on.asks, columns, cells, None, on.period, totals, facts=(("undated", found.undated),), notes=("weights",),
        bar="forecast", more=(replace(stages, totals=()),),
    )  # fmt: skip


def _outlook_cells(one: Outlook, base: str) -> tuple[Cell, ...]:
    return (
        one.label, None if one.target is None else Money(one.target.amount_minor, base),
        Money(one.won.amount_minor, base), one.won_deals, Money(one.open.amount_minor, base), one.open_deals,
        Money(one.weighted.amount_minor, base), Money(one.forecast_minor, base), one.of_target,
    )  # fmt: skip


def _stage_table(on: _Ground, found: Forecast) -> Table:
    base = on.settings.currency
    cells = tuple(
        (one.state, one.stage, one.deals, one.weight, Money(one.open.amount_minor, base),
         Money(one.weighted.amount_minor, base))
        for one in found.stages
    )  # fmt: skip
    columns = (Column("state", "key"), Column("stage", "text"), Column("deals"), Column("weight", "percent"),
               Column("open", "money"), Column("weighted", "money"))  # fmt: skip
    totals = tuple(
        Total(name, _added(base, [getattr(one, name) for one in found.stages])) for name in ("open", "weighted")
    )
    return Table(replace(on.asks, by="stage"), columns, cells, None, on.period, totals, bar="weighted")


def _added(base: str, sums: list[Converted | None]) -> Converted:
    """Sums that are in one currency already, with everything they took and lack."""
    given = [one for one in sums if one is not None]
    lacking: dict[str, int] = {}
    for code, amount in (pair for one in given for pair in one.lacking):
        lacking[code] = lacking.get(code, 0) + amount
    used = {rate for one in given for rate in one.used}
    rates = tuple(sorted(used, key=lambda one: (one.currency, one.starts_on)))
    return Converted(base, sum(one.amount_minor for one in given), rates, tuple(sorted(lacking.items())))


def _ropi(on: _Ground) -> Table:
    assert on.actor.programme_id is not None  # noqa: S101 - reports_for: a vendor's only
    over = run_of(on.session, on.actor, on.asks)
    if over.model in PROGRAMME_MODELS:
        raise invalid("report.model_path", "This model draws no deal's path. Choose another run.")
    book = RateBook(on.session, on.actor.programme_id)
    groups = returns(on.session, on.actor, over, on.settings, book, on.asks.grouping, on.period)  # type: ignore[arg-type]
    base = on.settings.currency
    names = ("revenue", "margin", "cost", "unvalued")
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (one.key, one.label, one.deals, *(Money(getattr(one, name).amount_minor, base) for name in names), one.ropi)
        for one in groups
    )
    columns = (Column("key", "id"), Column("label", "text"), Column("deals"),
               *(Column(name, "money") for name in names), Column("ropi", "rate"))  # fmt: skip
    totals = tuple(Total(name, _added(base, [getattr(one, name) for one in groups])) for name in names)
    return Table(on.asks, columns, cells, over, on.period, totals, notes=("margin", "overlap"), bar="margin")


def _first_deal(on: _Ground) -> Table:
    curve = first_deals(on.session, on.actor, on.now)
    cells = tuple(
        (step.day, step.at_risk, step.events, step.censored, Decimal(f"{float(step.waiting) * 100:.1f}"))
        for step in curve.steps
    )
    columns = (Column("day"), Column("at_risk"), Column("events"), Column("censored"), Column("waiting", "percent"))
    facts = (("partners", curve.n), ("registered", curve.events), ("median_days", curve.median_days))
    return Table(on.asks, columns, cells, facts=facts, notes=("censored",), bar="waiting")


def _benchmarks(on: _Ground) -> Table:
    rows = benchmarks(on.session, on.actor, on.now)
    cells = tuple((row.partner, row.programme, row.metric, row.own, row.others) for row in rows)
    columns = (Column("label", "text"), Column("programme", "text"), Column("metric", "key"), Column("own", "rate"),
               Column("others", "percent"))  # fmt: skip
    period = None if on.actor.programme_id is None else benchmark_period(on.session, on.actor.programme_id, on.now)
    return Table(on.asks, columns, cells, period=period, notes=("others",))


_BUILDERS: dict[str, Callable[[_Ground], Table]] = {
    "credits": _credits,
    "registrations": _registrations,
    "funnels": _funnels,
    "durations": _durations,
    "forecast": _forecast,
    "ropi": _ropi,
    "first_deal": _first_deal,
    "benchmarks": _benchmarks,
}
