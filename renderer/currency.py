"""Currencies: which codes are taken and how many digits their minor unit has (ISO 4217). No amounts."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import get_currency_precision, is_currency

# CLDR tells how many digits people write; where that is fewer than ISO 4217 defines, systems that exchange minor units
# would disagree by factors of a hundred or a thousand. Compared with ISO's table of 2026-01-01: these alone differ.
_ISO = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)
# Of the codes beginning with X only these are money; the rest are metals, baskets, bonds and codes for tests.
_MONEY_X = frozenset({"XAF", "XCD", "XCG", "XOF", "XPF"})


@lru_cache(maxsize=512)
def exponent(code: str) -> int | None:
    """Digits of the minor unit: EUR 2, JPY 0, KWD 3, CLF 4; None if `code` is no currency with a minor unit."""
    if len(code) != 3 or not code.isascii() or not code.isupper() or not is_currency(code):
        return None
    if code[0] == "X" and code not in _MONEY_X:
        return None
    return _ISO.get(code, get_currency_precision(code))
