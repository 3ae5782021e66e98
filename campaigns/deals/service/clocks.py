"""A deal's SLA clock: started, paused while the partner is asked, resumed, stopped. The ladder is `timekeeping`."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from campaigns.core.business_time import business_between, due_at
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import DealClock
from campaigns.deals.policy import Policy


def next_rung(clock: DealClock, policy: Policy) -> datetime | None:
    """When the next percent of the ladder is reached; None after the last."""
    percent = next((one for one in policy.ladder if one > clock.reached), None)
    if percent is None:
        return None
    left = timedelta(hours=clock.hours) * percent / 100 - timedelta(seconds=clock.used_s)
    return due_at(clock.started_at, left, policy.week())


def _set(clock: DealClock, policy: Policy) -> None:
    left = timedelta(hours=clock.hours) - timedelta(seconds=clock.used_s)
    clock.due_at = due_at(clock.started_at, left, policy.week())
    clock.next_at = next_rung(clock, policy)


def start_clock(uow: UnitOfWork, deal_id: UUID, policy: Policy) -> None:
    """From now on the vendor's time runs."""
    clock = DealClock(deal_id=deal_id, round=1, started_at=uow.now, hours=policy.review_hours, used_s=0, reached=0)
    _set(clock, policy)
    uow.session.add(clock)
    uow.session.flush()


def _clock(uow: UnitOfWork, deal_id: UUID) -> DealClock:
    return uow.session.get_one(DealClock, deal_id, with_for_update=True, populate_existing=True)


def pause_clock(uow: UnitOfWork, deal_id: UUID, policy: Policy) -> None:
    """The partner's turn: what was used is kept, nothing is due."""
    clock = _clock(uow, deal_id)
    clock.used_s += int(business_between(clock.started_at, uow.now, policy.week()).total_seconds())
    clock.paused_at, clock.due_at, clock.next_at = uow.now, None, None
    uow.session.flush()


def resume_clock(uow: UnitOfWork, deal_id: UUID, policy: Policy) -> None:
    """The vendor's turn again with what is left of its time. Edits begin a new round of approvals."""
    clock = _clock(uow, deal_id)
    clock.round += 1
    clock.started_at, clock.paused_at = uow.now, None
    _set(clock, policy)
    uow.session.flush()


def restart_clock(uow: UnitOfWork, deal_id: UUID, policy: Policy) -> None:
    """A new review from the beginning, as after an appeal that was granted."""
    clock = _clock(uow, deal_id)
    clock.round += 1
    clock.started_at, clock.used_s, clock.reached = uow.now, 0, 0
    clock.paused_at, clock.stopped_at = None, None
    _set(clock, policy)
    uow.session.flush()


def stop_clock(uow: UnitOfWork, deal_id: UUID, policy: Policy) -> None:
    """Decided or withdrawn: nothing is due any more, what was used stays for the figures."""
    clock = uow.session.get(DealClock, deal_id, with_for_update=True, populate_existing=True)
    if clock is None or clock.stopped_at is not None:
        return
    if clock.paused_at is None:
        clock.used_s += int(business_between(clock.started_at, uow.now, policy.week()).total_seconds())
    clock.stopped_at, clock.due_at, clock.next_at = uow.now, None, None
    uow.session.flush()
