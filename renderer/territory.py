"""Which country's customs a piece follows: its language as written where the brand is at home (CLDR through Babel)."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.localedata import exists

# What CLDR calls `en` is America's English; where it knows no English of a country, the world's (en-001) stands in.
_AMERICAN = frozenset({"AS", "GU", "MP", "PR", "UM", "US", "VI"})
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})  # CLDR names them beside the countries


def is_country(code: str) -> bool:
    """True for two capital letters of ISO 3166-1 that CLDR names as a country."""
    return len(code) == 2 and code not in _NO_COUNTRIES and code in Locale("en").territories


@lru_cache(maxsize=1024)
def formatting_locale(locale: str, country: str) -> str:
    """The CLDR locale of dates, numbers and money in a piece: `en` in `GB` is `en_GB`, `de` in `CH` `de_CH`.

    `locale` is the kit's (`pt-BR` keeps its own country), `country` two letters of ISO 3166-1 or "" for none known,
    which leaves the language's own custom. Where CLDR has no such pair (Japanese in Germany) the language stands alone.
    """
    parsed = Locale.parse(locale, sep="-")
    plain = str(parsed)
    country = country.upper()
    if parsed.territory or not is_country(country):
        return plain
    wanted = f"{plain}_{country}"
    if exists(wanted):
        return wanted
    if parsed.language == "en" and not parsed.script and country not in _AMERICAN:
        return "en_001"
    return plain
