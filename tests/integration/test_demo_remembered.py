"""A later start of the demo believes its note only while nothing it was made from has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.demo.remembered import Remembered
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWorkFactory


@pytest.fixture
def note(tmp_path: Path, database_url: str, committing: UnitOfWorkFactory) -> Iterator[Remembered]:
    """A note of a demo without launches, of a plan and one piece."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "programme.toml").write_text("schema = 1")
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "sheet.pdf").write_bytes(b"%PDF")
    with committing() as uow:
        uow.session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32))"))
    found = Remembered(tmp_path / "told.json", (tmp_path / "plan",), database_url, tmp_path / "pieces")
    found.write(["A piece", "sign in as admin"], [])
    yield found
    with committing() as uow:
        uow.session.execute(text("DROP TABLE alembic_version"))


def test_the_same_is_said_again(note: Remembered) -> None:
    assert note.lines() == ["A piece", "sign in as admin"]
    assert note.path.stat().st_mode & 0o077 == 0, "passwords stand in it"


@pytest.mark.parametrize(
    "change",
    [
        lambda note: (note.sources[0] / "programme.toml").write_text("schema = 2"),
        lambda note: os.utime(note.sources[0] / "programme.toml", (1, 1)),
        lambda note: (note.pieces / "sheet.pdf").unlink(),
        lambda note: note.path.write_text("{"),
        lambda note: note.path.write_text("[]"),
        lambda note: note.path.unlink(),
    ],
)
def test_nothing_is_believed_after_a_change(note: Remembered, change: Callable[[Remembered], object]) -> None:
    change(note)
    assert note.lines() is None


def test_another_database_knows_nothing_of_it(note: Remembered, tmp_path: Path) -> None:
    gone = replace(note, database_url=f"postgresql://postgres@/x?host={tmp_path}")
    assert gone.lines() is None
    note.write(["A piece"], [new_id()])  # a launch that is not there
    assert note.lines() is None
