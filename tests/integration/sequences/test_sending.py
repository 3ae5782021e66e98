"""Sequences from start to the last step: what is sent, when, to whom, and what every answer of a server brings."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text, update

from campaigns.audience.models import Suppression
from campaigns.core.ports import SendResult
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.launches.public import public_launch
from campaigns.launches.rules import open_until
from campaigns.sequences.models import Delivery, Enrolment, StepMail
from campaigns.sequences.sending import send_due
from campaigns.sequences.service import (
    cancel_sequence,
    enqueue_due,
    exit_on,
    finish_over,
    recipient_of,
    resubscribe,
    start_sequence,
    unsubscribe,
)
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.service import RequestFacts, follow
from tests.factories.sending import STEPS, MemoryStorage, ScriptedMail, make_campaign, make_container, states

PERSON = RequestFacts("GET", "Mozilla/5.0 Firefox/140.0", "203.0.113.7")


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def mail():
    return ScriptedMail()


@pytest.fixture
def container(engine, committing, clock, mail, storage):
    return make_container(engine, committing, clock, mail, storage)


def begin(container, emails, **more):
    with container.uow() as uow:
        world = make_campaign(uow.session, container.storage, emails, **more)
    with container.uow() as uow:
        start_sequence(uow, world.launch_id)
    return world


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


def token_in(message, path):
    text = message.get_body(("plain",)).get_content()
    return next(line for line in text.splitlines() if f"/{path}/" in line).rsplit("/", 1)[1]


def parsed(envelope):
    return message_from_bytes(envelope.data, policy=policy.default)


def test_start_is_repeatable_and_the_launch_runs(container):
    world = begin(container, ["a@x.example", "b@x.example"])
    with container.uow() as uow:
        assert start_sequence(uow, world.launch_id) == 2
    assert [row.state for row in look(container, Launch)] == ["running"]
    assert [row.step_id for row in look(container, StepMail)] == ["invite", "remind", "last"]
    assert [(row.step_id, row.state) for row in look(container, Delivery)] == [("invite", "due")] * 2
    assert len(look(container, Enrolment)) == 2


def test_a_mail_that_was_not_rendered_starts_nothing(container):
    with container.uow() as uow:
        world = make_campaign(uow.session, container.storage, ["a@x.example"], steps=STEPS[:1])
        uow.session.execute(Launch.__table__.update().values(locales=["en", "de"]))
        from campaigns.launches.models import LaunchContact

        uow.session.execute(LaunchContact.__table__.update().values(locale="de"))
    from campaigns.core.errors import DomainError

    with pytest.raises(DomainError, match=r"sequence\.mail_missing"), container.uow() as uow:
        start_sequence(uow, world.launch_id)
    assert look(container, Delivery) == []


def test_the_message_says_who_writes_and_how_to_leave(container, mail):
    begin(container, ["ada@x.example"], first_name="Ada", company="X")
    assert send_due(container, look(container, Launch)[0].id).outcome == {"sent": 1}
    (envelope,) = mail.sent
    message = parsed(envelope)
    assert message["From"] == "Osterly <hello@halvorsen.example>"
    assert message["Reply-To"] == "ada@osterly.example"
    assert message["To"] == "ada@x.example"
    assert message["Subject"] == "Mail 1 for Ada"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://go.example/u/")
    assert message["Message-ID"].endswith("@mail.halvorsen.example>")
    assert message["Feedback-ID"]
    (row,) = look(container, Delivery, step_id="invite")
    assert (row.state, row.message_id, row.reply_code) == ("sent", message["Message-ID"], 250)
    (touch,) = look(container, Touchpoint)
    assert (touch.kind, touch.delivery_id, touch.step_id, touch.channel) == ("delivery", row.id, "invite", "mail")


def test_the_next_step_counts_from_sent_and_looks_at_clicks(container, mail, clock):
    world = begin(container, ["a@x.example", "b@x.example"])
    clock.advance(timedelta(hours=5))
    send_due(container, world.launch_id)
    assert {row.due_at for row in look(container, Delivery, step_id="remind")} == {clock.now() + timedelta(days=3)}
    clock.advance(timedelta(days=1))
    clicked = next(one for one in mail.sent if one.recipient == "a@x.example")
    with container.uow() as uow:
        assert follow(uow, container.settings, token_in(parsed(clicked), "t"), PERSON).verdict == "human"
    clock.advance(timedelta(days=2))
    assert send_due(container, world.launch_id).outcome == {"sent": 1}
    assert mail.sent[-1].recipient == "b@x.example"
    reminded = {row.contact_id: row for row in look(container, Delivery, step_id="remind")}
    assert sorted((row.state, row.reason or "") for row in reminded.values()) == [
        ("sent", ""),
        ("skipped", "condition"),
    ]
    # the one who was passed over goes on to the last step, counted from here
    clock.advance(timedelta(days=2))
    assert send_due(container, world.launch_id).outcome == {"sent": 2}
    assert {row.state for row in look(container, Enrolment)} == {"done"}
    assert len(mail.sent) == 5


def test_a_suspect_click_is_no_click(container, mail, clock):
    world = begin(container, ["a@x.example"])
    send_due(container, world.launch_id)
    clock.advance(timedelta(seconds=3))
    with container.uow() as uow:
        assert follow(uow, container.settings, token_in(parsed(mail.sent[0]), "t"), PERSON).verdict == "suspect"
    clock.advance(timedelta(days=3))
    assert send_due(container, world.launch_id).outcome == {"sent": 1}


def test_nothing_goes_out_before_the_start_or_while_paused(container, mail, clock):
    world = begin(container, ["a@x.example"])
    with container.uow() as uow:
        uow.session.get(Launch, world.launch_id).starts_at = clock.now() + timedelta(hours=1)
    assert send_due(container, world.launch_id).outcome == {}
    clock.advance(timedelta(hours=1))
    with container.uow() as uow:
        uow.session.get(Launch, world.launch_id).state = "paused"
        assert enqueue_due(uow) == 0
    assert send_due(container, world.launch_id).outcome == {}
    with container.uow() as uow:
        uow.session.get(Launch, world.launch_id).state = "running"
        assert enqueue_due(uow) == 1
        assert enqueue_due(uow) == 0
    assert send_due(container, world.launch_id).outcome == {"sent": 1}


def test_cancel_ends_what_is_due(container, mail):
    world = begin(container, ["a@x.example"])
    with container.uow() as uow:
        assert cancel_sequence(uow, world.launch_id) == 1
        assert cancel_sequence(uow, world.launch_id) == 0
    assert send_due(container, world.launch_id).outcome == {}
    assert [row.exit_reason for row in look(container, Enrolment)] == ["launch_cancelled"]


def test_four_hundreds_wait_longer_each_time_and_end(container, mail, clock):
    mail.answer = lambda _: SendResult("deferred", 451, "4.7.1 try later")
    world = begin(container, ["a@x.example"])
    waits = []
    for _ in range(8):
        assert sum(send_due(container, world.launch_id).outcome.values()) == 1
        (row,) = look(container, Delivery)
        waits.append(row.due_at - clock.now())
        clock.advance(timedelta(hours=13))
    assert (row.state, row.reason) == ("bounced", "deferred_too_long")
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (60, 300, 900, 3600)]
    assert look(container, Suppression) == []
    assert len({row.message_id}) == 1


@pytest.mark.parametrize(
    ("reply", "suppressed"),
    [("550 5.1.1 no such user", 2), ("552 5.2.2 mailbox full", 0), ("550 no", 0)],
)
def test_five_hundreds_bounce_and_suppress_as_they_mean(container, mail, reply, suppressed):
    mail.answer = lambda _: SendResult("refused", 550, reply)
    world = begin(container, ["a@x.example"])
    assert send_due(container, world.launch_id).outcome == {"bounced": 1}
    assert len(look(container, Suppression)) == suppressed
    assert [row.state for row in look(container, Enrolment)] == ["exited"]
    assert len(look(container, Delivery)) == 1


def test_a_second_soft_refusal_within_thirty_days_suppresses(container, mail):
    mail.answer = lambda _: SendResult("refused", 552, "5.2.2 mailbox full")
    first = begin(container, ["a@x.example"])
    send_due(container, first.launch_id)
    with container.uow() as uow:
        second = make_campaign(uow.session, container.storage, [])
        contact = uow.session.execute(select(Delivery.contact_id)).scalar_one()
        from campaigns.launches.models import LaunchContact

        uow.session.add(LaunchContact(launch_id=second.launch_id, contact_id=contact, locale="en"))
        launch = uow.session.get(Launch, second.launch_id)
        launch.partner_id, launch.programme_id = first.partner_id, first.programme_id
    with container.uow() as uow:
        start_sequence(uow, second.launch_id)
    send_due(container, second.launch_id)
    assert {row.scope for row in look(container, Suppression)} == {"partner", "programme"}


@pytest.mark.parametrize(("send_policy", "state"), [("at_most_once", "unknown"), ("at_least_once", "due")])
def test_silence_after_data_is_unknown(engine, committing, clock, storage, send_policy, state):
    mail = ScriptedMail(lambda _: SendResult("unknown", 0, "connection lost after DATA"))
    container = make_container(engine, committing, clock, mail, storage, send_policy=send_policy)
    world = begin(container, ["a@x.example"])
    send_due(container, world.launch_id)
    assert [row.state for row in look(container, Delivery)] == [state]


def test_hostile_names_never_reach_a_header(container, mail):
    world = begin(
        container,
        ["a@x.example"],
        first_name="Eve\r\nBcc: all@x.example",
        company="{{7*7}} <script>alert(1)</script> =1+1",
    )
    assert send_due(container, world.launch_id).outcome == {"sent": 1}
    message = parsed(mail.sent[0])
    assert message["Bcc"] is None
    assert message["Subject"] == "Mail 1 for Eve Bcc: all@x.example"


def test_an_address_no_mail_can_be_made_for_bounces_alone(container, mail):
    world = begin(container, ["jörg@x.example", "b@x.example"])
    assert send_due(container, world.launch_id).outcome == {"bounced": 1, "sent": 1}
    assert {row.reason for row in look(container, Delivery, state="bounced")} == {"not_composed"}
    assert look(container, Suppression) == []


def test_a_form_ends_the_sequence_of_steps_that_stop_on_it(container, mail, clock):
    world = begin(container, ["a@x.example"])
    send_due(container, world.launch_id)
    (delivery,) = look(container, Delivery, step_id="invite")
    with container.uow() as uow:
        assert exit_on(uow, "form", contact_id=delivery.contact_id, launch_id=world.launch_id) == 1
        assert exit_on(uow, "form", contact_id=delivery.contact_id, launch_id=world.launch_id) == 0
    clock.advance(timedelta(days=30))
    assert send_due(container, world.launch_id).outcome == {}
    assert [(row.state, row.exit_reason) for row in look(container, Enrolment)] == [("exited", "form")]


def test_one_click_ends_it_at_once_and_can_be_undone(container, mail, clock):
    world = begin(container, ["a@x.example"])
    send_due(container, world.launch_id)
    key = container.settings.secret_key
    token = token_in(parsed(mail.sent[0]), "u")
    with container.uow() as uow:
        assert recipient_of(uow.session, key, token).email_shown == "a…@x.example"
        assert recipient_of(uow.session, key, token).unsubscribed is False
        assert unsubscribe(uow, key, token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert look(container, Suppression) == []
    for _ in range(2):
        with container.uow() as uow:
            assert unsubscribe(uow, key, token) is not None
    assert sorted((row.scope, row.reason) for row in look(container, Suppression)) == [
        ("partner", "unsubscribe"), ("programme", "unsubscribe"),
    ]  # fmt: skip
    clock.advance(timedelta(days=3))
    assert send_due(container, world.launch_id).outcome == {}
    with container.uow() as uow:
        assert recipient_of(uow.session, key, token).unsubscribed is True
        resubscribe(uow, key, token)
    assert all(row.lifted_at for row in look(container, Suppression))
    assert send_due(container, world.launch_id).outcome == {"sent": 1}


def test_the_beat_is_fair_to_partners(container):
    big = begin(container, ["a@x.example"])
    with container.uow() as uow:
        for number in range(3):
            more = make_campaign(uow.session, container.storage, [f"p{number}@x.example"])
            uow.session.get(Launch, more.launch_id).partner_id = big.partner_id
            start_sequence(uow, more.launch_id)
    small = begin(container, ["z@x.example"])
    with container.uow() as uow:
        from campaigns.db.models import Job

        assert enqueue_due(uow, most=2) == 2
        keys = set(uow.session.execute(select(Job.key)).scalars())
    assert f"{small.launch_id}:0" in keys


def test_a_launch_is_finished_when_nothing_is_left_to_send(container, clock):
    world = begin(container, ["a@x.example"])
    for state in ("running", "running", "running"):
        send_due(container, world.launch_id)
        clock.advance(timedelta(days=5))
        with container.uow() as uow:
            finish_over(uow)
        states_now = [row.state for row in look(container, Launch)]
        if not look(container, Delivery, state="due"):
            assert states_now == ["finished"]
        else:
            assert states_now == [state]
    assert states_now == ["finished"]


@pytest.mark.parametrize("valid_until", [None, "2026-11-30", "2026-11-01"])
def test_a_launch_that_mails_nobody_is_over_with_its_time_and_its_page_stays(container, clock, valid_until):
    world = begin(container, [])
    with container.uow() as uow:
        launch = uow.session.get_one(Launch, world.launch_id)
        manifest = {"title": "T", "steps": STEPS, "valid_until": valid_until}
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(update(KitVersion).values(manifest=manifest))
        starts_at = launch.starts_at
    until = open_until(starts_at, date.fromisoformat(valid_until) if valid_until else None)
    assert until >= starts_at + timedelta(days=1)
    for moment, state in ((until - timedelta(seconds=1), "running"), (until, "finished")):
        clock.advance(moment - clock.now())
        with container.uow() as uow:
            finish_over(uow)
        assert [row.state for row in look(container, Launch)] == [state]
    with container.uow.reading() as session:
        found = public_launch(session, world.slug)
    assert found is not None
    assert found.standing == "live"


def test_a_launch_with_much_to_send_is_shared(container):
    big = begin(container, [f"p{number}@x.example" for number in range(1001)])
    with container.uow() as uow:
        assert enqueue_due(uow) == 3
        assert enqueue_due(uow) == 0
    assert send_due(container, big.launch_id, most_batches=2).outcome == {"sent": 40}
