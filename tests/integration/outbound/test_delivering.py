"""From an event to a receiver that believes it: who is told, what, how often, and when it ends."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from campaigns.core.clock import SystemClock
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.mailroom.models import SystemMail
from campaigns.outbound import delivering, desk, endpoints
from campaigns.outbound.endpoints import EndpointForm
from campaigns.outbound.models import WebhookEndpoint
from campaigns.outbound.outcomes import Outcome, record
from campaigns.outbound.patience import ATTEMPTS
from campaigns.partners.models import Grant, Person
from tests.integration.outbound.conftest import World
from worker.task import JOB_TASKS, run_job


def test_each_side_is_told_what_it_may_see_and_nobody_else(world: World):
    vendor, partner = world.endpoint(), world.endpoint(world.partner, "/partner")
    world.endpoint(world.other, "/other")
    world.happens(data={"amount_minor": 5}, vendor_data={"state": "in_conflict"}, partner_data={"state": "in_review"})
    world.work()
    told = {got.path: json.loads(got.body) for got in world.receiver.got}
    assert sorted(told) == ["/in", "/partner"]
    assert told["/in"]["data"]["state"] == "in_conflict"
    assert told["/partner"]["data"]["state"] == "in_review"
    assert told["/in"]["id"] == told["/partner"]["id"]
    one = told["/in"]
    assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} == set(one)
    assert (one["specversion"], one["type"], one["source"]) == ("1.0", "deal.won", "http://localhost")
    assert datetime.fromisoformat(one["time"]) == world.clock.now()
    assert {row.endpoint_id for row in world.deliveries()} == {vendor, partner}
    assert {row.state for row in world.deliveries()} == {"delivered"}


def test_what_is_one_sides_affair_is_told_to_that_side_only(world: World):
    world.endpoint()
    world.endpoint(world.partner, "/partner")
    world.happens(partner_id=None)
    world.work()
    assert [got.path for got in world.receiver.got] == ["/in"]
    world.happens(for_vendor=False)
    world.work()
    assert [got.path for got in world.receiver.got] == ["/in", "/partner"]


def test_types_and_echo(world: World):
    world.endpoint(path="/won", types=("deal.won",))
    world.endpoint(path="/deals", types=("deal.*",), system="salesforce")
    world.endpoint(path="/all")
    for type_, origin in (("deal.won", ""), ("deal.lost", "salesforce"), ("lead.accepted", "hubspot")):
        world.happens(type_, origin=origin)
    world.work()
    seen = sorted((got.path, json.loads(got.body)["type"]) for got in world.receiver.got)
    assert seen == [
        ("/all", "deal.lost"), ("/all", "deal.won"), ("/all", "lead.accepted"), ("/deals", "deal.won"),
        ("/won", "deal.won"),
    ]  # fmt: skip


def test_without_an_endpoint_there_is_no_job(world: World):
    world.happens()
    with world.container.uow.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_the_reference_library_verifies_what_arrives_also_while_the_secret_changes(world: World):
    world.container.clock.at = SystemClock().now()  # the library looks at the machine's clock
    endpoint = world.endpoint()
    first = world.secrets[endpoint]
    with world.container.uow() as uow:
        second = endpoints.rotate_secret(uow, world.vendor, world.container.settings.secret_key, endpoint).secret
    world.happens()
    world.work()
    [got] = world.receiver.got
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    for secret in (first, second):
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "deal.won"
    row = world.row(endpoint)
    assert first not in row.sealed_secret + (row.former_secret or "")
    with world.container.uow() as uow:
        uow.session.get_one(WebhookEndpoint, endpoint).former_until = uow.now
    world.happens()
    world.work()
    assert len(world.receiver.got[1].headers["webhook-signature"].split()) == 1


def test_retries_keep_the_id_and_the_body_and_then_it_failed(world: World):
    endpoint = world.endpoint()
    world.receiver.says(500, b"out of order")
    world.happens()
    for _ in range(ATTEMPTS + 2):
        world.work()
        with world.container.uow() as uow:  # somebody looks after it, so that it is not paused here
            uow.session.get_one(WebhookEndpoint, endpoint).failing_since = None
        world.later(days=2)
    assert len(world.receiver.got) == ATTEMPTS
    assert len({(got.headers["webhook-id"], got.body) for got in world.receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in world.receiver.got}) == ATTEMPTS
    [row] = world.deliveries()
    assert (row.state, row.status, row.answer, row.attempts) == ("failed", 500, "out of order", ATTEMPTS)
    world.receiver.says(204)
    with world.container.uow() as uow:
        desk.replay_delivery(uow, world.vendor, row.id)
    world.work()
    [row] = world.deliveries()
    assert (row.state, row.attempts) == ("delivered", ATTEMPTS + 1)
    assert world.receiver.got[-1].headers["webhook-id"] == world.receiver.got[0].headers["webhook-id"]


def test_a_wait_is_waited_for(world: World):
    world.endpoint()
    world.receiver.says(503, b"", Retry_After="60")
    world.happens()
    world.work()
    world.later(seconds=55)
    world.work()
    assert len(world.receiver.got) == 1
    world.receiver.says(200)
    world.later(seconds=6)
    world.work()
    assert [row.state for row in world.deliveries()] == ["delivered"]


@pytest.mark.parametrize(("status", "error"), [(301, "redirect"), (308, "redirect"), (404, ""), (500, "")])
def test_only_2xx_delivers(world: World, status: int, error: str):
    world.endpoint()
    world.receiver.says(status, b"", Location="http://127.0.0.1:1/")
    world.happens()
    world.work()
    [row] = world.deliveries()
    assert (row.state, row.status, row.error, row.attempts) == ("waiting", status, error, 1)


def test_410_ends_it(world: World):
    endpoint = world.endpoint()
    world.receiver.says(410)
    world.happens()
    world.work()
    assert world.row(endpoint).state == "disabled"
    assert [(row.state, row.error) for row in world.deliveries()] == [("failed", "gone")]
    world.happens()
    world.work()
    assert len(world.receiver.got) == 1
    with world.container.uow() as uow, pytest.raises(DomainError) as caught:
        desk.replay_delivery(uow, world.vendor, world.deliveries()[0].id)
    assert caught.value.code == "endpoint.disabled"


def test_days_of_failure_pause_it_with_a_letter_and_resuming_sends_what_waited(world: World):
    endpoint = world.endpoint()
    with world.container.uow() as uow:  # an administrator whose account was closed hears nothing any more
        gone = Person(id=new_id(), email="gone@halvorsen.example", name="gone", disabled_at=uow.now)
        uow.session.add(gone)
        uow.session.flush()
        uow.session.add(Grant(id=new_id(), person_id=gone.id, role="admin", programme_id=world.vendor.programme_id))
    world.receiver.says(500)
    world.happens()
    for _ in range(5):
        world.work()
        world.later(days=1)
    row = world.row(endpoint)
    assert (row.state, row.pause_reason) == ("paused", "failing")
    before = len(world.receiver.got)
    with world.container.uow.reading() as session:
        letters = {mail.recipient: mail.subject for mail in session.scalars(select(SystemMail))}
    assert letters == {
        "en@halvorsen.example": "A webhook was paused", "ar@halvorsen.example": "تم إيقاف خطاف ويب مؤقتًا",
    }  # fmt: skip
    world.happens()
    world.later(days=1)
    world.work()
    assert len(world.receiver.got) == before, "a paused endpoint is left alone"
    world.receiver.says(204)
    with world.container.uow() as uow:
        endpoints.resume_endpoint(uow, world.vendor, endpoint)
    world.work()
    assert [one.state for one in world.deliveries()] == ["delivered", "delivered"]


def test_the_tick_finds_what_nobody_called(world: World):
    world.endpoint()
    world.happens()
    with world.container.uow() as uow:
        delivering.fan_out(uow, 1)
        uow.session.query(Job).delete()
    world.later(minutes=3)
    with world.container.uow() as uow:
        assert delivering.ask_overdue(uow) == 1
    world.work()
    assert [one.state for one in world.deliveries()] == ["delivered"]


def test_a_fan_out_that_runs_twice_tells_once(world: World):
    world.endpoint()
    event = world.happens()
    for _ in range(2):
        with world.container.uow() as uow:
            delivering.fan_out(uow, event)
    world.work()
    assert len(world.receiver.got) == 1


def test_two_workers_never_send_one_delivery_at_once(world: World):
    world.endpoint()
    world.happens()
    with world.container.uow() as uow:
        delivering.fan_out(uow, 1)
        [delivery] = world.deliveries() or [None]
    [delivery] = world.deliveries()
    with world.container.uow() as uow:
        for mark in (":a", ":b", ":c"):
            delivering.ask(uow, delivery.id, 1, mark=mark)
    inside, go_on = Event(), Event()

    def slow(handler, _number: int) -> None:
        inside.set()
        go_on.wait(10)
        handler.send_response(204)
        handler.end_headers()

    world.receiver.answer = slow
    with world.container.uow.reading() as session:
        waiting = list(session.scalars(select(Job.id).where(Job.task == "outbound.deliver")))
    outcomes: list[str] = []
    task = JOB_TASKS["outbound.deliver"]
    first = Thread(target=lambda: outcomes.append(run_job(world.container, task, waiting[0])))
    first.start()
    assert inside.wait(10)
    assert [run_job(world.container, task, one) for one in waiting[1:]] == ["waiting"] * 3
    go_on.set()
    first.join(10)
    assert outcomes == ["done"]
    world.later(minutes=10)
    world.work()
    assert len(world.receiver.got) == 1
    assert world.receiver.most_at_once == 1


def test_an_outcome_of_an_attempt_that_was_lost_changes_nothing(world: World):
    world.endpoint()
    world.happens()
    with world.container.uow() as uow:
        delivering.fan_out(uow, 1)
    [row] = world.deliveries()
    about = (row.id, world.container.settings.secret_key, "http://localhost")
    with world.container.uow() as uow:
        first = delivering.claim(uow, *about, loopback=True)
    world.later(seconds=61)
    with world.container.uow() as uow:
        second = delivering.claim(uow, *about, loopback=True)
    assert first
    assert second
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    with world.container.uow() as uow:
        assert record(uow, row.id, first.attempt, Outcome(500), "http://localhost") == "lost"
    with world.container.uow() as uow:
        assert record(uow, row.id, second.attempt, Outcome(200), "http://localhost") == "delivered"


def test_an_address_that_may_not_be_used_any_more_fails(world: World):
    endpoint = world.endpoint()
    with world.container.uow() as uow:
        uow.session.get_one(WebhookEndpoint, endpoint).url = "http://10.0.0.1/"
    world.happens()
    world.work()
    assert [(row.state, row.error) for row in world.deliveries()] == [("failed", "endpoint.url_scheme")]


def test_endpoints_are_their_tenants_own(world: World):
    endpoint = world.endpoint()
    world.happens()
    world.work()
    [row] = world.deliveries()
    for actor in (world.partner, world.other):
        with world.container.uow() as uow:
            calls = (
                partial(endpoints.pause_endpoint, uow, actor, endpoint),
                partial(endpoints.rotate_secret, uow, actor, "s" * 40, endpoint),
                partial(endpoints.ping_endpoint, uow, actor, endpoint),
                partial(endpoints.change_endpoint, uow, actor, endpoint, 1, EndpointForm("https://a.example/")),
                partial(desk.replay_delivery, uow, actor, row.id),
                partial(desk.skip_delivery, uow, actor, row.id, "no"),
            )
            for call in calls:
                with pytest.raises(DomainError) as caught:
                    call()
                assert caught.value.code in ("webhook.not_found", "delivery.not_found")


def test_a_change_needs_the_version_it_began_from(world: World):
    endpoint = world.endpoint()
    form = EndpointForm(world.receiver.url + "/new", system="crm")
    with world.container.uow() as uow:
        assert endpoints.change_endpoint(uow, world.vendor, endpoint, 1, form, loopback=True) == 2
    with world.container.uow() as uow, pytest.raises(DomainError) as caught:
        endpoints.change_endpoint(uow, world.vendor, endpoint, 1, form, loopback=True)
    assert caught.value.code == "edit.changed_meanwhile"
    with world.container.uow() as uow, pytest.raises(DomainError) as caught:
        endpoints.change_endpoint(uow, world.vendor, endpoint, 2, EndpointForm("http://10.1.1.1", system="A B"))
    assert [found.code for found in caught.value.problems] == ["endpoint.url_scheme", "endpoint.system"]


def test_a_ping_goes_to_its_endpoint_alone(world: World):
    world.endpoint(path="/one")
    two = world.endpoint(world.partner, "/two")
    with world.container.uow() as uow:
        endpoints.ping_endpoint(uow, world.partner, two)
    world.work()
    assert [(got.path, json.loads(got.body)["type"]) for got in world.receiver.got] == [("/two", "webhook.ping")]
