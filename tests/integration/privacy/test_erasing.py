"""Erasing a person: nothing they were sent is kept, whatever was under way, and nothing is sent to them any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.db.models import Job
from campaigns.gateways.kept_files import KeptFiles
from campaigns.leads.service import forget_person
from campaigns.mailroom.models import KeptMessage, SystemMail
from campaigns.mailroom.service import queue_mail
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.sending import send_due
from campaigns.sequences.service import claim_batch, start_sequence
from tests.factories.sending import STEPS, make_campaign, make_container, settings, states
from tests.fakes import MemoryStorage
from worker.task import JOB_TASKS, run_job
from worker.tasks import load_all

load_all()
SECRET = settings().secret_key


@pytest.fixture
def container(engine, committing, clock):
    storage = MemoryStorage()
    return make_container(engine, committing, clock, KeptFiles(storage, committing.sessions), storage)


def begin(container):
    with container.uow() as uow:
        world = make_campaign(uow.session, container.storage, ["ada@x.example", "bob@x.example"], steps=STEPS)
    with container.uow() as uow:
        start_sequence(uow, world.launch_id)
    return world


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


def run(container, task: str) -> str:
    with container.uow.reading() as session:
        job_id = session.scalars(select(Job.id).where(Job.task == task, Job.state != "done")).one()
    return run_job(container, JOB_TASKS[task], job_id)


def kept(container) -> dict[str, bytes]:
    return {key: data for key, (data, _) in container.storage.objects.items() if key.endswith(".eml")}


def erase(container, world, contact_id) -> None:
    with container.uow() as uow:
        forget_person(uow, world.actor, SECRET, contact_id)


def owe(container, world, **about: Any) -> None:
    values = {
        "kind": "confirmation", "dedupe_key": "c1", "recipient": "Ada@x.example", "sender_name": "Osterly",
        "subject": "Thank you, Ada", "text_body": "Ada", "html_body": "<p>Ada</p>", "partner_id": world.partner_id,
    }  # fmt: skip
    with container.uow() as uow:
        queue_mail(uow, **(values | about))


def test_kept_files_rows_and_letters_of_the_person_are_gone_and_others_stay(container):
    world = begin(container)
    send_due(container, world.launch_id)
    owe(container, world)
    run(container, "mail.system")
    owe(container, world, dedupe_key="c2", subject="Owed to Ada")
    owe(container, world, dedupe_key="other", recipient="bob@x.example", subject="For Bob")
    assert len(kept(container)) == 3
    ada = look(container, Delivery)[0]
    erase(container, world, ada.contact_id)
    erase(container, world, ada.contact_id)
    assert run(container, "privacy.erase_mail") == "done"
    assert [row.recipient for row in look(container, KeptMessage)] == ["bob@x.example"]
    assert [b"bob@x.example" in data for data in kept(container).values()] == [True]
    left = look(container, SystemMail)
    assert {(row.dedupe_key, row.subject, row.recipient) for row in left} == {
        ("c1", "", ""), ("other", "For Bob", "bob@x.example"),
    }  # fmt: skip
    assert [(row.state, row.exit_reason) for row in look(container, Enrolment, contact_id=ada.contact_id)] == [
        ("exited", "erased")
    ]


def test_what_was_being_kept_at_that_moment_goes_as_well(container, clock):
    world = begin(container)
    with container.uow() as uow:
        claimed, _ = claim_batch(uow, container.settings, world.launch_id, limit=1)
    (one,) = claimed
    key_of_file = container.mail
    erase(container, world, one.contact_id)
    assert run(container, "privacy.erase_mail") == "waiting", "a process may still keep it"
    from campaigns.core.ports import Envelope
    from campaigns.sequences.service import record_results

    data = b"To: ada@x.example\r\nSubject: Hello Ada\r\n\r\nHello"
    result = key_of_file.send([Envelope("s@x", one.email, one.message_id, data, one.id, one.partner_id)])
    with container.uow() as uow:
        record_results(uow, container.settings, claimed, result)
    assert len(kept(container)) == 1
    clock.advance(timedelta(minutes=10))
    assert run(container, "privacy.erase_mail") == "done"
    assert kept(container) == {}
    assert look(container, KeptMessage) == []


def test_a_storage_that_is_away_is_tried_again(container, clock):
    world = begin(container)
    send_due(container, world.launch_id)
    ada = look(container, Delivery)[0]
    erase(container, world, ada.contact_id)
    delete = container.storage.delete

    def away(_key: str) -> None:
        raise ConnectionResetError("away")

    container.storage.delete = away
    assert run(container, "privacy.erase_mail") == "waiting"
    container.storage.delete = delete
    clock.advance(timedelta(minutes=10))
    assert run(container, "privacy.erase_mail") == "done"
    assert [b"bob@x.example" in data for data in kept(container).values()] == [True]
