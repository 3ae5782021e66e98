"""What the supervisor does in the database itself: migrations, and giving back the leases of processes it lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from campaigns.core.settings import read
from campaigns.db import jobs
from campaigns.db.session import make_engine, make_sessions
from campaigns.db.upgrade import upgrade as upgrade_schema


def upgrade(environment: Mapping[str, str], root: Path) -> None:
    """Bring the schema up to date. Raises SettingsError if the settings cannot be used."""
    engine = make_engine(read(environment, root=root).database_url, pool_size=1)
    try:
        upgrade_schema(engine)
    finally:
        engine.dispose()


def release_leases(environment: Mapping[str, str], root: Path, queues: Sequence[str] | None = None) -> int:
    """End the leases of jobs in the queues (all without); how many."""
    engine = make_engine(read(environment, root=root).database_url, pool_size=1)
    try:
        with make_sessions(engine)() as session, session.begin():
            return jobs.release_all(session, datetime.now(UTC), queues=queues)
    finally:
        engine.dispose()
