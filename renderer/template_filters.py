"""The filters, tests and functions a kit's templates have: few, bounded, and by the locale (Babel)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent, is_currency
from jinja2 import Environment
from jinja2.exceptions import SecurityError
from jinja2.filters import do_capitalize, do_title, do_truncate
from jinja2.runtime import Context, Undefined
from jinja2.utils import pass_context, pass_environment
from markupsafe import Markup, escape

from renderer.kit.catalog import Catalog
from renderer.template_bounds import (
    MAX_OUTPUT,
    FieldToken,
    concatenate,
    is_scalar,
    loop_over,
    scalar_item,
)

TESTS = frozenset(
    {
        "defined",
        "undefined",
        "none",
        "number",
        "string",
        "odd",
        "even",
        "divisibleby",
        "eq",
        "==",
        "ne",
        "!=",
        "lt",
        "<",
        "le",
        "<=",
        "gt",
        ">",
        "ge",
        ">=",
        "in",
        "equalto",
        "greaterthan",
        "lessthan",
        "lower",
        "upper",
    }
)
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")
_BREAK = re.compile(r"\r\n|\r|\n")


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse what is no text or number: a recipient's field above all, whose value is not known yet."""

    @wraps(function)
    def checked(value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, FieldToken):
            value._refuse()
        if isinstance(value, Undefined):
            value = str(value)
        if not is_scalar(value) or not all(is_scalar(item) for item in (*args, *kwargs.values())):
            raise SecurityError("this filter takes a text or a number")
        return function(value, *args, **kwargs)

    return checked


def _text(value: Any) -> str:
    """A text as it is (escaped text stays escaped), anything else printed."""
    return value if isinstance(value, str) else str(value)


@_plain
def _replace(value: Any, old: str, new: str) -> str:
    text, old = str(value), str(old)
    if not old or len(text) + text.count(old) * len(str(new)) > MAX_OUTPUT:
        raise SecurityError("this replacement makes a text too long")
    if isinstance(value, Markup):
        return Markup(text.replace(str(escape(old)), str(escape(new))))  # noqa: S704 - both sides are escaped
    return text.replace(old, str(new))


def _join(value: Any, separator: str = "") -> str:
    items = list(loop_over(None, value))  # type: ignore[arg-type]
    if not all(is_scalar(item) for item in items):
        raise SecurityError("join takes a list of texts and numbers")
    if sum(len(str(item)) + len(str(separator)) for item in items) > MAX_OUTPUT:
        raise SecurityError("this makes a text too long")
    return str(separator).join(str(item) for item in items)


def _default(value: Any, fallback: Any = "", boolean: bool = False) -> Any:
    if isinstance(value, FieldToken):
        value._refuse()
    return fallback if isinstance(value, Undefined) or (boolean and not value) else value


def _otherwise(value: Any, fallback: Any) -> Any:
    """The value, or `fallback` where it is empty; for a recipient's field decided at the merge."""
    if isinstance(value, FieldToken):
        return FieldToken(value.name, str(fallback))
    if isinstance(value, Undefined):
        str(value)
        return fallback
    return fallback if value is None or str(value).strip() == "" else value


def _count(value: Any) -> int:
    if isinstance(value, FieldToken):
        value._refuse()
    return len(value)


def _ends(value: Any, at: int) -> Any:
    items = list(loop_over(None, value))  # type: ignore[arg-type]
    return items[at] if items else ""


@_plain
def _nl2br(value: Any) -> Markup:
    return Markup("<br>").join(escape(part) for part in _BREAK.split(str(value)))


@pass_environment
def _date(environment: Environment, value: Any, form: str = "long") -> str:
    """An ISO date as the locale writes it; `form` is short, medium, long or full. Empty stays empty."""
    if isinstance(value, FieldToken):
        value._refuse()
    if value is None or value == "":
        return ""
    if form not in ("short", "medium", "long", "full"):
        raise SecurityError("a date is written short, medium, long or full")
    locale = _locale(environment)
    try:
        if isinstance(value, date):
            day = value
        else:
            text = str(value)
            day = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError as error:
        raise SecurityError(f"{str(value)[:40]!r} is no date such as 2026-03-01") from error
    if isinstance(day, datetime):
        return str(format_datetime(day, form, locale=locale))
    return str(format_date(day, form, locale=locale))


def _numeric(formatter: Callable[..., str]) -> Callable[..., str]:
    @pass_environment
    def filtered(environment: Environment, value: Any, *args: Any) -> str:
        if isinstance(value, FieldToken):
            value._refuse()
        if value is None or value == "":
            return ""
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise SecurityError(f"{str(value)[:40]!r} is no number") from error
        if not number.is_finite() or abs(number) > Decimal(10) ** 15:
            raise SecurityError("a number is at most 10^15")
        return formatter(number, _locale(environment), *args)

    return filtered


def _locale(environment: Environment) -> Locale:
    customs: Locale = environment.customs  # type: ignore[attr-defined]
    return customs


def _number(number: Decimal, locale: Locale, digits: int | None = None) -> str:
    if digits is None:
        return str(format_decimal(number, locale=locale))
    places = "0" * min(max(int(digits), 0), 10)
    return str(format_decimal(number, format=f"#,##0.{places}" if places else "#,##0", locale=locale))


def _money(number: Decimal, locale: Locale, currency: str) -> str:
    if not is_currency(str(currency)):
        raise SecurityError(f"{str(currency)[:10]!r} is no ISO 4217 currency")
    return str(format_currency(number, currency, locale=locale))


def _percent(number: Decimal, locale: Locale) -> str:
    return str(format_percent(number, locale=locale))


FILTERS: dict[str, Callable[..., Any]] = {
    "_loop_over": loop_over,
    "_concatenate": concatenate,
    "_scalar_item": scalar_item,
    "capitalize": _plain(do_capitalize),
    "default": _default,
    "d": _default,
    "escape": escape,
    "e": escape,
    "first": lambda value: _ends(value, 0),
    "last": lambda value: _ends(value, -1),
    "length": _count,
    "count": _count,
    "int": _plain(lambda value: int(Decimal(str(value)))),
    "float": _plain(float),
    "round": _plain(lambda value, digits=0: round(float(value), int(digits))),
    "abs": _plain(abs),
    "join": _join,
    "lower": _plain(lambda value: _text(value).lower()),
    "upper": _plain(lambda value: _text(value).upper()),
    "title": _plain(do_title),
    "trim": _plain(lambda value: _text(value).strip()),
    "replace": _replace,
    "truncate": pass_environment(
        lambda env, value, *args: _plain(lambda text, *more: do_truncate(env, text, *more))(value, *args)
    ),
    "urlencode": _plain(lambda value: quote(str(value), safe="")),
    "nl2br": _nl2br,
    "otherwise": _otherwise,
    "date": _date,
    "number": _numeric(_number),
    "money": _numeric(_money),
    "percent": _numeric(_percent),
}


def bounded_range(*args: int) -> range:
    """`range` of at most 1,000 turns."""
    turns = range(*args)
    if len(turns) > 1_000:
        raise SecurityError("a range has at most 1,000 turns")
    return turns


bounded_range.kit_callable = True  # type: ignore[attr-defined]


def gettext_functions(catalog: Catalog | None) -> dict[str, Callable[..., str]]:
    """gettext, ngettext, pgettext, npgettext and _ over one catalog; placeholders are %(name)s and nothing else."""

    def translate(
        context: Context, msgctxt: str | None, one: str, many: str | None, num: Any, values: Mapping[str, Any]
    ) -> str:
        if isinstance(num, FieldToken):
            num._refuse()
        if catalog is not None:
            text = catalog.text(one, msgctxt) if many is None else catalog.plural(one, many, int(num), msgctxt)
        else:
            text = one if many is None or num == 1 else many
        return _fill(text, values, bool(context.eval_ctx.autoescape))

    @pass_context
    def gettext(context: Context, message: str, /, **values: Any) -> str:
        return translate(context, None, message, None, 1, values)

    @pass_context
    def ngettext(context: Context, one: str, many: str, num: int, /, **values: Any) -> str:
        return translate(context, None, one, many, num, {"num": num, **values})

    @pass_context
    def pgettext(context: Context, msgctxt: str, message: str, /, **values: Any) -> str:
        return translate(context, msgctxt, message, None, 1, values)

    @pass_context
    def npgettext(context: Context, msgctxt: str, one: str, many: str, num: int, /, **values: Any) -> str:
        return translate(context, msgctxt, one, many, num, {"num": num, **values})

    functions: dict[str, Any] = {
        "gettext": gettext,
        "_": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "npgettext": npgettext,
    }
    for function in functions.values():
        function.kit_callable = True
    return functions


def _fill(text: str, values: Mapping[str, Any], escaping: bool) -> str:
    def value(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return "%"
        if match.group(1) not in values:
            raise SecurityError(f"a translation names %({match.group(1)})s, which the template does not give")
        item = values[match.group(1)]
        if not is_scalar(item) and not isinstance(item, Undefined | FieldToken):
            raise SecurityError("a translation takes texts and numbers")
        return str(escape(item)) if escaping else str(item)

    filled = _PLACEHOLDER.sub(value, text)
    return Markup(filled) if escaping else filled  # noqa: S704 - the kit's own words; values are escaped above
