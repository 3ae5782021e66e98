"""Each sentence about amounts and attribution finds its figures in the error it is for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.error_texts_money import TEXTS
from campaigns.attribution.rules import PathRules
from campaigns.core.errors import DomainError
from campaigns.core.money import MOST_MINOR, Money
from campaigns.core.money_text import parse_money

RAISING: dict[str, Callable[[], object]] = {
    "money.empty": lambda: parse_money("", "EUR", "en"),
    "money.not_a_number": lambda: parse_money("five", "EUR", "en"),
    "money.too_many_decimals": lambda: parse_money("1.505", "EUR", "en"),
    "money.currency_other": lambda: parse_money("$5", "EUR", "en"),
    "money.currency_unknown": lambda: Money(1, "XAU"),
    "money.too_large": lambda: Money(MOST_MINOR + 1, "EUR"),
    "money.mixed_currencies": lambda: Money(1, "EUR") + Money(1, "USD"),
    "attribution.rules": lambda: PathRules(look_back_days=0, kinds=frozenset({"open"})),
}


@pytest.mark.parametrize("code", RAISING)
def test_a_sentence_finds_its_figures(code: str) -> None:
    with pytest.raises(DomainError) as caught:
        RAISING[code]()
    assert caught.value.code == code
    written = TEXTS[code] % caught.value.params
    assert "%" not in written
    for problem in caught.value.problems:
        assert "%" not in TEXTS[problem.code] % problem.params


def test_every_sentence_was_tried() -> None:
    assert set(TEXTS) - set(RAISING) == {"attribution.out_of_range", "attribution.kind_never"}  # parts of the last one
