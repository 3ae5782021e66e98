"""A mailed registration as the form that a page posts: amounts, days, countries and products as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from campaigns.core.errors import DomainError
from campaigns.core.money_text import parse_money
from campaigns.core.text import one_line
from campaigns.deals.forms import MOST, DealForm, draft_problems, submission_problems
from campaigns.leads.reading import country_code
from renderer.currency import exponent

_CODE = re.compile(r"(?<![A-Za-z])([A-Za-z]{3})(?![A-Za-z])")
_SIGNS: Final = {"€": "EUR", "£": "GBP"}  # those that mean one currency only
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SLOTS: Final = {"amount_minor": "amount", "currency": "amount"}


@dataclass(frozen=True, slots=True)
class MailedForm:
    """What could be read, and the fields that are missing or could not be."""

    form: DealForm
    missing: tuple[str, ...]


def read_form(
    fields: Mapping[str, str], twice: Sequence[str], products: Mapping[str, str], locale: str, today: date
) -> MailedForm:
    """The form of labelled values. `products` is code → name of what may be registered. A value that cannot be read
    is left out of the form, so that what is kept of it is always a good draft."""
    wrong: set[str] = set(twice)
    texts: dict[str, Any] = {name: fields.get(name, "") for name in MOST if name not in wrong}
    form = DealForm(**texts).cleaned()
    form = replace(form, country=country_code(fields.get("country", "")) if "country" not in wrong else "")
    form = replace(form, product_line=_product(fields.get("product_line", ""), products))
    amount = "" if wrong & {"amount", "currency"} else fields.get("amount", "")
    form = _with_amount(form, amount, fields.get("currency", ""), locale)
    form = replace(form, close_on=_day(fields.get("close_on", ""), locale) if "close_on" not in wrong else None)
    for problem in draft_problems(form):
        name = problem.slot or ""
        wrong.add(name)
        form = replace(form, **({"amount_minor": None} if name == "amount" else {name: ""}))
    left = {problem.slot or "" for problem in submission_problems(form, list(products), today)}
    if "close_on" in left:
        form = replace(form, close_on=None)
    names = {_SLOTS.get(one, one) for one in left | wrong if one}
    order = ["company_name", "country", "contact_name", "contact_email", "product_line", "amount", "close_on"]
    return MailedForm(form, tuple(sorted(names, key=lambda one: (order.index(one) if one in order else 99, one))))


def _product(text: str, products: Mapping[str, str]) -> str:
    """The code of what is named by code or name; empty where it is none of them, or two."""
    said = one_line(text).casefold()
    found = [code for code, name in products.items() if said in (code.casefold(), name.casefold())]
    return found[0] if len(found) == 1 and said else ""


def _with_amount(form: DealForm, text: str, currency: str, locale: str) -> DealForm:
    """Nothing is guessed: without a currency that is surely meant there is no amount."""
    plain = _ascii_digits(text)
    codes = {one.upper() for one in _CODE.findall(plain) if exponent(one.upper()) is not None}
    codes |= {code for sign, code in _SIGNS.items() if sign in plain}
    if currency.strip():
        codes |= {currency.strip().upper()[:3]}
    if len(codes) != 1:
        return form
    [code] = codes
    try:
        minor = parse_money(plain, code, locale).amount_minor
    except (DomainError, ValueError):
        return form
    return replace(form, amount_minor=minor, currency=code)


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(one)) if one.isdigit() and not one.isascii() else one for one in text)


def _day(text: str, locale: str) -> date | None:
    """A day written with the year first, or with the day first where that is surely meant."""
    plain = _ascii_digits(text).replace(" ", "")
    try:
        if match := _ISO.fullmatch(plain):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(plain):
            first, second, year = int(match[1]), int(match[3]), int(match[4])
            if match[2] == "." or locale[:2] != "en" or first > 12:
                return date(year, second, first)
            if second > 12 or first == second:
                return date(year, first, second)
    except ValueError:
        return None
    return None
