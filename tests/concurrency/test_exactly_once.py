"""Exactly once: many claimers, workers that die between sending and recording, unsubscribes in between."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest

from campaigns.core.ports import SendResult
from campaigns.gateways.kept_files import KeptFiles
from campaigns.mailroom.models import KeptMessage
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.rules import LEASE
from campaigns.sequences.sending import reconcile_expired, send_due
from campaigns.sequences.service import start_sequence, unsubscribe
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.tokens import unsubscribe_token
from tests.factories.sending import STEPS, MemoryStorage, ScriptedMail, make_campaign, make_container, settings, states


class WorkerKilled(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


def begin(container, count, steps=None):
    with container.uow() as uow:
        world = make_campaign(uow.session, container.storage, [f"p{n}@x.example" for n in range(count)], steps=steps)
    with container.uow() as uow:
        start_sequence(uow, world.launch_id)
    return world


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


@pytest.fixture
def storage():
    return MemoryStorage()


def test_many_claimers_send_each_mail_once(engine, committing, clock, storage):
    mail = ScriptedMail()
    container = make_container(engine, committing, clock, mail, storage)
    world = begin(container, 230, STEPS[:1])
    barrier = Barrier(6)

    def work():
        barrier.wait()
        for _ in range(6):
            send_due(container, world.launch_id)

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(work) for _ in range(6)]:
            future.result()
    carried = Counter(envelope.recipient for envelope in mail.sent)
    assert len(carried) == 230
    assert set(carried.values()) == {1}
    assert Counter(row.state for row in look(container, Delivery)) == {"sent": 230}
    assert len(look(container, Touchpoint)) == 230
    assert {row.state for row in look(container, Enrolment)} == {"done"}


class DiesAfterSending:
    """Really sends, then the process is gone before it can record."""

    def __init__(self, inner, dies_at, after):
        self.inner, self.dies_at, self.after, self.calls = inner, dies_at, after, 0

    def send(self, envelopes):
        self.calls += 1
        if self.calls in self.dies_at:
            if self.after:
                self.inner.send(envelopes[: len(envelopes) // 2])
            raise WorkerKilled
        return self.inner.send(envelopes)


@pytest.mark.parametrize("half_sent", [True, False])
def test_a_kill_between_send_and_record_loses_and_doubles_nothing(engine, committing, clock, storage, half_sent):
    kept = KeptFiles(storage, committing.sessions)
    mail = DiesAfterSending(kept, dies_at={2, 4}, after=half_sent)
    container = make_container(engine, committing, clock, mail, storage)
    world = begin(container, 90, STEPS[:1])
    for _ in range(4):
        try:
            send_due(container, world.launch_id)
        except WorkerKilled:
            clock.advance(LEASE + timedelta(seconds=1))
        reconcile_expired(container)
    messages = look(container, KeptMessage)
    assert Counter(Counter(row.recipient for row in messages).values()) == {1: 90}
    assert Counter(row.state for row in look(container, Delivery)) == {"sent": 90}
    assert len(look(container, Touchpoint, kind="delivery")) == 90


@pytest.mark.parametrize(("policy", "state", "carried"), [("at_most_once", "unknown", 1), ("at_least_once", "sent", 2)])
def test_over_plain_smtp_a_lost_lease_follows_the_policy(engine, committing, clock, storage, policy, state, carried):
    inner = ScriptedMail()

    class Dies:
        def __init__(self):
            self.first = True

        def send(self, envelopes):
            results = inner.send(envelopes)
            if self.first:
                self.first = False
                raise WorkerKilled
            return results

    container = make_container(
        engine, committing, clock, Dies(), storage, send_policy=policy, smtp_url="smtp://127.0.0.1"
    )
    world = begin(container, 1, STEPS[:1])
    with pytest.raises(WorkerKilled):
        send_due(container, world.launch_id)
    assert reconcile_expired(container) == {}
    clock.advance(LEASE + timedelta(seconds=1))
    reconcile_expired(container)
    send_due(container, world.launch_id)
    assert [row.state for row in look(container, Delivery)] == [state]
    assert len(inner.sent) == carried
    assert len({envelope.message_id for envelope in inner.sent}) == 1


def test_a_transport_with_a_look_up_is_asked(engine, committing, clock, storage):
    class Provider(ScriptedMail):
        dead = True

        def send(self, envelopes):
            if self.dead:
                super().send(envelopes[:1])
                raise WorkerKilled
            return super().send(envelopes)

        def look_up(self, message_ids):
            known = {envelope.message_id for envelope in self.sent}
            return {one: "sent" if one in known else "absent" for one in message_ids}

    mail = Provider()
    container = make_container(engine, committing, clock, mail, storage, smtp_url="smtp://127.0.0.1")
    world = begin(container, 3, STEPS[:1])
    with pytest.raises(WorkerKilled):
        send_due(container, world.launch_id)
    mail.dead = False
    clock.advance(LEASE + timedelta(seconds=1))
    assert reconcile_expired(container) == {"sent": 1, "due": 2}
    send_due(container, world.launch_id)
    assert Counter(envelope.recipient for envelope in mail.sent) == {f"p{n}@x.example": 1 for n in range(3)}


def test_a_slow_worker_that_lost_its_lease_tells_what_truly_happened(engine, committing, clock, storage):
    holder = {}

    class Slow(ScriptedMail):
        def send(self, envelopes):
            clock.advance(LEASE + timedelta(seconds=1))
            holder["settled"] = reconcile_expired(holder["container"])
            return super().send(envelopes)

    container = make_container(engine, committing, clock, Slow(), storage, smtp_url="smtp://127.0.0.1")
    holder["container"] = container
    world = begin(container, 1, STEPS[:1])
    send_due(container, world.launch_id)
    assert holder["settled"] == {"unknown": 1}
    assert [(row.state, row.reason) for row in look(container, Delivery)] == [("sent", None)]


def test_after_an_unsubscribe_is_acknowledged_no_claim_takes_the_contact(engine, committing, clock, storage):
    """Unsubscribes race with claimers; whoever was told `done` before a claim gets nothing from it."""
    acknowledged, violated = set(), []
    config = settings()

    class Watching(ScriptedMail):
        def send(self, envelopes):
            seen_before_claim = holder["seen"].get(tuple(sorted(e.delivery_id for e in envelopes)), set())
            violated.extend(e.delivery_id for e in envelopes if e.delivery_id in seen_before_claim)
            return super().send(envelopes)

    holder = {"seen": {}}
    container = make_container(engine, committing, clock, Watching(), storage)
    world = begin(container, 120, STEPS[:1])
    ids = [row.id for row in look(container, Delivery)]
    go = Event()

    def leave(delivery_id):
        go.wait()
        with container.uow() as uow:
            unsubscribe(uow, config.secret_key, unsubscribe_token(config.secret_key, delivery_id))
        acknowledged.add(delivery_id)

    def send():
        go.wait()
        from campaigns.sequences.service import claim_batch, record_results

        while True:
            before = set(acknowledged)
            with container.uow() as uow:
                claimed, more = claim_batch(uow, container.settings, world.launch_id, limit=5)
            violated.extend(one.id for one in claimed if one.id in before)
            with container.uow() as uow:
                record_results(uow, container.settings, claimed, [SendResult("sent", 250, "ok")] * len(claimed))
            if not more:
                return

    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(send) for _ in range(2)]
        futures += [pool.submit(leave, delivery_id) for delivery_id in ids[60:]]
        go.set()
        for future in futures:
            future.result()
    assert violated == []
    rows = {row.id: row for row in look(container, Delivery)}
    assert {rows[one].state for one in ids[:60]} == {"sent"}
    assert {rows[one].state for one in ids[60:]} <= {"sent", "cancelled", "skipped"}
