"""The product's own mail: owed once, sent once, no header made of what somebody typed."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError
from campaigns.core.ports import SendResult
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.mailroom import sending
from campaigns.mailroom.models import SystemMail
from campaigns.mailroom.service import queue_mail
from tests.fakes import KeepingMail
from worker.task import run_job
from worker.tasks.mail import send_system_mail


def owe(uow: UnitOfWork, **changed: str) -> object:
    about = {
        "kind": "notice",
        "dedupe_key": "k",
        "recipient": "mia@osterly.example",
        "sender_name": "Halvorsen, “Climate”",
        "subject": "Grüße — 招待",
        "text_body": "Guten Tag",
        "html_body": "<p>Guten Tag</p>",
    }
    return queue_mail(uow, **(about | changed))


def run(factory: UnitOfWorkFactory, mail: KeepingMail, smtp_url: str | None = "smtp://relay.example") -> None:
    """Claim and run the waiting job as the worker does."""
    with factory() as uow:
        job_id = uow.session.scalar(select(jobs.Job.id).where(jobs.Job.state == "waiting"))
        assert job_id
        job = jobs.claim(uow.session, job_id, uow.now)
    assert job
    container: Any = SimpleNamespace(
        uow=factory, mail=mail, settings=SimpleNamespace(sender_domain="throughline.example", smtp_url=smtp_url)
    )
    send_system_mail(container, job)


def state_of(factory: UnitOfWorkFactory) -> str:
    with factory() as uow:
        return uow.session.scalars(select(SystemMail.state)).one()


def test_a_message_is_sent_once(committing: UnitOfWorkFactory) -> None:
    mail = KeepingMail()
    with committing() as uow:
        assert owe(uow) is not None
        assert owe(uow) is None, "the same key owes nothing more"
    run(committing, mail)
    assert state_of(committing) == "sent"
    [envelope] = mail.sent
    message = message_from_bytes(envelope.data, policy=policy.default)
    assert message["Subject"] == "Grüße — 招待"
    assert message["To"].addresses[0].addr_spec == "mia@osterly.example"
    assert message["From"].addresses[0].display_name == "Halvorsen, “Climate”"
    assert message["Message-ID"] == envelope.message_id
    with committing() as uow:
        mail_id = uow.session.scalars(select(SystemMail.id)).one()
        assert sending.claim(uow, mail_id, "throughline.example") is None


def test_a_deferral_comes_again_and_a_refusal_does_not(committing: UnitOfWorkFactory) -> None:
    with committing() as uow:
        owe(uow)
    with pytest.raises(DomainError, match=r"mail\.deferred"):
        run(committing, KeepingMail(outcome=SendResult("deferred", 451, "later")))
    assert state_of(committing) == "due"
    with committing() as uow:
        mail_id = uow.session.scalars(select(SystemMail.id)).one()
        assert sending.claim(uow, mail_id, "throughline.example")
        sending.record(uow, mail_id, SendResult("refused", 550, "no such user"))
    assert state_of(committing) == "bounced"


def test_a_worker_that_died_while_sending_leaves_it_unknown(committing: UnitOfWorkFactory) -> None:
    with committing() as uow:
        owe(uow)
        mail_id = uow.session.scalars(select(SystemMail.id)).one()
        sending.claim(uow, mail_id, "throughline.example")
    with committing() as uow:
        assert sending.claim(uow, mail_id, "throughline.example") is None
    assert state_of(committing) == "unknown"


@pytest.mark.parametrize("field", ["subject", "sender_name", "recipient"])
def test_no_line_break_reaches_a_header(committing: UnitOfWorkFactory, field: str) -> None:
    with pytest.raises(DomainError, match=r"mail\.header"), committing() as uow:
        owe(uow, **{field: "x\r\nBcc: all@example.com"})


@pytest.mark.parametrize(("smtp_url", "state"), [("smtp://relay.example", "unknown"), (None, "sent")])
def test_kept_as_a_file_it_may_be_kept_again(committing: UnitOfWorkFactory, smtp_url: str | None, state: str) -> None:
    with committing() as uow:
        owe(uow)
        mail_id = uow.session.scalars(select(SystemMail.id)).one()
        sending.claim(uow, mail_id, "throughline.example")  # and the worker dies
    run(committing, KeepingMail(), smtp_url)
    assert state_of(committing) == state


def test_a_server_that_is_away_for_hours_loses_no_message(committing: UnitOfWorkFactory, clock: SetClock) -> None:
    with committing() as uow:
        owe(uow)
        job_id = uow.session.scalars(select(jobs.Job.id)).one()
    away = KeepingMail(outcome=SendResult("deferred", 421, "try later"))
    container: Any = SimpleNamespace(
        uow=committing, mail=away, settings=SimpleNamespace(sender_domain="t.example", smtp_url="smtp://relay.example")
    )
    end = clock.now() + timedelta(hours=12)
    while clock.now() < end:
        assert run_job(container, send_system_mail, job_id) == "waiting"
        clock.advance(timedelta(minutes=31))
    container.mail = KeepingMail()
    assert run_job(container, send_system_mail, job_id) == "done"
    assert state_of(committing) == "sent"


def test_a_message_nobody_tries_any_more_is_not_due_for_ever(committing: UnitOfWorkFactory, clock: SetClock) -> None:
    with committing() as uow:
        owe(uow)
        uow.session.execute(update(jobs.Job).values(max_attempts=1))
        job_id = uow.session.scalars(select(jobs.Job.id)).one()
    container: Any = SimpleNamespace(
        uow=committing, mail=KeepingMail(outcome=SendResult("deferred", 421, "try later")),
        settings=SimpleNamespace(sender_domain="t.example", smtp_url="smtp://relay.example"),
    )  # fmt: skip
    assert run_job(container, send_system_mail, job_id) == "parked"
    assert state_of(committing) == "bounced"
