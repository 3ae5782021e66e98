"""Powers of one half in whole numbers, the same on every machine: what time decay weighs by."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

BITS = 96  # a weight of one is 2**BITS
_STEPS, _STEP_BITS = 8, 8  # the exponent's fraction has 64 bits, taken eight by eight


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """For byte k of the fraction and each value b: 2^(-b / 256^(k+1)), in units of 2^-BITS.

    Decimal's exp and ln are correctly rounded by their specification, unlike the C library's, which differ between
    systems in the last digit; 60 digits are far more than 96 bits.
    """
    exact = Context(prec=60, rounding=ROUND_HALF_EVEN)
    log_two = exact.ln(Decimal(2))
    one = Decimal(2**BITS)
    tables = []
    for step in range(1, _STEPS + 1):
        below = Decimal(2 ** (_STEP_BITS * step))
        powers = (exact.exp(exact.multiply(exact.divide(Decimal(-b), below), log_two)) for b in range(2**_STEP_BITS))
        tables.append(tuple(int(exact.to_integral_value(exact.multiply(one, power))) for power in powers))
    return tuple(tables)


def half_power(elapsed_us: int, half_life_us: int) -> int:
    """2^(-elapsed / half-life) in units of 2^-96; both in microseconds, elapsed zero or more.

    The exponent is cut at 2^-64 of a half-life, each product at 2^-96, towards zero: off by less than 10^-18 of the
    value, and below 2^-96 zero.
    """
    whole, rest = divmod(elapsed_us, half_life_us)
    if whole > BITS:
        return 0
    first, second, third, fourth, fifth, sixth, seventh, eighth = _tables()
    a, b, c, d, e, f, g, h = ((rest << 64) // half_life_us).to_bytes(_STEPS, "big")
    # written out, since a run asks a million times; the first product is one times the table's value
    value = first[a] * second[b] >> BITS
    value = value * third[c] >> BITS
    value = value * fourth[d] >> BITS
    value = value * fifth[e] >> BITS
    value = value * sixth[f] >> BITS
    value = value * seventh[g] >> BITS
    return (value * eighth[h] >> BITS) >> whole
