"""Writing a plan rate; never changed, a later row of the same period wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.money import exponent_of
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.rates.models import PlanRate

MOST = Decimal(10) ** 9
DIGITS = 10


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate as it was written."""

    id: UUID
    currency: str
    base: str
    starts_on: date
    rate: Decimal


def plan_rates(session: Session, actor: Actor) -> list[RateRow]:
    """The programme's rates, the newest period first."""
    require(actor, "report.read")
    rows = session.execute(
        select(PlanRate.id, PlanRate.currency, PlanRate.base, PlanRate.starts_on, PlanRate.rate)
        .where(PlanRate.programme_id == programme_of(actor))
        .order_by(PlanRate.starts_on.desc(), PlanRate.currency, PlanRate.base, PlanRate.created_at.desc())
        .limit(200)
    )
    return [RateRow(*row) for row in rows]


def set_plan_rate(uow: UnitOfWork, actor: Actor, *, currency: str, base: str, starts_on: date, rate: str) -> UUID:
    """One `currency` is `rate` `base` from a day on. Raises `money.currency_unknown`, `rate.same`, `rate.number`."""
    require(actor, "report.set")
    for code in (currency, base):
        exponent_of(code)
    if currency == base:
        raise invalid("rate.same", "A rate is between two currencies.")
    try:
        value = Decimal(rate.strip()[:40])
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not 0 < value < MOST or value != round(value, DIGITS):
        raise invalid("rate.number", "A rate is a number above zero with at most ten decimals, as 1.0825.")
    row = PlanRate(
        id=new_id(), created_at=uow.now, programme_id=programme_of(actor), currency=currency, base=base,
        starts_on=starts_on, rate=value, made_by=actor.person_id,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    told = {"currency": currency, "base": base, "starts_on": starts_on.isoformat(), "rate": str(value)}
    audit.record(uow, actor, "rate.set", "plan_rate", row.id, told)
    return row.id
