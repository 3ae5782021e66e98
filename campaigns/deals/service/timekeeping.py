"""What time brings: rungs of the SLA ladder, warnings before the end of protection, expiry. Each happens once.

Each deal is one transaction; rows that somebody else holds are left to the next turn, so any number may run at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.core.actor import SYSTEM
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.deals.models import Deal, DealClock, DealRung
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import WAITING
from campaigns.deals.service.approving import next_warning
from campaigns.deals.service.clocks import next_rung
from campaigns.deals.service.steps import expire_one, publish, tell, write_event

BATCH = 200


def is_due(session: Session, now: datetime) -> bool:
    """Whether time has brought anything that nobody has carried out."""
    clock = select(DealClock.deal_id).where(DealClock.next_at <= now).exists()
    deal = select(Deal.id).where(or_(_expired(now), _to_warn(now))).exists()
    return bool(session.scalar(select(or_(clock, deal))))


def _expired(now: datetime) -> ColumnElement[bool]:
    return (Deal.state == "approved") & (Deal.protected_until <= now)


def _to_warn(now: datetime) -> ColumnElement[bool]:
    return (Deal.warn_at <= now) & (Deal.state == "approved")


def keep_time(factory: UnitOfWorkFactory, *, batch: int = BATCH) -> dict[str, int]:
    """Carry out what is due, at most `batch` of each kind; how many of each."""
    return {
        "rungs": _each(factory, _next_clock, batch),
        "expired": _each(factory, _next_expired, batch),
        "warned": _each(factory, _next_warned, batch),
    }


def _each(factory: UnitOfWorkFactory, one: Callable[[UnitOfWork], UUID | None], batch: int) -> int:
    done = 0
    while done < batch:
        with factory() as uow:
            if one(uow) is None:
                return done
        done += 1
    return done


def _lock_one(uow: UnitOfWork, condition: ColumnElement[bool], order: ColumnElement[datetime | None]) -> Deal | None:
    return uow.session.scalars(
        select(Deal)
        .where(condition)
        .order_by(order)
        .limit(1)
        .with_for_update(skip_locked=True, of=Deal)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _next_expired(uow: UnitOfWork) -> UUID | None:
    deal = _lock_one(uow, _expired(uow.now), Deal.protected_until.expression)
    if deal is None:
        return None
    expire_one(uow, deal)
    return deal.id


def _next_warned(uow: UnitOfWork) -> UUID | None:
    deal = _lock_one(uow, _to_warn(uow.now), Deal.warn_at.expression)
    if deal is None or deal.protected_until is None:
        return None
    policy = policy_of(uow.session, deal)
    until = deal.protected_until
    reached = [days for days in policy.warn_days if until - timedelta(days=days) <= uow.now]
    deal.warn_at = next_warning(until, uow.now, policy)
    uow.session.flush()
    if reached and until > uow.now:
        days = min(reached)  # after a long silence only the nearest is worth a letter
        number = write_event(uow, SYSTEM, deal, "warning", data={"days": days, "until": until.isoformat()})
        publish(uow, deal, "expiring", data={"days": days, "until": until.isoformat()})
        tell(uow, deal, "expiring", number)
    return deal.id


def _next_clock(uow: UnitOfWork) -> UUID | None:
    deal = uow.session.scalars(
        select(Deal)
        .join(DealClock, DealClock.deal_id == Deal.id)
        .where(DealClock.next_at <= uow.now)
        .order_by(DealClock.next_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=Deal)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if deal is None:
        return None
    clock = uow.session.get_one(DealClock, deal.id, with_for_update=True, populate_existing=True)
    policy = policy_of(uow.session, deal)
    if deal.state not in WAITING or clock.stopped_at is not None:
        clock.next_at = None
        return deal.id
    while (at := next_rung(clock, policy)) is not None and at <= uow.now:
        percent = next(one for one in policy.ladder if one > clock.reached)
        _climb(uow, deal, clock, percent)
    clock.next_at = at
    return deal.id


def _climb(uow: UnitOfWork, deal: Deal, clock: DealClock, percent: int) -> None:
    """One rung, once: its row decides."""
    clock.reached = percent
    first = uow.session.execute(
        insert(DealRung)
        .values(deal_id=deal.id, round=clock.round, percent=percent, at=uow.now)
        .on_conflict_do_nothing()
        .returning(DealRung.percent)
    ).one_or_none()
    if first is None:
        return
    data = {"percent": percent, "due": clock.due_at.isoformat() if clock.due_at else ""}
    write_event(uow, SYSTEM, deal, "reminder", sight="vendor", data=data)
    publish(uow, deal, "overdue" if percent >= 100 else "reminder", seen=False, data=data)
    tell(uow, deal, f"rung_{'owner' if percent > 100 else 'manager' if percent == 100 else 'remind'}", percent)
