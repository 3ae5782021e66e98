"""Dates, times, numbers, money and sizes as the reader writes them, by Babel; times in the tenant's zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import Locale, dates, localedata, numbers
from flask import g, has_request_context

from app.auth import current
from campaigns.core.money import Money
from campaigns.core.money_text import format_money


def _locale() -> str:
    """The reader's language as the tenant's country writes it: `en_GB`, `ar_AE`; British English if that is unknown."""
    from app.i18n.request import locale  # noqa: PLC0415 - the two need each other

    language = locale()
    signed_in = current.signed_in() if has_request_context() else None
    regional = f"{language}_{signed_in.country}" if signed_in and signed_in.country else ""
    return regional if regional in _KNOWN else {"en": "en_GB"}.get(language, language)


def region() -> str:
    """The locale in which the reader writes numbers and amounts: language and country, as `de_AT`."""
    return _locale()


def zone() -> ZoneInfo:
    """The zone times are shown in: the tenant's, or UTC; a public page may set `g.time_zone`."""
    if not has_request_context():
        return ZoneInfo("UTC")
    if "time_zone" not in g:
        signed_in = current.signed_in()
        g.time_zone = signed_in.time_zone if signed_in else "UTC"
    return ZoneInfo(g.time_zone)


def date(value: dt.date | dt.datetime, form: str = "long") -> str:
    """`12 November 2026`; `form` is Babel's short, medium, long or full, or a CLDR skeleton such as `dMMM`."""
    day = value.astimezone(zone()).date() if isinstance(value, dt.datetime) else value
    if form in ("short", "medium", "long", "full"):
        return dates.format_date(day, cast(Any, form), locale=_locale())
    return dates.format_skeleton(form, day, locale=_locale())


def day(value: dt.date | dt.datetime) -> str:
    """`Monday 23 November`: the long day of a year that goes without saying."""
    pattern = dates.get_date_format("full", locale=_locale()).pattern
    local = value.astimezone(zone()).date() if isinstance(value, dt.datetime) else value
    return dates.format_date(local, _YEAR.sub("", pattern), locale=_locale())


def time(value: dt.datetime) -> str:
    """`10:42` in the tenant's zone."""
    return dates.format_time(value, "short", tzinfo=zone(), locale=_locale())


def datetime(value: dt.datetime, form: str = "medium") -> str:
    """Day and time in the tenant's zone."""
    local = value.astimezone(zone())
    day = dates.format_date(local.date(), cast(Any, form), locale=_locale())
    return f"{day}, {time(value)}"


def duration(value: dt.timedelta) -> str:
    """`2 hours`, `3 days`: one unit, rounded down by Babel's thresholds."""
    return dates.format_timedelta(value, threshold=1.2, locale=_locale())


def number(value: float | Decimal, digits: int | None = None) -> str:
    """`1,284`; with `digits` exactly so many decimals."""
    if digits is None:
        return numbers.format_decimal(value, locale=_locale())
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return numbers.format_decimal(value, pattern, locale=_locale())


def percent(value: float, digits: int = 0) -> str:
    """0.46 as `46 %`; up to `digits` decimals where there are any."""
    if not digits:
        return numbers.format_percent(value, locale=_locale())
    pattern = Locale.parse(_locale()).percent_formats[None].pattern
    return numbers.format_percent(value, pattern.replace("0", "0." + "#" * digits, 1), locale=_locale())


def money(amount_minor: int, currency: str) -> str:
    """An integer of minor units with its currency: `€1,840.00`, `¥1,840`."""
    return format_money(Money(amount_minor, currency), _locale())


def filesize(value: int) -> str:
    """`4 kB`, `1.2 MB`: decimal units."""
    if value < 1000:
        return numbers.format_decimal(value, locale=_locale()) + " B"
    scaled, unit = (value / 1000, "kB") if value < 1_000_000 else (value / 1_000_000, "MB")
    return numbers.format_decimal(round(scaled, 1 if scaled < 10 else 0), locale=_locale()) + "\u00a0" + unit


def countries() -> dict[str, str]:
    """ISO 3166 codes and their names in the reader's language, sorted by name."""
    names = Locale.parse(_locale()).territories
    real = {code: name for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRY}
    return dict(sorted(real.items(), key=lambda item: item[1].casefold()))


_KNOWN = frozenset(localedata.locale_identifiers())
_YEAR = re.compile(r"(?:,|،)?\s*(?:'de')?\s*y+年?")
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})
FILTERS: dict[str, Callable[..., str]] = {
    "day": day,
    "date": date,
    "time": time,
    "datetime": datetime,
    "duration": duration,
    "number": number,
    "percent": percent,
    "money": money,
    "filesize": filesize,
}
