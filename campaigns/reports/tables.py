"""A report as a table: the same rows for a page, a file, a mail and the API, and what is always printed with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from campaigns.core.csv_guard import csv_lines
from campaigns.core.money import Money
from campaigns.rates.book import Converted, Used
from campaigns.reports.asked import Asks
from campaigns.reports.figures import Rate, Span
from campaigns.reports.periods import Period
from campaigns.reports.runs import Run

Cell = str | int | Decimal | Money | Rate | Span | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its code, and what stands in it: text, count, percent, decimal, money, rate, span or date."""

    code: str
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Total:
    """A column's sum over all currencies in the programme's own, with the rates used and what has none."""

    column: str
    sum: Converted


@dataclass(frozen=True, slots=True)
class Table:
    """`bar` names the column drawn as bars. `notes` are codes of sentences that belong under the table; `facts` are
    figures about the whole that are printed above it (code, value)."""

    asks: Asks
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    run: Run | None = None
    period: Period | None = None
    totals: tuple[Total, ...] = ()
    facts: tuple[tuple[str, Cell], ...] = ()
    notes: tuple[str, ...] = ()
    bar: str = ""
    more: tuple[Table, ...] = field(default=())

    @property
    def used(self) -> tuple[Used, ...]:
        """Every rate that any total took, once."""
        rates = {used for total in self.totals for used in total.sum.used}
        return tuple(sorted(rates, key=lambda used: (used.currency, used.starts_on)))


def csv_of(table: Table) -> str:
    """The table as CSV: what was asked, run and period on every line; amounts in minor units and as decimals."""
    heads = [name for column in table.columns for name in _names(column)]
    about = _about(table)
    lines = ([*about.values(), *_flat(table.columns, row)] for row in table.rows)
    return "".join(csv_lines([*about, *heads], [*lines, *_total_lines(table, len(about))]))


def _about(table: Table) -> dict[str, object]:
    asks, run, period = table.asks, table.run, table.period
    told: dict[str, object] = {"report": asks.report, "by": asks.grouping}
    if run is not None:
        told |= {"run": run.number, "model": run.model, "cut_off": run.cut_off.isoformat()}
    if period is not None:
        told |= {"period": period.name, "from": period.first or "", "until": period.last or ""}
    return told


def _total_lines(table: Table, indent: int) -> Iterator[list[object]]:
    """Under the rows: sums in the programme's currency, what they lack, and the rates they took."""
    for total in table.totals:
        whole = Money(total.sum.amount_minor, total.sum.base)
        yield ["total", total.column, *[""] * (indent - 2), whole.amount_minor, whole.as_decimal(), whole.currency]
        for code, amount in total.sum.lacking:
            lacking = Money(amount, code)
            yield ["no rate", total.column, *[""] * (indent - 2), amount, lacking.as_decimal(), code]
    for used in table.used:
        pair = f"1 {used.base}" if used.inverse else f"1 {used.currency}"
        other = used.currency if used.inverse else used.base
        yield ["plan rate", used.currency, *[""] * (indent - 2), pair, format(used.rate.normalize(), "f"), other,
               used.starts_on.isoformat()]  # fmt: skip


def _names(column: Column) -> list[str]:
    code = column.code
    if column.kind == "money":
        return [f"{code}_minor", code, f"{code}_currency"]
    if column.kind == "rate":
        return [f"{code}_numerator", f"{code}_denominator", code]
    if column.kind == "span":
        return [f"{code}_n", f"{code}_median_s", f"{code}_p90_s"]
    return [code]


def _flat(columns: Iterable[Column], row: tuple[Cell, ...]) -> Iterator[object]:
    for column, cell in zip(columns, row, strict=True):
        if cell is None:
            yield from [""] * len(_names(column))
        elif isinstance(cell, Money):
            yield from (cell.amount_minor, cell.as_decimal(), cell.currency)
        elif isinstance(cell, Rate):
            value = "" if cell.value is None else f"{float(cell.value):.6f}"
            yield from (cell.numerator, cell.denominator, value)
        elif isinstance(cell, Span):
            yield from (cell.n, *("" if one is None else round(one, 3) for one in (cell.median_s, cell.p90_s)))
        else:
            yield cell


def json_of(table: Table) -> dict[str, Any]:
    """The table as plain values for JSON."""
    return {
        "asks": table.asks.as_json() | {"by": table.asks.grouping},
        "columns": [{"code": column.code, "kind": column.kind} for column in table.columns],
        "rows": [[plain(cell) for cell in row] for row in table.rows],
        "run": None
        if table.run is None
        else {
            "id": str(table.run.id), "number": table.run.number, "model": table.run.model,
            "parameters": table.run.parameters, "cut_off": table.run.cut_off.isoformat(),
        },
        "period": None if table.period is None else _period(table.period),
        "facts": {code: plain(value) for code, value in table.facts},
        "totals": [
            {
                "column": one.column,
                "amount_minor": one.sum.amount_minor,
                "currency": one.sum.base,
                "without_rate": [Money(amount, code).as_json() for code, amount in one.sum.lacking],
            }
            for one in table.totals
        ],
        "rates": [
            {
                "currency": used.base if used.inverse else used.currency,
                "base": used.currency if used.inverse else used.base,
                "rate": format(used.rate.normalize(), "f"),
                "starts_on": used.starts_on.isoformat(),
            }
            for used in table.used
        ],
        "notes": list(table.notes),
        "more": [json_of(one) for one in table.more],
    }  # fmt: skip


def _period(period: Period) -> dict[str, str | None]:
    def day(one: date | None) -> str | None:
        return one.isoformat() if one else None

    return {"name": period.name, "from": day(period.first), "until": day(period.last)}


def plain(cell: Cell) -> Any:
    """A cell as a plain value; amounts, rates and spans as objects with all their parts."""
    if isinstance(cell, Money):
        return cell.as_json()
    if isinstance(cell, Rate):
        value = None if cell.value is None else float(cell.value)
        return {"numerator": cell.numerator, "denominator": cell.denominator, "value": value}
    if isinstance(cell, Span):
        return {"n": cell.n, "median_s": cell.median_s, "p90_s": cell.p90_s}
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return float(cell) if isinstance(cell, Decimal) else cell
