"""What happens between claim, server and record: leaving, stopping, erasing, a database that is away, a held lease."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from campaigns.audience.models import Contact, Suppression
from campaigns.core.ports import SendResult
from campaigns.db.models import AuditEntry
from campaigns.db.session import make_sessions, normalise_url
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.launches.models import Launch
from campaigns.launches.service import cancel_launch, resume_launch
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.rules import LEASE
from campaigns.sequences.sending import reconcile_expired, send_due
from campaigns.sequences.service import (
    cancel_sequence,
    claim_batch,
    record_results,
    resubscribe,
    start_sequence,
    unsubscribe,
)
from campaigns.tracking.tokens import unsubscribe_token
from tests.factories.sending import STEPS, MemoryStorage, ScriptedMail, make_campaign, make_container, settings, states

SECRET = settings().secret_key
POLICY = SendResult("refused", 554, "5.7.1 blocked: poor reputation")
LATER = SendResult("deferred", 451, "4.3.0 later")


@pytest.fixture
def storage():
    return MemoryStorage()


def begin(container, people, steps=STEPS[:1]):
    with container.uow() as uow:
        world = make_campaign(uow.session, container.storage, [f"p{n}@x.example" for n in range(people)], steps=steps)
    with container.uow() as uow:
        start_sequence(uow, world.launch_id)
    return world


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


def leave(container, delivery_id):
    with container.uow() as uow:
        assert unsubscribe(uow, SECRET, unsubscribe_token(SECRET, delivery_id)) is not None


class SlowStorage(MemoryStorage):
    """While a mail's template is fetched, something happens."""

    meanwhile: Any = None

    def get(self, key):
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()
        return super().get(key)


def _unsubscribed(container, world, clock):
    leave(container, look(container, Delivery)[0].id)


def _erased(container, world, clock):
    with container.uow() as uow:
        first = uow.session.scalars(select(Delivery.contact_id).order_by(Delivery.id)).first()
        uow.session.execute(update(Contact).where(Contact.id == first).values(erased_at=uow.now, email=""))


@pytest.mark.parametrize("happens", [_unsubscribed, _erased])
def test_who_leaves_between_claim_and_server_gets_nothing(engine, committing, clock, happens):
    mail, storage = ScriptedMail(), SlowStorage()
    container = make_container(engine, committing, clock, mail, storage)
    world = begin(container, 2)
    storage.meanwhile = lambda: happens(container, world, clock)
    send_due(container, world.launch_id)
    send_due(container, world.launch_id)
    assert [one.recipient for one in mail.sent] == ["p1@x.example"]
    left = look(container, Delivery)[0]
    assert left.reason in {"unsubscribed", "erased", "unsubscribe"}
    assert left.state in {"skipped", "cancelled"}


def test_a_launch_stopped_between_claim_and_server_mails_nobody(engine, committing, clock):
    mail, storage = ScriptedMail(), SlowStorage()
    container = make_container(engine, committing, clock, mail, storage)
    world = begin(container, 3)

    def stop():
        with container.uow() as uow:
            cancel_launch(uow, world.actor, world.launch_id)
            cancel_sequence(uow, world.launch_id)

    storage.meanwhile = stop
    send_due(container, world.launch_id)
    assert mail.sent == []
    assert {(row.state, row.reason) for row in look(container, Delivery)} == {("cancelled", "launch_cancelled")}


def test_stopping_a_launch_while_a_recipient_leaves_waits_in_no_circle(engine, committing, clock):
    """Both record in the partner's chain, and both take the delivery: the chain must come last for each."""
    container = make_container(engine, committing, clock, ScriptedMail(), MemoryStorage())
    world = begin(container, 2)
    first = look(container, Delivery)[0].id
    left, stopped, failed = Event(), Event(), []

    def stop():
        try:
            with container.uow() as uow:
                cancel_launch(uow, world.actor, world.launch_id)  # records
                stopped.set()
                assert left.wait(10)
                cancel_sequence(uow, world.launch_id)  # waits for the delivery
        except DBAPIError as error:
            failed.append(error)

    other = Thread(target=stop)
    other.start()
    assert stopped.wait(10)
    with container.uow() as uow:
        unsubscribe(uow, SECRET, unsubscribe_token(SECRET, first))  # takes the delivery and records
        left.set()
        until(lambda: waits_for_a_lock(engine))
    other.join(20)
    assert not failed
    rows = {row.id: row.reason for row in look(container, Delivery)}
    assert rows.pop(first) == "unsubscribe"
    assert set(rows.values()) == {"launch_cancelled"}
    with container.uow.reading() as session:
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()[-2:] == [
            "contact.unsubscribe",
            "launch.cancel",
        ]


def waits_for_a_lock(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one() > 0


def until(holds):
    end = monotonic() + 10
    while not holds():
        assert monotonic() < end
        sleep(0.02)


def test_a_process_that_slept_past_its_lease_sends_nothing(engine, committing, clock):
    mail, storage = ScriptedMail(), SlowStorage()
    container = make_container(
        engine, committing, clock, mail, storage, send_policy="at_least_once", smtp_url="smtp://127.0.0.1"
    )
    world = begin(container, 1)

    def sleep():
        clock.advance(LEASE + timedelta(seconds=1))
        assert reconcile_expired(container) == {"due": 1}
        assert send_due(container, world.launch_id).outcome == {"sent": 1}

    storage.meanwhile = sleep
    send_due(container, world.launch_id)
    assert len(mail.sent) == 1


@pytest.mark.parametrize("way", ["deferred", "worker lost"])
def test_what_was_under_way_when_the_launch_was_stopped_is_not_due_again(engine, committing, clock, storage, way):
    container = make_container(engine, committing, clock, ScriptedMail(), storage)
    world = begin(container, 1)
    with container.uow() as uow:
        claimed, _ = claim_batch(uow, container.settings, world.launch_id)
    with container.uow() as uow:
        cancel_launch(uow, world.actor, world.launch_id)
        cancel_sequence(uow, world.launch_id)
    if way == "deferred":
        with container.uow() as uow:
            assert record_results(uow, container.settings, claimed, [LATER]) == {"cancelled": 1}
    else:
        clock.advance(LEASE + timedelta(seconds=1))
        assert reconcile_expired(container) == {"cancelled": 1}
    assert [row.reason for row in look(container, Delivery)] == ["launch_cancelled"]


def test_a_stop_and_a_record_at_once_leave_nothing_due(engine, committing, clock, storage):
    """The record makes a delivery due again while the stop is under way; whoever is second sees the first."""
    container = make_container(engine, committing, clock, ScriptedMail(), storage)
    world = begin(container, 4)
    with container.uow() as uow:
        claimed, _ = claim_batch(uow, container.settings, world.launch_id)
    inside = Event()

    def stop():
        inside.wait(10)
        with container.uow() as uow:
            cancel_launch(uow, world.actor, world.launch_id)
            cancel_sequence(uow, world.launch_id)

    stopping = Thread(target=stop)
    stopping.start()
    with container.uow() as uow:
        record_results(uow, container.settings, claimed, [LATER] * 4)
        inside.set()
        stopping.join(0.5)
    stopping.join(10)
    assert {row.state for row in look(container, Delivery)} == {"cancelled"}


def test_a_database_that_is_locked_when_the_server_has_taken_the_mail_is_waited_for(
    engine, database_url, committing, clock, storage
):
    """Without patience the results are lost and the mail counts as unknown although it was sent."""
    impatient = create_engine(normalise_url(database_url), connect_args={"options": "-c lock_timeout=200ms"})
    hold, go = Event(), Event()

    def locker():
        with engine.connect() as connection:
            connection.execute(text("SELECT id FROM delivery FOR UPDATE"))
            hold.set()
            go.wait(1.0)
            connection.rollback()

    class Locked(ScriptedMail):
        def send(self, envelopes):
            Thread(target=locker, daemon=True).start()
            assert hold.wait(5)
            return super().send(envelopes)

    try:
        with impatient.connect() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "200ms"
        factory = UnitOfWorkFactory(make_sessions(impatient), clock, committing.waker)
        container = make_container(impatient, factory, clock, Locked(), storage)
        world = begin(container, 1)
        assert send_due(container, world.launch_id).outcome == {"sent": 1}
    finally:
        go.set()
        impatient.dispose()


def test_two_batches_that_suppress_the_same_addresses_do_not_deadlock(engine, committing, clock, storage):
    container = make_container(engine, committing, clock, ScriptedMail(), storage)
    first = begin(container, 30)
    with container.uow() as uow:
        second = make_campaign(uow.session, storage, [])
        launch = uow.session.get_one(Launch, second.launch_id)
        launch.partner_id, launch.programme_id = first.partner_id, first.programme_id
        uow.session.execute(
            text("INSERT INTO launch_contact SELECT :b, contact_id, locale FROM launch_contact WHERE launch_id = :a"),
            {"a": first.launch_id, "b": second.launch_id},
        )
    with container.uow() as uow:
        start_sequence(uow, second.launch_id)
    gone = SendResult("refused", 550, "5.1.1 no such user")
    claims = []
    for world in (first, second):
        with container.uow() as uow:
            claims.append(claim_batch(uow, container.settings, world.launch_id, limit=30)[0])
    claims[1].reverse()
    outcomes: list[Any] = []

    def record(claimed):
        try:
            with container.uow() as uow:
                outcomes.append(record_results(uow, container.settings, claimed, [gone] * 30))
        except DBAPIError as error:
            outcomes.append(error)

    both = [Thread(target=record, args=(claimed,)) for claimed in claims]
    [thread.start() for thread in both]
    [thread.join(30) for thread in both]
    assert outcomes == [{"bounced": 30}, {"bounced": 30}]


def test_a_server_that_blocks_the_sender_pauses_the_launch_and_no_contact(engine, committing, clock, storage):
    mail = ScriptedMail(lambda _: POLICY)
    container = make_container(engine, committing, clock, mail, storage)
    world = begin(container, 3)
    assert send_due(container, world.launch_id).outcome == {"due": 3}
    [launch] = look(container, Launch, id=world.launch_id)
    assert (launch.state, launch.failure["code"]) == ("paused", "send.refused_by_policy")
    assert "5.7.1" in launch.failure["reply"]
    assert look(container, Suppression) == []
    assert {row.state for row in look(container, Enrolment)} == {"active"}
    assert send_due(container, world.launch_id).outcome == {}
    with container.uow() as uow:
        assert resume_launch(uow, world.actor, world.launch_id) == "running"
    mail.answer = lambda one: POLICY if one.recipient.startswith("p0") else SendResult("sent", 250, "ok")
    assert send_due(container, world.launch_id).outcome == {"sent": 2, "bounced": 1}
    [launch] = look(container, Launch, id=world.launch_id)
    assert (launch.state, launch.failure) == ("running", None), "one recipient's own policy stops nobody else"
    assert look(container, Suppression) == []


def test_a_mistaken_unsubscribe_goes_on_where_it_stood_and_only_where_it_can(engine, committing, clock, storage):
    container = make_container(engine, committing, clock, ScriptedMail(), storage)
    world = begin(container, 1, steps=STEPS)
    with container.uow() as uow:
        claimed, _ = claim_batch(uow, container.settings, world.launch_id)
    leave(container, claimed[0].id)
    with container.uow() as uow:  # it was under way, so it went out, and no next step was planned
        record_results(uow, container.settings, claimed, [SendResult("sent", 250, "ok")])
    with container.uow() as uow:
        resubscribe(uow, SECRET, unsubscribe_token(SECRET, claimed[0].id))
    assert [(row.step_id, row.state) for row in look(container, Delivery)] == [("invite", "sent"), ("remind", "due")]
    leave(container, claimed[0].id)
    with container.uow() as uow:
        cancel_launch(uow, world.actor, world.launch_id)
        cancel_sequence(uow, world.launch_id)
    with container.uow() as uow:
        resubscribe(uow, SECRET, unsubscribe_token(SECRET, claimed[0].id))
    assert [row.state for row in look(container, Delivery)] == ["sent", "cancelled"]
    assert [row.state for row in look(container, Enrolment)] == ["exited"]
