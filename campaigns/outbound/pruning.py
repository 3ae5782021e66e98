"""What was told and taken goes when the time it is kept for is over; never what is still owed, or may be read again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, text
from sqlalchemy.orm import Session

from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.outbound.events import FAN_OUT
from campaigns.outbound.models import BusinessEvent, InboundChange, Watermark, WebhookDelivery, WebhookEndpoint

BATCH: Final = 5_000
MOST_S: Final = 480.0  # of a night's pruning; what is left goes the next night
AGAIN: Final = timedelta(days=1)  # how far before its watermark a system may ever be read again; ample


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long each kind is kept once it is over."""

    events: timedelta
    deliveries: timedelta
    changes: timedelta


def _old_deliveries(keep: Keep, now: datetime) -> ColumnElement[bool]:
    """Delivered or skipped; failed ones stand on the error desk until somebody decides, or their endpoint is gone."""
    gone = select(WebhookEndpoint.id).where(WebhookEndpoint.state == "disabled")
    over = WebhookDelivery.state.in_(("delivered", "skipped")) | (
        (WebhookDelivery.state == "failed") & WebhookDelivery.endpoint_id.in_(gone)
    )
    return over & (WebhookDelivery.finished_at < now - keep.deliveries)


def _old_changes(keep: Keep, now: datetime) -> ColumnElement[bool]:
    """Applied, ignored or skipped, and not to be met again by reading from before a watermark."""
    reached = (
        select(func.min(Watermark.reached))
        .join(WebhookEndpoint, WebhookEndpoint.system == Watermark.system)
        .where(WebhookEndpoint.id == InboundChange.endpoint_id, Watermark.programme_id == InboundChange.programme_id)
        .correlate(InboundChange)
        .scalar_subquery()
    )
    past = or_(InboundChange.told_at.is_(None), reached.is_(None), InboundChange.told_at < reached - AGAIN)
    over = InboundChange.state.in_(("applied", "ignored", "skipped"))
    return over & (InboundChange.applied_at < now - keep.changes) & past


def _old_events(keep: Keep, now: datetime) -> ColumnElement[bool]:
    """Told to everybody that was to be told: no delivery names it, and no fan-out of it is still to come."""
    told = select(WebhookDelivery.id).where(WebhookDelivery.event_id == BusinessEvent.id)
    to_come = select(Job.id).where(
        Job.task == FAN_OUT, Job.key == cast(BusinessEvent.id, String), Job.state.in_(("waiting", "leased"))
    )
    return (BusinessEvent.occurred_at < now - keep.events) & ~told.exists() & ~to_come.exists()


def prune_told(
    factory: UnitOfWorkFactory, keep: Keep, *, batch: int = BATCH, clock: Callable[[], float] = time.monotonic
) -> dict[str, int]:
    """Delete what is over, `batch` rows in a transaction, until nothing is left or the night's time is used up."""
    end = clock() + MOST_S
    counts = {"deliveries": 0, "changes": 0, "events": 0}
    for name in counts:  # deliveries first: an event goes when nothing names it any more
        while clock() < end:
            with factory() as uow:
                gone = _delete(uow.session, name, keep, uow.now, batch)
            counts[name] += gone
            if gone < batch:
                break
    return counts


def _delete(session: Session, name: str, keep: Keep, now: datetime, batch: int) -> int:
    model, old = {
        "deliveries": (WebhookDelivery, _old_deliveries),
        "changes": (InboundChange, _old_changes),
        "events": (BusinessEvent, _old_events),
    }[name]
    key = model.id  # type: ignore[attr-defined]
    if model is BusinessEvent:
        session.execute(text("SET LOCAL throughline.pruning = 'on'"))
    rows = session.scalars(select(key).where(old(keep, now)).order_by(key).limit(batch)).all()
    if rows:
        session.execute(delete(model).where(key.in_(rows)).execution_options(synchronize_session=False))
    return len(rows)
