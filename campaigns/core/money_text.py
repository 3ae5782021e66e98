"""Money as people write and read it, in any locale Babel knows: reading is strict, writing exact."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel import Locale, numbers

from campaigns.core.errors import DomainError, invalid
from campaigns.core.money import Money, exponent_of

MOST_CHARS = 64
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"))  # directions; they carry no value
_MINUS = "\u2212\u2013\ufe63\uff0d"
_APOSTROPHES = "'\u2018\u2019\uff07"
_PLURALS = (0, 1, 2, 3, 11, 100)  # reaches each plural form of the languages that have six
_LATIN_BESIDE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")


def parse_money(text: str, currency: str, locale: str) -> Money:
    """What a person typed as an amount of `currency`, by the locale's own marks: "1.234,50", "€ 1,234.50", "١٬٢٣٤".

    The currency's code, sign or name may stand before or after, a minus too. Digits of every script are read; blanks
    of every width are one. Nothing is guessed and nothing rounded. Raises `money.empty`, `money.not_a_number`,
    `money.too_many_decimals`, `money.currency_other`, `money.currency_unknown`, `money.too_large`.
    """
    digits = exponent_of(currency)
    known = Locale.parse(locale.replace("-", "_"))
    group, point = numbers.get_group_symbol(known), numbers.get_decimal_symbol(known)
    if len(text) > MOST_CHARS:
        raise _no_number(text[:MOST_CHARS], currency, known)
    body = _plain(text, group, point)
    if not body:
        raise invalid("money.empty", "An amount is needed.", currency=currency)
    negative, body = _bare(body, _names(currency, known))
    sign, space = re.escape(point), re.escape(group)
    if not re.fullmatch(rf"(?:[0-9]+(?:{space}[0-9]+)*)?(?:{sign}[0-9]+)?", body, re.ASCII) or not body:
        raise _other_currency(body, currency, known) or _no_number(text, currency, known)
    # thousands are right everywhere; where the locale's own groups are others (12,34,567), those are, too
    thousands = re.fullmatch(rf"[0-9]{{1,3}}(?:{space}[0-9]{{3}})+(?:{sign}[0-9]+)?", body) is not None
    try:
        value = numbers.parse_decimal(body, known, strict=not thousands)
    except numbers.NumberFormatError:
        raise _no_number(text, currency, known) from None
    found = len(body.rpartition(point)[2]) if point in body else 0
    if found > digits:
        # trailing zeros count, too: "12.500" may be the twelve thousand of somebody who thinks in another locale
        raise invalid(
            "money.too_many_decimals",
            f"{currency} has {digits} decimals, the amount has {found}.",
            most=digits,
            found=found,
            currency=currency,
            example=_example(currency, known),
        )
    minor = int(Fraction(value) * 10**digits)
    return Money(-minor if negative else minor, currency)


def format_money(amount: Money, locale: str) -> str:
    """`€1,840.00`, `1.840,00 €`, `¥1,840`: every digit of the minor unit, in the locale's own pattern."""
    known = Locale.parse(locale.replace("-", "_"))
    digits = exponent_of(amount.currency)
    written = numbers.format_currency(
        amount.as_decimal(),
        amount.currency,
        format=_pattern(str(known), digits),
        locale=known,
        currency_digits=False,  # ours are ISO's, and an amount is never shown with fewer digits than it has
    )
    return _LATIN_BESIDE_DIGIT.sub("\u00a0", written)


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int) -> numbers.NumberPattern:
    pattern = numbers.parse_pattern(Locale.parse(locale).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern


def _plain(text: str, group: str, point: str) -> str:
    """ASCII digits, one kind of minus, blank, grouping mark and decimal mark; no marks of direction."""
    out: list[str] = []
    for char in text.translate(_MARKS):
        if char.isdecimal():
            out.append(str(unicodedata.decimal(char)))
        elif char in _MINUS:
            out.append("-")
        elif char == "\u066c":
            out.append(group)
        elif char == "\u066b":
            out.append(point)
        elif char in _APOSTROPHES and group in _APOSTROPHES:
            out.append(group)
        elif unicodedata.east_asian_width(char) == "F":
            out.append(unicodedata.normalize("NFKC", char))
        else:
            out.append(" " if char.isspace() else char)
    plain = "".join(out).strip()
    return re.sub(r"(?<=[0-9]) (?=[0-9])", group, plain) if group.isspace() else plain


def _bare(text: str, names: tuple[str, ...]) -> tuple[bool, str]:
    """(negative, digits and marks): without at most one sign and one name of the currency, each at either end."""
    negative = signed = named = False
    while True:
        text = text.strip()
        if not signed and text[:1] in ("-", "+"):
            signed, negative, text = True, text[0] == "-", text[1:]
        elif not signed and text[-1:] == "-":
            signed, negative, text = True, True, text[:-1]
        elif not named and (name := next((name for name in names if text.casefold().startswith(name)), "")):
            named, text = True, text.casefold()[len(name) :]
        elif not named and (name := next((name for name in names if text.casefold().endswith(name)), "")):
            named, text = True, text.casefold()[: -len(name)]
        else:
            return negative, text


@lru_cache(maxsize=512)
def _names(currency: str, locale: Locale) -> tuple[str, ...]:
    """What the currency may be called, longest first, in one case: code, signs, names in singular and plural."""
    symbols = {numbers.get_currency_symbol(currency, locale), numbers.get_currency_symbol(currency, "en")}
    # a dollar is a dollar where the currency is chosen beside the field: CA$ and A$ may be typed as $
    narrow = {symbol[-1] for symbol in symbols if unicodedata.category(symbol[-1]) == "Sc"}
    names = {numbers.get_currency_name(currency, count, locale) for count in _PLURALS}
    full = {_plain(name, "", "").casefold() for name in {currency, *symbols, *narrow, *names}}
    return tuple(sorted(full - {""}, key=lambda name: (-len(name), name)))


def _example(currency: str, locale: Locale) -> str:
    return numbers.format_decimal(Decimal(f"123456E{-exponent_of(currency)}"), locale=locale)


def _other_currency(rest: str, currency: str, locale: Locale) -> DomainError | None:
    """The error for an amount that names another currency than the asked one; None if it names none."""
    word = re.sub(r"^[\d\s.,-]+|[\d\s.,-]+$", "", rest).strip()
    if not word or word.casefold() in _names(currency, locale):
        return None
    for code in sorted(numbers.list_currencies()):
        names = (code, numbers.get_currency_symbol(code, locale), numbers.get_currency_symbol(code, "en"))
        if word.casefold() in (_plain(name, "", "").casefold() for name in names):
            return invalid(
                "money.currency_other",
                f"The amount is asked in {currency}, and {word!r} stands beside it.",
                wanted=currency,
                found=word,
            )
    return None


def _no_number(text: str, currency: str, locale: Locale) -> DomainError:
    example = _example(currency, locale)
    return invalid(
        "money.not_a_number",
        f"{text!r} cannot be read as an amount; here one is written like {example}.",
        text=text,
        example=example,
        currency=currency,
    )
