"""Money: exact arithmetic of one currency, ISO 4217's exponents, reading and writing in the world's locales."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.errors import DomainError, Kind
from campaigns.core.money import MOST_MINOR, Money, exponent_of, from_json, total, zero
from campaigns.core.money_text import format_money, parse_money

LOCALES = ("en", "en_GB", "en_IN", "de", "de_CH", "de_AT", "fr", "fr_CH", "es", "it", "pl", "pt_BR", "pt-PT", "cs",
           "da", "sv", "nb", "fi", "nl", "tr", "ru", "uk", "ja", "zh", "ko", "ar", "ar_EG", "he", "fa", "hi", "bn",
           "th", "vi", "mr", "ml", "id", "el", "hu", "ro", "bg", "et", "lv", "lt", "sl", "hr", "sr", "my",
           "ne")  # fmt: skip
CURRENCIES = ("EUR", "USD", "JPY", "KWD", "CLF", "IQD", "CHF", "DKK", "AED", "INR", "XAF", "RSD")
minor = st.integers(-MOST_MINOR, MOST_MINOR)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("XOF", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4),
        # where people write fewer digits than ISO 4217 defines, ISO's count: minor units are exchanged with others
        ("IQD", 3), ("RSD", 2), ("IRR", 2), ("ALL", 2), ("MMK", 2), ("HUF", 2),
    ],
)  # fmt: skip
def test_exponents_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert exponent_of(currency) == digits


@pytest.mark.parametrize("code", ["", "EU", "eur", "EURO", "ZZZ", "XAU", "XXX", "XTS", "XDR", "ЕUR"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(DomainError) as caught:
        Money(1, code)
    assert (caught.value.code, caught.value.kind) == ("money.currency_unknown", Kind.INVALID)


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1), None])
def test_an_amount_is_a_whole_number(amount: object) -> None:
    with pytest.raises(DomainError, match=r"money\.not_whole"):
        Money(amount, "EUR")  # type: ignore[arg-type]


def test_a_float_never_scales() -> None:
    with pytest.raises(TypeError):
        Money(100, "EUR").scaled(0.19)  # type: ignore[arg-type]


def test_no_more_than_the_database_can_keep() -> None:
    assert (-Money(MOST_MINOR, "EUR")).amount_minor == -MOST_MINOR
    for make in (lambda: Money(MOST_MINOR + 1, "EUR"), lambda: Money(MOST_MINOR, "EUR") + Money(1, "EUR")):
        with pytest.raises(DomainError, match=r"money\.too_large"):
            make()


@pytest.mark.parametrize(
    "reckon",
    [
        lambda left, right: left + right, lambda left, right: left - right, lambda left, right: left < right,
        lambda left, right: left <= right, lambda left, right: left > right, lambda left, right: left >= right,
        lambda left, right: total([left, right], "EUR"),
    ],
)  # fmt: skip
def test_two_currencies_are_never_reckoned_together(reckon: Callable[[Money, Money], object]) -> None:
    with pytest.raises(DomainError) as caught:
        reckon(Money(1, "EUR"), Money(1, "USD"))
    assert caught.value.code == "money.mixed_currencies"
    assert Money(1, "EUR") != Money(1, "USD")


@given(st.lists(st.integers(-(10**12), 10**12), max_size=8))
def test_sums_differences_and_order_are_those_of_the_integers(amounts: list[int]) -> None:
    purse = [Money(amount, "KWD") for amount in amounts]
    assert total(purse, "KWD") == Money(sum(amounts), "KWD")
    assert [item.amount_minor for item in sorted(purse)] == sorted(amounts)
    for one, same in zip(purse, amounts, strict=True):
        other = Money(same, "KWD")
        assert one - other == zero("KWD") == one + -other
        assert (one >= other, one <= other, one > other, one < other) == (True, True, False, False)


def test_scaling_rounds_once_half_to_even() -> None:
    half = Fraction(1, 2)
    assert [Money(n, "EUR").scaled(half).amount_minor for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert Money(100, "EUR").scaled(Fraction(19, 100)) == Money(19, "EUR")
    assert Money(7, "EUR").scaled(3) == Money(21, "EUR")


def test_json_is_read_back_and_nothing_else_is() -> None:
    assert Money(1999, "EUR").as_json() == {"amount_minor": 1999, "currency": "EUR"}
    assert from_json(Money(1999, "EUR").as_json()) == Money(1999, "EUR")
    for wrong in (
        {},
        {"amount_minor": 1},
        {"amount_minor": 1, "currency": "EUR", "x": 1},
        {"amount_minor": 1, "currency": 1},
    ):
        with pytest.raises(DomainError, match=r"money\.form"):
            from_json(wrong)
    with pytest.raises(DomainError, match=r"money\.not_whole"):
        from_json({"amount_minor": 1.5, "currency": "EUR"})


@given(minor, st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_what_is_written_is_read_back(amount: int, currency: str, locale: str) -> None:
    money = Money(amount, currency)
    assert parse_money(format_money(money, locale), currency, locale) == money


@pytest.mark.parametrize(
    ("text", "currency", "locale", "expected"),
    [
        ("1.234,50", "EUR", "de", 123450),
        ("1234,5", "EUR", "de", 123450),
        ("€ 1,234.50", "EUR", "en", 123450),
        ("eur 1,234.50", "EUR", "en", 123450),
        ("1,234 euros", "EUR", "en", 123400),
        ("١٬٢٣٤٫٥٠", "EUR", "ar", 123450),
        ("1 234,5 €", "EUR", "fr", 123450),
        ("1\u00a0234\u202f567,00", "EUR", "fr", 123456700),
        ("1'234.50 CHF", "CHF", "de_CH", 123450),
        ("１，２３４円", "JPY", "ja", 1234),
        ("￥1,234", "JPY", "ja", 1234),
        ("−5 kr.", "DKK", "da", -500),
        ("5,00- zł", "PLN", "pl", -500),
        ("-€5", "EUR", "en", -500),
        ("€-5", "EUR", "en", -500),
        ("$12", "CAD", "en", 1200),
        ("12,34,567.10", "INR", "en_IN", 123456710),
        ("1,234,567.10", "INR", "en_IN", 123456710),
        ("۱۲۳", "IRR", "fa", 12300),
        (".5", "EUR", "en", 50),
        ("0", "JPY", "en", 0),
    ],
)
def test_amounts_as_people_type_them(text: str, currency: str, locale: str, expected: int) -> None:
    assert parse_money(text, currency, locale) == Money(expected, currency)


@pytest.mark.parametrize(
    ("text", "currency", "locale", "code"),
    [
        ("", "EUR", "en", "money.empty"),
        ("  ", "EUR", "en", "money.empty"),
        ("1,23,4", "EUR", "en", "money.not_a_number"),
        ("12,34,567", "EUR", "en", "money.not_a_number"),
        ("1,2345", "EUR", "en", "money.not_a_number"),
        ("1234,567", "EUR", "en", "money.not_a_number"),
        ("1.234.5", "EUR", "de", "money.not_a_number"),
        ("1.23", "EUR", "de", "money.not_a_number"),
        ("1 234", "EUR", "en", "money.not_a_number"),
        ("5 5", "EUR", "en", "money.not_a_number"),
        ("1e5", "EUR", "en", "money.not_a_number"),
        ("1_000", "EUR", "en", "money.not_a_number"),
        ("NaN", "EUR", "en", "money.not_a_number"),
        ("Infinity", "EUR", "en", "money.not_a_number"),
        ("10²", "EUR", "en", "money.not_a_number"),
        ("½", "EUR", "en", "money.not_a_number"),
        ("--5", "EUR", "en", "money.not_a_number"),
        ("€€5", "EUR", "en", "money.not_a_number"),
        ("€", "EUR", "en", "money.not_a_number"),
        ("12 k", "EUR", "en", "money.not_a_number"),
        ("five", "EUR", "en", "money.not_a_number"),
        ("0" * 65, "EUR", "en", "money.not_a_number"),
        ("1,234", "EUR", "de", "money.too_many_decimals"),
        ("12.500", "EUR", "en", "money.too_many_decimals"),
        ("1.0", "JPY", "en", "money.too_many_decimals"),
        ("1.23456", "CLF", "en", "money.too_many_decimals"),
        ("$5", "EUR", "en", "money.currency_other"),
        ("5 USD", "EUR", "de", "money.currency_other"),
        ("9" * 30, "EUR", "en", "money.too_large"),
        ("5", "XAU", "en", "money.currency_unknown"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, currency: str, locale: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse_money(text, currency, locale)
    assert caught.value.code == code


@given(st.text(max_size=70), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_no_text_raises_anything_else(text: str, currency: str, locale: str) -> None:
    try:
        read = parse_money(text, currency, locale)
    except DomainError as error:
        code = error.code
    else:
        assert read.currency == currency
        return
    assert code.startswith("money.")


@pytest.mark.parametrize(
    ("money", "locale", "expected"),
    [
        (Money(-184000, "EUR"), "en", "-€1,840.00"),
        (Money(184000, "EUR"), "de", "1.840,00\u00a0€"),
        (Money(1840, "JPY"), "en", "¥1,840"),
        (Money(1234567, "KWD"), "en", "KWD\u00a01,234.567"),
        (Money(12345, "CLF"), "de", "1,2345\u00a0CLF"),
        (Money(5, "IQD"), "en", "IQD\u00a00.005"),
        (Money(MOST_MINOR, "EUR"), "en", "€92,233,720,368,547,758.07"),
    ],
)
def test_every_digit_is_shown(money: Money, locale: str, expected: str) -> None:
    assert format_money(money, locale) == expected
