"""SIGKILL of the worker between the POST and its record: the message comes again, under the same id."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.session import make_engine
from campaigns.gateways.open import open_container
from campaigns.outbound.endpoints import EndpointForm, create_endpoint
from campaigns.outbound.events import record_event
from campaigns.partners.models import Programme
from worker.tasks.upkeep import sweep

TABLES = "webhook_delivery, webhook_endpoint, business_event, audit_entry, job, programme"


@pytest.fixture
def stack_environment(stack_environment):
    return {**stack_environment, "WEBHOOK_LOOPBACK": "1"}


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_worker_killed_after_the_post_and_before_the_record_delivers_again(
    stack_settings, schema_url, worker_tree, receiver
):
    container = open_container(replace(stack_settings, webhook_loopback=True), pool_size=2)
    programme = new_id()
    with container.uow() as uow:
        uow.session.add(Programme(id=programme, slug="halvorsen", name="Halvorsen"))
        uow.session.flush()
        actor = Actor(kind="person", role=Role.ADMIN, programme_id=programme)
        key = container.settings.secret_key
        create_endpoint(uow, actor, key, EndpointForm(receiver.url + "/in"), loopback=True)
        record_event(uow, "deal.won", "deal", new_id(), programme_id=programme)

    def answer(handler, number: int) -> None:
        if number == 1:
            time.sleep(4)  # taken whole, and the sender dies before it hears so
        handler.send_response(204)
        handler.end_headers()

    receiver.answer = answer
    tree = worker_tree(concurrency=1)
    tree.start()
    while not receiver.got:
        sweep(container)
        time.sleep(0.1)
    tree.kill()
    with container.uow.reading() as session:
        assert session.scalar(text("SELECT state FROM webhook_delivery")) == "waiting"
    with container.uow() as uow:  # a minute passes
        uow.session.execute(text("UPDATE webhook_delivery SET lease_until = now()"))
        jobs.release_all(uow.session, uow.now)
    tree.start()
    state = ""
    while state != "delivered":
        sweep(container)
        time.sleep(0.1)
        with container.uow.reading() as session:
            state = session.scalar(text("SELECT state FROM webhook_delivery"))
    container.close()
    engine = make_engine(schema_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    engine.dispose()
    assert len(receiver.got) == 2
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
