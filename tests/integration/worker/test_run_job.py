"""Claim, work, record: what a message makes of a job row."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError, Kind
from campaigns.db import jobs
from campaigns.db.models import Job
from renderer.errors import RenderError
from tests.fakes import MemoryStorage
from worker.lease import HeldLease
from worker.task import JobTask, run_job
from worker.tasks import upkeep, webhooks


@pytest.fixture
def container(committing, clock, waker) -> Container:
    kept = SimpleNamespace(keep_events_days=365, keep_deliveries_days=90, keep_changes_days=90)
    return cast(
        Container,
        SimpleNamespace(uow=committing, clock=clock, waker=waker, storage=MemoryStorage(), settings=kept),
    )


def task(function: Any, **more: Any) -> JobTask:
    return JobTask("test.task", "default", function, jobs.LEASE, 10, more.get("on_parked"))


def enqueue(container: Container, **more: Any):
    with container.uow("req-abcdefgh") as uow:
        return jobs.enqueue(uow, "test.task", "k", {"n": 1}, **more)


def row(container: Container) -> Job:
    with container.uow.reading() as session:
        found = session.scalars(select(Job)).one()
        session.expunge_all()
        return found


def raising(error: Exception):
    def function(_container: Container, _job: jobs.ClaimedJob) -> None:
        raise error

    return function


def test_the_function_runs_once_outside_any_transaction(container):
    job_id = enqueue(container)
    seen = []

    def function(_container: Container, job: jobs.ClaimedJob) -> None:
        assert row(container).state == "leased", "the claim is committed before the work begins"
        seen.append((job.payload, job.request_id))

    assert run_job(container, task(function), job_id) == "done"
    assert run_job(container, task(function), job_id) == "skipped"
    assert seen == [({"n": 1}, "req-abcdefgh")]


class Sqlstate(Exception):  # noqa: N818
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (DomainError("storage.unavailable", Kind.UNAVAILABLE, "no"), "waiting", "storage.unavailable"),
        (DomainError("partner.rate", Kind.THROTTLED, "no"), "waiting", "partner.rate"),
        (DomainError("launch.state", Kind.CONFLICT, "no", at=timedelta(1)), "parked", "launch.state"),
        (RenderError("text.overflow", "too long", needed=3), "parked", "text.overflow"),
        (ConnectionResetError("gone"), "waiting", "job.crashed"),
        (MemoryError(), "waiting", "job.crashed"),
        (OperationalError("x", {}, Sqlstate("40P01")), "waiting", "job.crashed"),
        (OperationalError("x", {}, Sqlstate("42P01")), "parked", "job.crashed"),
        (SoftTimeLimitExceeded(), "waiting", "job.time_limit"),
        (ZeroDivisionError("division by zero"), "parked", "job.crashed"),
    ],
)
def test_what_may_pass_is_tried_again_and_what_will_not_is_parked(container, error, outcome, code):
    job_id = enqueue(container)
    assert run_job(container, task(raising(error)), job_id) == outcome
    kept = row(container)
    assert (kept.state, kept.last_error["code"]) == (outcome, code)
    assert (kept.run_at > container.clock.now()) == (outcome == "waiting")


def test_giving_up_tells_whoever_waits_in_the_same_transaction(container, clock):
    job_id = enqueue(container, max_attempts=2)
    told = []
    failing = task(raising(OSError("disk")), on_parked=lambda uow, job, error: told.append((job.id, error["code"])))
    assert run_job(container, failing, job_id) == "waiting"
    assert told == []
    clock.advance(timedelta(hours=1))
    assert run_job(container, failing, job_id) == "parked"
    assert told == [(job_id, "job.crashed")]


def test_whoever_lost_the_lease_does_not_record(container, clock):
    job_id = enqueue(container)

    def slow(_container: Container, _job: jobs.ClaimedJob) -> None:
        clock.advance(jobs.LEASE + timedelta(seconds=1))
        assert run_job(container, task(lambda c, j: None), job_id) == "done"

    assert run_job(container, task(slow), job_id) == "lost"
    assert row(container).state == "done"


def test_the_lease_is_extended_while_the_work_goes_on(container, clock):
    job_id = enqueue(container)
    with container.uow() as uow:
        job = jobs.claim(uow.session, job_id, uow.now, lease=timedelta(milliseconds=60))
    before = row(container).lease_until
    clock.advance(timedelta(seconds=1))
    with HeldLease(container, job, timedelta(milliseconds=60), max_s=30):
        while row(container).lease_until == before:
            pass
    assert row(container).lease_until == clock.now() + timedelta(milliseconds=60)


def test_the_sweeper_wakes_what_was_lost_and_leaves_busy_queues_alone(container, waker, clock):
    job_id = enqueue(container)
    waker.calls.clear()
    assert upkeep.sweep(container) == 1
    assert upkeep.sweep(container) == 0, "it was woken a moment ago"
    clock.advance(timedelta(seconds=6))
    waker.depth = lambda queue: 5000 if queue == "default" else 0
    assert upkeep.sweep(container) == 0
    waker.depth = lambda queue: None
    assert upkeep.sweep(container) == 1
    assert [call.job_id for call in waker.calls] == [job_id, job_id]


def test_the_sweeper_gives_up_a_job_that_kills_its_workers_and_says_so(container, clock, monkeypatch):
    told = []
    deadly = task(lambda c, j: None, on_parked=lambda uow, job, error: told.append((job.payload, error["code"])))
    monkeypatch.setitem(upkeep.JOB_TASKS, "test.task", deadly)
    job_id = enqueue(container, max_attempts=1)
    with container.uow() as uow:
        jobs.claim(uow.session, job_id, uow.now)
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    upkeep.sweep(container)
    assert row(container).state == "parked"
    assert told == [({"n": 1}, "job.worker_died")]


@pytest.mark.parametrize("failure", [ZeroDivisionError("x"), OperationalError("x", {}, Sqlstate("55P03"))])
def test_a_job_that_cannot_be_given_up_keeps_nobody_from_being_swept(container, waker, clock, monkeypatch, failure):
    def untellable(_uow: Any, _job: jobs.ClaimedJob, _error: dict[str, Any]) -> None:
        raise failure

    monkeypatch.setitem(upkeep.JOB_TASKS, "test.task", task(lambda c, j: None, on_parked=untellable))
    deadly = enqueue(container, max_attempts=1)
    with container.uow() as uow:
        jobs.claim(uow.session, deadly, uow.now)
        lost = jobs.enqueue(uow, "test.other", "k")
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    waker.calls.clear()
    upkeep.sweep(container)
    assert [call.job_id for call in waker.calls] == [lost]
    with container.uow.reading() as session:
        state = session.scalar(select(Job.state).where(Job.id == deadly))
    assert state == ("parked" if isinstance(failure, ZeroDivisionError) else "leased"), "a lock may pass, a fault stays"


def test_a_job_is_parked_even_if_nobody_can_be_told(container):
    job_id = enqueue(container)

    def untellable(uow: Any, _job: jobs.ClaimedJob, _error: dict[str, Any]) -> None:
        uow.session.execute(select(1 / func.length("")))  # breaks the transaction

    assert run_job(container, task(raising(ValueError("x")), on_parked=untellable), job_id) == "parked"
    assert row(container).state == "parked"


def test_leases_are_given_back_when_no_worker_can_be_alive(container):
    job_id = enqueue(container)
    with container.uow() as uow:
        assert jobs.claim(uow.session, job_id, uow.now) is not None
        assert jobs.release_all(uow.session, uow.now, queues=["render"]) == 0
        assert jobs.release_all(uow.session, uow.now, queues=["default"]) == 1
        assert jobs.claim(uow.session, job_id, uow.now) is not None


def test_the_days_upkeep_is_asked_for_once_a_day(container, clock):
    upkeep.daily(container)
    upkeep.daily(container)
    with container.uow.reading() as session:
        rows = dict(session.execute(select(Job.task, Job.id)).all())
    tasks = {task.name: task for task in (upkeep.verify_audit, upkeep.prune, upkeep.prune_storage, webhooks.prune)}
    assert set(rows) == set(tasks)
    for name, job_id in rows.items():
        assert run_job(container, tasks[name], job_id) == "done"
    upkeep.daily(container)
    clock.advance(timedelta(days=1))
    upkeep.daily(container)
    with container.uow.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 2 * len(tasks)


def test_pruning_keeps_what_people_may_still_look_at(container, clock):
    job_id = enqueue(container)
    run_job(container, task(lambda c, j: None), job_id)
    clock.advance(timedelta(days=6))
    with container.uow() as uow:
        assert upkeep.upkeep.prune(uow.session, uow.now)["jobs"] == 0
    clock.advance(timedelta(days=2))
    with container.uow() as uow:
        assert upkeep.upkeep.prune(uow.session, uow.now)["jobs"] == 1


def test_a_forged_audit_chain_fails_the_nightly_proof(container):
    from sqlalchemy import text

    from campaigns.core.actor import SYSTEM
    from campaigns.db import audit

    with container.uow() as uow:
        audit.record(uow, SYSTEM, "kit.publish", "kit", 1)
        uow.write_out()
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text("UPDATE audit_entry SET action = 'kit.withdraw'"))
    with container.uow() as uow:
        job_id = jobs.enqueue(uow, "upkeep.verify_audit", "today")
    assert run_job(container, upkeep.verify_audit, job_id) == "parked"
    with container.uow.reading() as session:
        error = session.scalars(select(Job.last_error).where(Job.id == job_id)).one()
    assert error["code"] == "audit.broken"
    assert "system from entry 1" in error["message"]
