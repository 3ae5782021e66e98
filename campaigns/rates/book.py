"""Sums across currencies by plan rates: which rate of which period was used is told, what has none is listed."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.money import exponent_of
from campaigns.rates.models import PlanRate


@dataclass(frozen=True, slots=True)
class Dated:
    """An amount in minor units of `currency`, and the day whose plan rate holds for it."""

    currency: str
    amount_minor: int
    day: date


@dataclass(frozen=True, slots=True)
class Used:
    """One `currency` is `rate` `base` from `starts_on` on; `inverse` where only the other direction is written."""

    currency: str
    base: str
    rate: Decimal
    starts_on: date
    inverse: bool

    @property
    def exact(self) -> Fraction:
        """Units of base for one unit of the currency."""
        return 1 / Fraction(self.rate) if self.inverse else Fraction(self.rate)


@dataclass(frozen=True, slots=True)
class Converted:
    """A sum in `base`; `used` the rates it took, `lacking` what no rate exists for and the sum therefore lacks."""

    base: str
    amount_minor: int
    used: tuple[Used, ...] = ()
    lacking: tuple[tuple[str, int], ...] = ()


class RateBook:
    """A programme's plan rates, read once."""

    def __init__(self, session: Session, programme_id: UUID) -> None:
        rows = session.execute(
            select(PlanRate.currency, PlanRate.base, PlanRate.starts_on, PlanRate.rate)
            .where(PlanRate.programme_id == programme_id)
            .order_by(PlanRate.starts_on, PlanRate.created_at, PlanRate.id)
        )
        self._rates: defaultdict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, base, starts_on, rate in rows:
            self._rates[currency, base].append((starts_on, rate))

    def rate(self, currency: str, base: str, day: date) -> Used | None:
        """What holds on the day: the latest period begun by then, in either direction; None where there is none."""
        for pair, inverse in (((currency, base), False), ((base, currency), True)):
            known = self._rates.get(pair, [])
            at = bisect_right(known, day, key=lambda one: one[0])
            if at:
                starts_on, rate = known[at - 1]
                return Used(currency, base, rate, starts_on, inverse)
        return None

    def total(self, amounts: Iterable[Dated], base: str, *, over: int = 1) -> Converted:
        """Their sum in `base`, divided by `over` (100 for percents): what shares a rate is added first and rounded
        once, half to even."""
        sums: defaultdict[Used | None, int] = defaultdict(int)
        lacking: defaultdict[str, int] = defaultdict(int)
        for one in amounts:
            used = None if one.currency == base else self.rate(one.currency, base, one.day)
            if used is None and one.currency != base:
                lacking[one.currency] += one.amount_minor
            else:
                sums[used] += one.amount_minor
        whole = sum(_in_base(Fraction(amount, over), used, base) for used, amount in sums.items())
        taken = sorted((used for used in sums if used), key=lambda used: (used.currency, used.starts_on))
        left = tuple((code, round(Fraction(amount, over))) for code, amount in sorted(lacking.items()))
        return Converted(base, whole, tuple(taken), left)


def _in_base(amount_minor: Fraction, used: Used | None, base: str) -> int:
    if used is None:
        return round(amount_minor)
    digits = exponent_of(base) - exponent_of(used.currency)
    return round(amount_minor * used.exact * Fraction(10) ** digits)
