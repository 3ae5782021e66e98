"""SIGKILL of whole worker trees at random moments: every job is done once and none is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from campaigns.core.clock import SystemClock
from campaigns.db import jobs
from campaigns.db.session import make_engine, make_sessions
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.gateways.open import open_container
from tests.fixtures.counting_tasks import TABLES
from tests.fixtures.stack import WorkerTree
from worker.tasks.upkeep import sweep

JOBS, KILLS = 60, 20


@pytest.fixture
def database(schema_url: str) -> Iterator[Engine]:
    engine = make_engine(schema_url)
    with engine.begin() as connection:
        for statement in TABLES.split(";"):
            connection.execute(text(statement))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE counted, counted_run"))
        connection.execute(text("DELETE FROM job"))
    engine.dispose()


def counts(engine: Engine) -> tuple[int, int, int]:
    """Results, runs, jobs not done."""
    with engine.connect() as connection:
        return tuple(
            connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one()
            for what in ("counted", "counted_run", "job WHERE state <> 'done' AND task = 'test.count'")
        )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_killed_trees_lose_nothing_and_double_nothing(
    database: Engine, stack_settings, worker_tree: Callable[..., WorkerTree]
):
    """As the embedded stack does: when a tree is lost its leases are given back, and the sweeper wakes the jobs."""
    container = open_container(stack_settings, pool_size=2)
    sessions = make_sessions(database)
    with UnitOfWorkFactory(sessions, SystemClock(), container.waker)() as uow:
        for number in range(JOBS):
            jobs.enqueue(uow, "test.count", str(number), {"number": number, "seconds": 0.15}, max_attempts=1000)
    chance = random.Random(20261123)
    kills = 0
    deadline = time.monotonic() + 500
    tree = worker_tree("tests.fixtures.counting_tasks")
    while counts(database)[2] and time.monotonic() < deadline:
        tree.start()
        killed_at = None
        while counts(database)[2] and time.monotonic() < deadline:
            sweep(container)
            runs = counts(database)[1]
            if killed_at is None:
                killed_at = (runs, chance.randrange(1, 3))
            if kills < KILLS and runs - killed_at[0] >= killed_at[1]:
                time.sleep(chance.random() * 0.15)
                break
            time.sleep(0.02)
        tree.kill()
        kills += 1
        with sessions() as session, session.begin():
            jobs.release_all(session, SystemClock().now())
    results, runs, unfinished = counts(database)
    container.close()
    assert unfinished == 0
    assert results == JOBS
    assert kills >= KILLS
    assert runs > JOBS, "some work was cut and done again, or the kills came at no moment that counts"
    with database.connect() as connection:
        per_job = connection.execute(text("SELECT count(DISTINCT job) FROM counted")).scalar_one()
    assert per_job == JOBS


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_job_of_a_lost_worker_comes_back_when_its_lease_ends(database, stack_settings, worker_tree):
    """As between machines, where nobody knows that a worker is gone: the lease says so after its time."""
    container = open_container(stack_settings, pool_size=2)
    with container.uow() as uow:
        jobs.enqueue(uow, "test.count", "long", {"number": 1, "seconds": 600})
    tree = worker_tree("tests.fixtures.counting_tasks")
    tree.start()
    while counts(database)[1] == 0:
        time.sleep(0.02)
    tree.kill()
    with database.begin() as connection:
        left = connection.execute(text("SELECT lease_until - now() FROM job")).scalar_one()
        assert left <= jobs.LEASE
        connection.execute(text("UPDATE job SET lease_until = now(), payload = jsonb_set(payload, '{seconds}', '0')"))
        connection.execute(text("UPDATE job SET woken_at = NULL"))
    tree.start()
    while counts(database)[2]:
        sweep(container)
        time.sleep(0.05)
    container.close()
    assert counts(database)[:2] == (1, 2)
