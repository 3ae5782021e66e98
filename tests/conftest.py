"""Databases for the tests: one per xdist worker, built once, each test rolled back or its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from campaigns.core.clock import SetClock
from campaigns.core.ports import Wake
from campaigns.db.session import make_engine, make_sessions
from campaigns.db.triggers import statements
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.metadata import metadata

pytest_plugins = [
    f"tests.fixtures.{name}" for name in ("services", "seaweed", "stack", "sink", "chromium", "receiver", "crm_peer")
]

ROOT = Path(__file__).resolve().parent.parent
settings.register_profile("house", settings.default, deadline=None)  # a busy machine is no defect of ours
settings.load_profile("house")


class RecordingWaker:
    """Keeps the wake-up calls instead of sending them; a real fake at a port."""

    def __init__(self) -> None:
        self.calls: list[Wake] = []

    def wake(self, calls: object) -> None:
        self.calls.extend(calls)  # type: ignore[arg-type]

    def depth(self, queue: str) -> int | None:
        return None


def build_schema(engine: Engine) -> None:
    """The tables of the models; `tests/integration/test_migrations.py` proves that migrations make the same."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        for statement in statements():
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """A database of this worker's own, dropped at the end."""
    name = f"tl_{sha256(str(ROOT).encode()).hexdigest()[:8]}_{worker_id}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    build_schema(engine)
    engine.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def waker() -> RecordingWaker:
    return RecordingWaker()


@pytest.fixture
def uow(engine: Engine, clock: SetClock, waker: RecordingWaker) -> Iterator[UnitOfWork]:
    """A unit of work inside a transaction that is rolled back; its commit only releases a savepoint."""
    with engine.connect() as connection:
        outer = connection.begin()
        session = Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        yield UnitOfWork(session, clock, waker)
        session.close()
        outer.rollback()


@pytest.fixture
def committing(engine: Engine, clock: SetClock, waker: RecordingWaker) -> Iterator[UnitOfWorkFactory]:
    """Units of work that really commit; every table is emptied afterwards."""
    yield UnitOfWorkFactory(make_sessions(engine), clock, waker)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
