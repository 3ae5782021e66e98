"""Old events, deliveries and received changes go; what is owed, stands on the desk or may be read again stays."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.models import Job
from campaigns.outbound.delivering import queue_delivery
from campaigns.outbound.events import FAN_OUT
from campaigns.outbound.models import BusinessEvent, InboundChange, Watermark, WebhookDelivery, WebhookEndpoint
from campaigns.outbound.pruning import Keep, prune_told

KEEP = Keep(timedelta(days=90), timedelta(days=30), timedelta(days=60))
_number = count(1)


def delivered(world, endpoint, state: str = "delivered") -> int:
    event = world.happens()
    with world.container.uow() as uow:
        made = queue_delivery(uow, endpoint, event)
        uow.session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == made)
            .values(state=state, finished_at=None if state == "waiting" else uow.now)
        )
    return event


def change(world, endpoint, state: str = "applied", told_at=None) -> None:
    with world.container.uow() as uow:
        uow.session.add(
            InboundChange(
                id=new_id(), created_at=uow.now, programme_id=world.vendor.programme_id, endpoint_id=endpoint,
                message_id=f"m{next(_number)}", type="deal.won", body={}, state=state, told_at=told_at,
                applied_at=None if state == "waiting" else uow.now,
            )
        )  # fmt: skip


def left(world, column) -> set:
    with world.container.uow.reading() as session:
        return set(session.scalars(select(column)))


def test_what_is_over_goes_in_batches_and_what_is_owed_stays(world):
    endpoint = world.endpoint()
    world.work()
    events = {state: delivered(world, endpoint, state) for state in ("delivered", "skipped", "failed", "waiting")}
    untold, owed = world.happens(), world.happens(for_vendor=False, partner_id=None)
    with world.container.uow() as uow:
        uow.session.execute(update(Job).where(Job.task == FAN_OUT).values(state="done", finished_at=uow.now))
        jobs.enqueue(uow, FAN_OUT, str(owed), {"event": owed}, max_attempts=20)
    assert prune_told(world.container.uow, KEEP) == {"deliveries": 0, "changes": 0, "events": 0}
    world.later(days=31)
    assert prune_told(world.container.uow, KEEP, batch=1) == {"deliveries": 2, "changes": 0, "events": 0}
    assert left(world, WebhookDelivery.state) == {"failed", "waiting"}
    world.later(days=60)
    recent = world.happens()
    assert prune_told(world.container.uow, KEEP, batch=2)["events"] == 3
    assert left(world, BusinessEvent.id) == {events["failed"], events["waiting"], owed, recent}
    assert untold not in left(world, BusinessEvent.id)


def test_failures_of_an_endpoint_that_is_gone_go_with_it(world):
    endpoint = world.endpoint()
    delivered(world, endpoint, "failed")
    world.later(days=31)
    assert prune_told(world.container.uow, KEEP)["deliveries"] == 0
    with world.container.uow() as uow:
        uow.session.execute(update(WebhookEndpoint).values(state="disabled"))
    assert prune_told(world.container.uow, KEEP)["deliveries"] == 1


def test_received_changes_go_unless_they_wait_failed_or_may_be_read_again(world, clock):
    endpoint = world.endpoint(system="crm")
    for state in ("applied", "ignored", "skipped", "failed", "waiting"):
        change(world, endpoint, state)
    now = clock.now()
    with world.container.uow() as uow:
        uow.session.add(
            Watermark(
                programme_id=world.vendor.programme_id, system="crm", object="all", reached=now, updated_at=now
            )
        )  # fmt: skip
    change(world, endpoint, told_at=now)
    change(world, endpoint, told_at=now - timedelta(days=2))
    world.later(days=61)
    assert prune_told(world.container.uow, KEEP)["changes"] == 4
    assert left(world, InboundChange.state) == {"failed", "waiting", "applied"}
    assert left(world, InboundChange.told_at) - {None} == {now}, "a quiet system tells its last change every time"


def test_a_night_has_an_end(world):
    endpoint = world.endpoint()
    for _ in range(3):
        delivered(world, endpoint)
    world.later(days=31)
    ticks = iter([0.0, 0.0, 1e9, 1e9, 1e9, 1e9])
    assert prune_told(world.container.uow, KEEP, batch=1, clock=lambda: next(ticks))["deliveries"] == 1


def test_nobody_else_takes_an_event_away(world):
    world.happens()
    with pytest.raises(DBAPIError, match="never changed"), world.container.uow() as uow:
        uow.session.execute(delete(BusinessEvent).execution_options(synchronize_session=False))
    with pytest.raises(DBAPIError, match="never changed"), world.container.uow() as uow:
        uow.session.execute(update(BusinessEvent).values(type="deal.lost"))


@pytest.mark.parametrize(("given", "right"), [("6", False), ("7", True), ("3651", False), ("x", False), ("", True)])
def test_the_days_have_bounds(given: str, right: bool, tmp_path):
    from campaigns.core.settings import SettingsError, read

    needed = {
        "DATABASE_URL": "postgresql://x", "BROKER_URL": "redis://x", "STORAGE_URL": "file:///x",
        "PUBLIC_URL": "http://x", "SECRET_KEY": "k" * 32, "KEEP_EVENTS_DAYS": given,
    }  # fmt: skip
    if right:
        assert read(needed, root=tmp_path).keep_events_days == int(given or 90)
    else:
        with pytest.raises(SettingsError, match="KEEP_EVENTS_DAYS"):
            read(needed, root=tmp_path)
