"""The tasks of deals: one job for what time brings, letters after commit, files of accounts."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import select

from campaigns.accounts.models import AccountImport
from campaigns.accounts.service import receive_import
from campaigns.bootstrap import Container
from campaigns.db.models import Job
from campaigns.deals.models import DealRung
from campaigns.deals.service import register_deal
from campaigns.mailroom.models import SystemMail
from tests.factories.dealing import form, make_market, put_policy
from tests.factories.sending import MemoryStorage, settings
from worker.task import JOB_TASKS, run_job
from worker.tasks import accounts, deals


@pytest.fixture
def container(committing, clock, waker) -> Container:
    parts = SimpleNamespace(uow=committing, clock=clock, waker=waker, storage=MemoryStorage(), settings=settings())
    return cast(Container, parts)


@pytest.fixture
def market(container):
    with container.uow() as uow:
        market = make_market(uow.session, "Nord")
        put_policy(uow.session, market)
    return market


def run_all(container: Container, task: str) -> list[str]:
    with container.uow.reading() as session:
        waiting = session.scalars(select(Job.id).where(Job.task == task, Job.state == "waiting")).all()
    return [run_job(container, JOB_TASKS[task], one) for one in waiting]


def test_letters_are_written_after_the_registration_once(container, market):
    with container.uow() as uow:
        made = register_deal(uow, market.partners["Nord"], market.programme_id, "t", form())
    assert run_all(container, "deals.tell") == ["done"]
    with container.uow.reading() as session:
        mails = session.scalars(select(SystemMail)).all()
        assert {one.recipient.partition("-")[0] for one in mails} == {"rae", "sol"}
        assert all(f"https://go.example/channel/deals/{made.id}" in one.text_body for one in mails)


def test_many_beats_ask_for_one_job_and_only_when_something_is_due(container, market, clock):
    with container.uow() as uow:
        register_deal(uow, market.partners["Nord"], market.programme_id, "t", form())
    assert deals.tick(container) is False
    clock.advance(timedelta(days=1))
    assert [deals.tick(container) for _ in range(3)] == [True, True, True]
    assert run_all(container, "deals.keep_time") == ["done"]
    assert deals.tick(container) is False
    with container.uow.reading() as session:
        assert session.scalars(select(DealRung.percent)).all() == [50]


def test_a_file_is_read_by_its_job_and_a_lost_one_says_so(container, market):
    for kind, data in (("accounts", b"Name\nA AS\n"), ("opportunities", b"Id,Name\n1,A AS\n")):
        with container.uow() as uow:
            receive_import(uow, market.rae, container.storage, kind=kind, source="crm", filename="a.csv", data=data)
        if kind == "opportunities":
            container.storage.objects.clear()  # type: ignore[attr-defined]
        run_all(container, accounts.import_accounts.name)
    with container.uow.reading() as session:
        states = {one.kind: (one.state, one.created) for one in session.scalars(select(AccountImport))}
    assert states["accounts"] == ("done", 1)
    assert states["opportunities"][0] == "failed"
