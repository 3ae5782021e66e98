"""An amount in another currency by the programme's plan rates, rounded once, half to even."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.money import exponent_of
from campaigns.rates.models import PlanRate


def rate_on(session: Session, programme_id: UUID, currency: str, base: str, day: date) -> Fraction | None:
    """Units of `base` for one unit of `currency` in the period of `day`; the inverse rate where only that is known."""
    if currency == base:
        return Fraction(1)
    found = _rate(session, programme_id, currency, base, day)
    if found is not None:
        return Fraction(found)
    inverse = _rate(session, programme_id, base, currency, day)
    return None if inverse is None else 1 / Fraction(inverse)


def _rate(session: Session, programme_id: UUID, currency: str, base: str, day: date) -> Decimal | None:
    return session.scalar(
        select(PlanRate.rate)
        .where(
            PlanRate.programme_id == programme_id,
            PlanRate.currency == currency,
            PlanRate.base == base,
            PlanRate.starts_on <= day,
        )
        .order_by(PlanRate.starts_on.desc(), PlanRate.created_at.desc(), PlanRate.id.desc())
        .limit(1)
    )


def converted(amount_minor: int, currency: str, base: str, rate: Fraction) -> int:
    """Minor units of `base`."""
    shift = exponent_of(base) - exponent_of(currency)
    return round(Fraction(amount_minor) * rate * Fraction(10) ** shift)


def amount_in(
    session: Session, programme_id: UUID, amount_minor: int, currency: str, base: str, day: date
) -> int | None:
    """Minor units of `base`; None where the programme has no rate."""
    rate = rate_on(session, programme_id, currency, base, day)
    return None if rate is None else converted(amount_minor, currency, base, rate)
