"""Wake-up calls at real brokers, and at one that is not there."""

from __future__ import annotations

import time

import pytest

from campaigns.core.ids import new_id
from campaigns.core.ports import Wake
from campaigns.gateways.celery_queue import CeleryWaker, broker_queue


def _empty(waker: CeleryWaker, queue: str) -> None:
    with waker._app.connection_for_write() as connection:
        channel = connection.default_channel
        channel.queue_declare(queue=broker_queue(queue), durable=True, auto_delete=False)
        channel.queue_purge(queue=broker_queue(queue))


@pytest.fixture(params=["valkey", "redis", "rabbitmq"])
def waker(request: pytest.FixtureRequest):
    names = {"valkey": "broker_url", "redis": "redis_service", "rabbitmq": "rabbitmq_service"}
    made = CeleryWaker(request.getfixturevalue(names[request.param]))
    _empty(made, "render")
    yield made
    _empty(made, "render")
    made.close()


def test_calls_arrive_and_are_counted(waker):
    assert waker.depth("render") == 0
    waker.wake([Wake(new_id(), "render.piece", "render", "req-12345678") for _ in range(3)])
    deadline = time.monotonic() + 5
    while waker.depth("render") != 3 and time.monotonic() < deadline:
        pass
    assert waker.depth("render") == 3


def test_a_queue_nobody_declared_is_empty(waker):
    assert waker.depth(f"unheard-of-{new_id().hex}") == 0


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:9/0", "amqp://guest:guest@127.0.0.1:9//", "redis+socket:///no/such"]
)
def test_a_broker_that_is_away_never_raises_and_delays_only_once(url):
    waker = CeleryWaker(url)
    call = Wake(new_id(), "render.piece", "render")
    waker.wake([call])
    assert waker._silent_until > time.monotonic()
    waker.wake([call])
    assert waker.depth("render") is None
    waker.close()
