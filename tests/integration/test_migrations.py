"""Migrations: one line, equal to the models, safe for two at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from campaigns.core.ids import new_id
from campaigns.db.session import make_engine
from campaigns.db.upgrade import check, heads, is_current, upgrade
from campaigns.metadata import metadata


@pytest.fixture
def empty(server_url: str) -> Iterator[Engine]:
    name = f"tl_{new_id().hex}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_the_history_is_one_line():
    assert len(heads()) == 1


def test_migrations_make_what_the_models_say(empty):
    assert upgrade(empty) == heads()[0]
    assert check(empty, metadata) == []
    with empty.connect() as connection:
        assert is_current(connection)
    assert upgrade(empty) == heads()[0]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE job ALTER COLUMN payload DROP NOT NULL",
        "DROP INDEX ix_job_due",
        "ALTER TABLE job DROP CONSTRAINT ck_job_state",
        "DROP TRIGGER audit_entry_append_only ON audit_entry",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE job ALTER COLUMN attempts TYPE bigint",
        "CREATE TABLE stray (id int)",
        "ALTER TABLE job ALTER COLUMN attempts SET DEFAULT 1",
    ],
)
def test_the_check_sees_every_kind_of_difference(empty, change):
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text(change))
    assert check(empty, metadata) != []


def test_two_at_once_are_safe(empty):
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda _: upgrade(empty), range(2))) == {heads()[0]}
    assert check(empty, metadata) == []
