"""What a figure is: never a bare percentage, always what was counted over what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator` of `denominator`; nothing over nothing is unknown, not zero."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """0 to 1, None where there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> float | None:
        """For showing: one decimal."""
        return None if self.value is None else round(float(self.value) * 100, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Times of `n` things in seconds: the median and what nine of ten do not exceed; None where there are none."""

    n: int
    median_s: float | None
    p90_s: float | None
