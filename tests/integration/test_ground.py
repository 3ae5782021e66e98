"""Jobs and the audit chain on a real PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from campaigns.core.actor import SYSTEM
from campaigns.db import audit, jobs


def test_a_job_is_written_once_per_key(uow, waker):
    first = jobs.enqueue(uow, "render.piece", "p1")
    assert first is not None
    assert jobs.enqueue(uow, "render.piece", "p1") is None
    uow.commit()
    assert [call.job_id for call in waker.calls] == [first]


def test_many_jobs_of_one_connection_are_written(uow):
    assert all(jobs.enqueue(uow, "render.piece", str(number)) for number in range(20))


def test_a_lost_worker_gives_its_job_back_and_a_deadly_job_is_parked(uow, clock):
    job_id = jobs.enqueue(uow, "render.piece", "p1", max_attempts=2)
    assert jobs.claim(uow.session, job_id, uow.now) is not None
    assert jobs.claim(uow.session, job_id, uow.now) is None
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert [wake.job_id for wake in jobs.due(uow.session, uow.now)] == [job_id]
    again = jobs.claim(uow.session, job_id, uow.now)
    assert again is not None
    assert again.attempts == 2
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert jobs.due(uow.session, uow.now) == []
    assert jobs.dead(uow.session, uow.now) == [job_id]
    assert jobs.park_dead(uow.session, job_id, uow.now).id == job_id
    assert uow.session.execute(text("SELECT state FROM job")).scalar_one() == "parked"


def test_only_the_lease_holder_finishes(uow, clock):
    job_id = jobs.enqueue(uow, "render.piece", "p1")
    slow = jobs.claim(uow.session, job_id, uow.now)
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    quick = jobs.claim(uow.session, job_id, uow.now)
    assert jobs.finish(uow.session, slow, uow.now) is False
    assert jobs.finish(uow.session, quick, uow.now) is True


def test_the_audit_chain_shows_a_forgery(uow):
    for number in range(3):
        audit.record(uow, SYSTEM, "kit.publish", "kit", number)
    uow.write_out()
    assert audit.verify(uow.session, "system") == []
    uow.session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only"))
    uow.session.execute(text("UPDATE audit_entry SET action = 'kit.withdraw' WHERE number = 2"))
    uow.session.expire_all()
    assert audit.verify(uow.session, "system") == [2]


def test_what_a_savepoint_takes_back_leaves_no_entry_and_calls_nobody(uow, waker):
    audit.record(uow, SYSTEM, "kit.publish", "kit", 1)
    with suppress(ZeroDivisionError), uow.savepoint():
        audit.record(uow, SYSTEM, "kit.withdraw", "kit", 1)
        jobs.enqueue(uow, "render.piece", "gone")
        assert 1 / 0
    uow.commit()
    assert uow.session.execute(text("SELECT action FROM audit_entry")).scalars().all() == ["kit.publish"]
    assert waker.calls == []


def test_the_database_refuses_to_change_history(uow):
    audit.record(uow, SYSTEM, "kit.publish", "kit", 1)
    uow.write_out()
    with pytest.raises(DatabaseError, match="never changed"):
        uow.session.execute(text("DELETE FROM audit_entry"))
