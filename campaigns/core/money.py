"""Money: an integer of minor units and its currency; exact, one currency at a time, never a float."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from campaigns.core.errors import DomainError, invalid
from renderer.currency import exponent

MOST_MINOR = 2**63 - 1  # what a BIGINT holds; one less below zero than it could, so that negation never fails


def exponent_of(currency: str) -> int:
    """Digits of the currency's minor unit by ISO 4217: EUR 2, JPY 0, KWD 3. Raises `money.currency_unknown`."""
    digits = exponent(currency)
    if digits is None:
        raise invalid(
            "money.currency_unknown",
            f"{currency!r} is no ISO 4217 code of a currency with a minor unit; write one such as EUR.",
            currency=currency,
        )
    return digits


def _too_large(currency: str) -> DomainError:
    return invalid(
        "money.too_large",
        f"The amount is beyond {MOST_MINOR} minor units of {currency}, the most that can be kept.",
        most_minor=MOST_MINOR,
        currency=currency,
    )


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` units of the currency's last digit: Money(1999, "EUR") is 19.99 €, Money(1999, "JPY") ¥1,999.

    Raises `money.currency_unknown`, `money.too_large`, and `money.not_whole` where the amount is no integer.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise invalid("money.not_whole", "An amount is a whole number of minor units.")
        exponent_of(self.currency)
        if not -MOST_MINOR <= self.amount_minor <= MOST_MINOR:
            raise _too_large(self.currency)

    def _minor_of(self, other: Money) -> int:
        if other.currency != self.currency:
            raise invalid(
                "money.mixed_currencies",
                f"{self.currency} and {other.currency} cannot be reckoned together; convert one of them first.",
                left=self.currency,
                right=other.currency,
            )
        return other.amount_minor

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._minor_of(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._minor_of(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount_minor > self._minor_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount_minor >= self._minor_of(other)

    def scaled(self, by: Fraction | int) -> Money:
        """The amount times `by`, rounded once, half to even, to whole minor units. To share out, use `apportion`."""
        if not isinstance(by, Fraction | int):
            raise TypeError("money is scaled by a Fraction or an int")  # a float would round a second time, unseen
        return Money(round(Fraction(self.amount_minor) * by), self.currency)

    def as_decimal(self) -> Decimal:
        """The amount in the currency's own unit, exactly, with all its digits: 19.90."""
        return Decimal(f"{self.amount_minor}E{-exponent_of(self.currency)}")

    def as_json(self) -> dict[str, int | str]:
        """`{"amount_minor": 1999, "currency": "EUR"}`."""
        return {"amount_minor": self.amount_minor, "currency": self.currency}


def zero(currency: str) -> Money:
    """Nothing, in that currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Their sum, zero for none. Raises `money.mixed_currencies` where one is of another currency."""
    result = zero(currency)
    for amount in amounts:
        result += amount
    return result


def from_json(value: Mapping[str, Any]) -> Money:
    """What `as_json` wrote. Raises `money.*`; `money.form` where a member is missing or one too many."""
    if set(value) != {"amount_minor", "currency"} or not isinstance(value["currency"], str):
        raise invalid("money.form", 'Money is written as {"amount_minor": 1999, "currency": "EUR"}.')
    return Money(value["amount_minor"], value["currency"])
