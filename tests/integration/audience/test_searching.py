"""Searching contacts by the beginnings of words, by an index, and statistics after many rows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from campaigns.audience import pages
from campaigns.audience.models import Contact
from campaigns.core.ids import new_id
from campaigns.db import upkeep
from campaigns.db.models import Job
from tests.factories.mailing import add_person, make_world
from worker.task import run_job
from worker.tasks.upkeep import analyze


@pytest.fixture
def world(uow):
    world = make_world(uow.session)
    for email, names in {
        "jane.doe@osterly.example": {"first_name": "Jane", "last_name": "Doe", "company": "Osterly & Söhne GmbH"},
        "mueller@acme-energy.example": {"first_name": "Ülrich", "last_name": "O'Neill", "company": "Acme\\Energy"},
        "tanaka@x.example": {"first_name": "太郎", "last_name": "田中", "company": "東京エナジー"},
    }.items():
        add_person(uow.session, world.partner_id, world.list_id, email, **names)
    uow.session.flush()
    return world


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("jan", 1), ("DOE jane", 1), ("jane mueller", 0), ("osterly", 1), ("söhne", 1), ("SÖH", 1), ("ülr", 1),
        ("o'nei", 1), ("acme", 1), ("acme-energy.ex", 1), ("jane.doe@osterly.example", 1), ("田", 1), ("example", 3),
        ("terly", 0), ("%", 0), ("'", 0), ("\\", 0), ("a & ! | :* ( )", 0), ("' | 'jane", 0), ("x" * 5000, 0),
        ("\0", 0),
    ],
)  # fmt: skip
def test_words_are_found_by_their_beginnings(uow, world, asked, found):
    assert pages.contacts_for(uow.session, world.actor, text=asked).total == found


def test_an_edit_is_found_and_another_partner_finds_nothing(uow, world):
    row = uow.session.scalars(select(Contact).where(Contact.last_name == "Doe")).one()
    row.last_name = "Roe"
    uow.session.flush()
    assert pages.contacts_for(uow.session, world.actor, text="roe").total == 1
    assert pages.contacts_for(uow.session, make_world(uow.session).actor, text="roe").total == 0


def test_the_index_is_used(uow, world):
    uow.session.execute(text("SET LOCAL enable_seqscan = off"))
    query = select(Contact.id).where(pages._words_begin("jane"))
    plan = "\n".join(uow.session.execute(text("EXPLAIN " + str(query.compile(
        uow.session.get_bind(), compile_kwargs={"literal_binds": True}
    )))).scalars())  # fmt: skip
    assert "ix_contact_search" in plan


def test_after_many_rows_the_planner_is_told(committing, clock, waker):
    with committing() as uow:
        partner = make_world(uow.session).partner_id
        uow.session.execute(
            text(
                "INSERT INTO contact (id, created_at, partner_id, email, email_key) SELECT gen_random_uuid(), now(),"
                " :partner, 'p' || n || '@x.example', 'p' || n || '@x.example' FROM generate_series(1, 3000) AS n"
            ),
            {"partner": partner},
        )
        for _ in range(2):
            upkeep.ask_analyze(uow, ("contact",))
    with committing.reading() as session:
        (job_id,) = session.scalars(select(Job.id).where(Job.task == "upkeep.analyze"))
    assert run_job(SimpleNamespace(uow=committing, clock=clock, waker=waker), analyze, job_id) == "done"
    with committing.reading() as session:
        rows = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'contact'"))
    assert rows == 3000
    with committing() as uow:
        assert upkeep.analyze(uow.session, f"contact; DROP TABLE {new_id().hex}") is False
