"""What a page with one report shows: the choices, the table with its bars, what is printed with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.error_texts import text_of
from app.i18n import gettext
from app.i18n.formats import countries, region, zone
from app.paging import asked_page
from app.reporting import words
from app.unit_of_work import container
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.money import Money
from campaigns.deals.models import ProductLine
from campaigns.partners.models import Membership, Partner
from campaigns.reports import runs
from campaigns.reports.asked import BY_QUARTER, OVER_RUNS, TIMELESS, Asks, groupings_for, reports_for
from campaigns.reports.building import build
from campaigns.reports.cell_text import (
    NUMERIC,
    Speech,
    about_text,
    cell_text,
    heading,
    shown,
    total_lines,
    value_text,
)
from campaigns.reports.figures import Rate
from campaigns.reports.periods import NAMES, after, quarter_name, quarter_start
from campaigns.reports.settings import settings_of
from campaigns.reports.tables import Cell, Table

PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page draws it: heads with whether they are numbers, rows of text with the bar's percents."""

    report: str
    by: str
    about: list[str]
    facts: list[tuple[str, str]]
    heads: list[tuple[str, bool]]
    rows: list[tuple[list[str], tuple[float, float, float] | None]]
    totals: list[str]
    notes: list[str]
    count: int
    page: int
    pages: int
    more: tuple[Shown, ...] = ()


def speech() -> Speech:
    """The one who looks."""
    return Speech(gettext, region(), str(zone()))


def draw(table: Table, page: int = 1) -> Shown:
    """The table in the reader's words, fifty rows at a time."""
    said = speech()
    columns = shown(table)
    pages = max(1, -(-len(table.rows) // PAGE))
    page = min(page, pages)
    rows = table.rows[(page - 1) * PAGE : page * PAGE]
    scale = _scale(table)
    return Shown(
        table.asks.report,
        table.asks.grouping,
        about_text(table, said),
        [(gettext(words.FACTS[code]), value_text(value, said)) for code, value in table.facts],
        [(heading(table, column, said), column.kind in NUMERIC) for _, column in columns],
        [([cell_text(table, row, at, said) for at, _ in columns], _bar(table, row, scale)) for row in rows],
        total_lines(table, said),
        [gettext(words.NOTES[code]) for code in table.notes],
        len(table.rows),
        page,
        pages,
        tuple(draw(one) for one in table.more),
    )


def _size(cell: Cell) -> float:
    if isinstance(cell, Money):
        return float(cell.amount_minor)
    return float(cell) if cell is not None and not isinstance(cell, str | Rate) else 0.0  # type: ignore[arg-type]


def _parts(table: Table, row: tuple[Cell, ...]) -> tuple[float, float, float]:
    """(full, lighter, mark): of a forecast what was won, what is weighed, and the target."""
    codes = [column.code for column in table.columns]
    if table.bar == "forecast":
        won, weighted, target = (_size(row[codes.index(name)]) for name in ("won", "weighted", "target"))
        return won, weighted, target
    return max(_size(row[codes.index(table.bar)]), 0.0), 0.0, 0.0


def _currency(table: Table, row: tuple[Cell, ...]) -> str:
    cell = row[[column.code for column in table.columns].index(table.bar)]
    return cell.currency if isinstance(cell, Money) else ""


def _scale(table: Table) -> dict[str, float]:
    """The longest bar of each currency."""
    most: dict[str, float] = {}
    for row in table.rows if table.bar else ():
        full, lighter, mark = _parts(table, row)
        code = _currency(table, row)
        most[code] = max(most.get(code, 0.0), full + lighter, mark)
    return most


def _bar(table: Table, row: tuple[Cell, ...], scale: dict[str, float]) -> tuple[float, float, float] | None:
    if not table.bar:
        return None
    most = scale[_currency(table, row)]
    full, lighter, mark = (round(100 * part / most, 2) if most else 0.0 for part in _parts(table, row))
    return full, lighter, mark


def table_context(session: Session, actor: Actor, asks: Asks) -> tuple[dict[str, Any], int]:
    """Values for `reports/table.html` and the status: 422 where the choices do not fit together, with a sentence."""
    drawn, refused, empty, used = None, "", False, None
    try:
        table = build(session, actor, asks, container().clock.now())
        drawn, used = draw(table, asked_page()), table.run
    except DomainError as error:
        if error.code == "attribution_run.not_found" and not asks.run:
            empty = True
        elif error.kind is Kind.INVALID:
            refused = text_of(error)
        else:
            raise
    context = {
        "table": drawn,
        "refused": refused,
        "nothing": empty,
        "asks": asks,
        "run_id": used.id if used else None,
        "query": urlencode({**asks.as_json(), **({"run": asks.run} if asks.run else {})}),
        "reports": reports_for(actor),
        "words": words,
        "mine": actor.partner_id is not None,
        "choices": _choices(session, actor, asks),
    }
    return context, 422 if refused else 200


def _choices(session: Session, actor: Actor, asks: Asks) -> dict[str, Sequence[tuple[str, str]]]:
    """What each select of the filter offers; a report shows only those that mean something to it."""
    report = asks.report
    found: dict[str, Sequence[tuple[str, str]]] = {
        "by": [(name, gettext(words.GROUPS[name])) for name in groupings_for(actor, report)]
    }
    if report in OVER_RUNS:
        listed = runs.runs(session, actor)
        found["run"] = [("", gettext("The newest")), *((str(one.id), _run_word(one)) for one in listed)]
    if report == "credits":
        found["state"] = [(code, gettext(word)) for code, word in words.STATES.items()]
    if report in BY_QUARTER:
        found["period"] = _quarters(session, actor)
    elif report not in TIMELESS:
        found["period"] = [(name, gettext(words.PERIODS[name])) for name in NAMES]
    if report == "registrations" and actor.programme_id is not None:
        found |= _filters(session, actor)
    return {name: options for name, options in found.items() if len(options) > 1}


def _run_word(one: runs.Run) -> str:
    return " · ".join([gettext(words.MODELS[one.model]), str(one.number), one.cut_off.date().isoformat()])


def _quarters(session: Session, actor: Actor) -> list[tuple[str, str]]:
    assert actor.programme_id is not None  # noqa: S101 - a vendor's report
    settings = settings_of(session, actor.programme_id)
    this = quarter_start(container().clock.now().astimezone(zone()).date(), settings.fiscal_month)
    names = [quarter_name(after(this, 3 * back), settings.fiscal_month) for back in range(3, -9, -1)]
    usual = words.PERIODS["this_quarter"]
    return [("", gettext(usual)), *((name, name) for name in names)]


def _filters(session: Session, actor: Actor) -> dict[str, Sequence[tuple[str, str]]]:
    partners = session.execute(
        select(Partner.id, Partner.name)
        .join(Membership, Membership.partner_id == Partner.id)
        .where(Membership.programme_id == actor.programme_id)
        .order_by(Partner.name)
        .limit(1000)
    ).all()
    products = session.execute(
        select(ProductLine.code, ProductLine.name)
        .where(ProductLine.programme_id == actor.programme_id)
        .order_by(ProductLine.name)
    ).all()
    return {
        "partner": [("", gettext("All partners")), *((str(one.id), one.name) for one in partners)],
        "product": [("", gettext("All products")), *((one.code, one.name) for one in products)],
        "region": [("", gettext("All countries")), *countries().items()],
    }


def asked_args() -> dict[str, str]:
    """The choices of the address."""
    return {name: request.args.get(name, "") for name in ("by", "state", "model", "run", "period", "partner", "product",
                                                          "region")}  # fmt: skip
