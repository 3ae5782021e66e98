"""The same journey on the embedded stack and on two distributed ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.fixtures.running import distributed, embedded
from tests.fixtures.sink import Sink
from tests.journey.walk import walk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A database of this test's own on a server that is not ours."""
    name = f"tl_journey_{uuid4().hex[:8]}"
    admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def test_embedded(sink: Sink) -> None:
    with embedded({"SMTP_URL": sink.url}, workers=1) as running:
        walk(running, sink)


@pytest.mark.services
@pytest.mark.parametrize("broker", ["redis_service", "rabbitmq_service"])
def test_distributed(
    broker: str, sink: Sink, postgres_service: str, s3_url: str, request: pytest.FixtureRequest
) -> None:
    broker_url: str = request.getfixturevalue(broker)
    with own_database(postgres_service) as database:
        servers = {
            "DATABASE_URL": database,
            "BROKER_URL": broker_url,
            "BROKER_PREFIX": f"tl-{uuid4().hex[:8]}",
            "STORAGE_URL": s3_url,
            "SMTP_URL": sink.url,
        }
        with distributed(servers) as running:
            walk(running, sink)
