"""Cells and headings of a report as people read them, in any locale: for pages and for mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers

from campaigns.core.catalogs import N_
from campaigns.core.money import Money
from campaigns.core.money_text import format_money
from campaigns.rates.book import Used
from campaigns.reports import words
from campaigns.reports.figures import Rate, Span
from campaigns.reports.tables import Cell, Column, Table

OF_AMOUNTS = frozenset({"of_target", "ropi"})  # their two sides are amounts that stand beside them
NUMERIC = frozenset({"count", "percent", "money", "rate", "span", "decimal"})


@dataclass(frozen=True, slots=True)
class Speech:
    """A reader: how sentences are said, how figures are written (`de_AT`), in which zone."""

    say: Callable[[str], str]
    locale: str
    zone: str = "UTC"


def shown(table: Table) -> list[tuple[int, Column]]:
    """The columns people see, with their places; ids are for programs."""
    return [(at, column) for at, column in enumerate(table.columns) if column.kind != "id"]


def heading(table: Table, column: Column, speech: Speech) -> str:
    """What a column is called; the first by what the report is grouped by."""
    if column.code == "label":
        return speech.say(words.GROUPS[table.asks.grouping])
    return speech.say(words.COLUMNS[column.code])


def cell_text(table: Table, row: tuple[Cell, ...], at: int, speech: Speech) -> str:
    """One cell; what is not known says so instead of showing a nought."""
    column, cell = table.columns[at], row[at]
    if column.code == "label":
        codes = [one.code for one in table.columns]
        label = str(cell or "")
        key = str(row[codes.index("key")]) if "key" in codes else label
        return words.value_word(table.asks.grouping, key, label, speech.say)
    if column.kind == "key":
        return speech.say(words.KEYS[str(cell)])
    if isinstance(cell, Rate) and column.code in OF_AMOUNTS:
        if cell.value is None:
            return speech.say(N_("none yet"))
        return numbers.format_percent(float(cell.value), locale=speech.locale)
    return value_text(cell, speech, percent=column.kind == "percent")


def value_text(cell: Cell, speech: Speech, *, percent: bool = False) -> str:
    """A value by itself."""
    if cell is None:
        return speech.say(N_("none yet"))
    if isinstance(cell, Money):
        return format_money(cell, speech.locale)
    if isinstance(cell, Rate):
        if cell.value is None:
            return speech.say(N_("none yet"))
        share = numbers.format_percent(float(cell.value), locale=speech.locale)
        return f"{share} ({_number(cell.numerator, speech)}/{_number(cell.denominator, speech)})"
    if isinstance(cell, Span):
        if cell.median_s is None or cell.p90_s is None:
            return speech.say(N_("none yet"))
        both = " · ".join(_duration(one, speech) for one in (cell.median_s, cell.p90_s))
        return f"{both} ({_number(cell.n, speech)})"
    if isinstance(cell, date):
        return dates.format_date(cell, "medium", locale=speech.locale)
    if percent and isinstance(cell, int | Decimal):
        return numbers.format_percent(cell / Decimal(100), locale=speech.locale)
    return _number(cell, speech) if isinstance(cell, int | Decimal) else cell


def _number(value: int | Decimal, speech: Speech) -> str:
    return numbers.format_decimal(value, locale=speech.locale)


def _duration(seconds: float, speech: Speech) -> str:
    return dates.format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=speech.locale)


def instant_text(moment: datetime, speech: Speech) -> str:
    """Day and time in the reader's zone."""
    local = moment.astimezone(ZoneInfo(speech.zone))
    day = dates.format_date(local.date(), "medium", locale=speech.locale)
    return f"{day}, {dates.format_time(local, 'short', locale=speech.locale)}"


def rate_text(used: Used, speech: Speech) -> str:
    """`1 USD = 0.92 EUR, from 1 Jan 2026`: as it was written, and since when it holds."""
    one, other = (used.base, used.currency) if used.inverse else (used.currency, used.base)
    return speech.say(N_("1 %(one)s = %(rate)s %(other)s, from %(day)s")) % {
        "one": one,
        "other": other,
        "rate": numbers.format_decimal(used.rate.normalize(), "#,##0.##########", locale=speech.locale),
        "day": dates.format_date(used.starts_on, "medium", locale=speech.locale),
    }


def about_text(table: Table, speech: Speech) -> list[str]:
    """What is always printed with the figures: run, model and cut-off, or the period; the rates sums took."""
    lines = []
    if table.run is not None:
        lines.append(
            speech.say(N_("Run %(number)s, %(model)s, up to %(time)s"))
            % {
                "number": _number(table.run.number, speech),
                "model": speech.say(words.MODELS[table.run.model]),
                "time": instant_text(table.run.cut_off, speech),
            }
        )
    period = table.period
    if period is not None:
        named = speech.say(words.PERIODS[period.name]) if period.name in words.PERIODS else period.name
        if period.first is not None and period.last is not None:
            ends = (dates.format_date(one, "medium", locale=speech.locale) for one in (period.first, period.last))
            named = f"{named}: {' – '.join(ends)}"
        lines.append(named)
    return lines


def total_lines(table: Table, speech: Speech) -> list[str]:
    """Sums over currencies in the programme's own, the rates they took, and what they lack because it has no rate."""
    lines = [
        speech.say(N_("%(column)s in %(currency)s: %(sum)s"))
        % {
            "column": speech.say(words.COLUMNS[one.column]),
            "currency": one.sum.base,
            "sum": format_money(Money(one.sum.amount_minor, one.sum.base), speech.locale),
        }
        for one in table.totals
    ]
    if table.used:
        rates = "; ".join(rate_text(used, speech) for used in table.used)
        lines.append(speech.say(N_("Plan rates used: %(rates)s")) % {"rates": rates})
    lacking = [
        f"{format_money(Money(amount, code), speech.locale)} ({speech.say(words.COLUMNS[one.column])})"
        for one in table.totals
        for code, amount in one.sum.lacking
    ]
    if lacking:
        lines.append(speech.say(N_("Not in the sum, for want of a plan rate: %(sums)s")) % {"sums": "; ".join(lacking)})
    return lines
