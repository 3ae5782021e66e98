"""Migrations: bring a database up to date, and compare it with the models."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from campaigns.db.catalog import catalog
from campaigns.db.triggers import statements

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_418_902_336_551_274  # any number that nobody else takes as an advisory lock


def config(connection: Connection | None = None, metadata: MetaData | None = None) -> Config:
    """Alembic's configuration without a file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["metadata"] = metadata
    return made


def heads() -> list[str]:
    """The newest revisions; one, as long as the history is linear."""
    return list(ScriptDirectory.from_config(config()).get_heads())


def upgrade(engine: Engine) -> str:
    """Run what is missing and return the revision. Whoever comes second waits for the first and finds it done.

    A migration waits at most 10 s for a table's lock, so it fails instead of blocking the service.
    """
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        try:
            current = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if current not in heads():
                command.upgrade(config(connection), "head")
                connection.commit()
            current = MigrationContext.configure(connection).get_current_revision()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
            connection.invalidate()  # its timeouts are not the pool's
    return current or ""


def is_current(connection: Connection) -> bool:
    """True if the database is at the newest revision."""
    return MigrationContext.configure(connection).get_current_revision() in heads()


def check(engine: Engine, metadata: MetaData) -> list[str]:
    """What differs between the database and the models; empty if they are equal.

    The models are built in a schema of their own, inside a transaction that is rolled back.
    """
    with engine.connect() as connection:
        ours = connection.execute(text("SELECT current_schema()")).scalar_one()
        there = catalog(connection, ours)
        connection.execute(text("CREATE SCHEMA throughline_check"))
        connection.execute(text("SET LOCAL search_path = throughline_check"))
        metadata.create_all(connection, checkfirst=False)
        for statement in statements():
            connection.execute(text(statement))
        wanted = catalog(connection, "throughline_check")
        connection.rollback()
    lacking = [f"only in the models: {line}" for line in sorted(wanted - there)]
    return lacking + [f"only in the database: {line}" for line in sorted(there - wanted)]
