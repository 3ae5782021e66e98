"""Imports: previewed, confirmed, taken in once whatever dies in between; who is suppressed stays so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from campaigns.audience.importing import ImportOptions, read_date, read_locale, split_name
from campaigns.audience.models import Consent, Contact, ContactImport, ListMember, Suppression
from campaigns.audience.service.erasing import erase_contact
from campaigns.audience.service.importing import (
    confirm_import,
    look_at,
    options_of,
    receive_file,
    run_import,
)
from campaigns.audience.service.suppressing import suppress_key
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from tests.factories.mailing import add_person, make_partner, make_world
from tests.factories.sending import states
from tests.fakes import MemoryStorage

KEY = "s" * 40
CSV = (
    "E-Mail;Vorname;Nachname;Firma;Sprache;Einwilligungsdatum\n"
    "ada@x.example;Ada;Lovelace;X GmbH;Deutsch;03.02.2026\n"
    "ADA@X.example;Ada;Lovelace;;;\n"
    "a.d.a@gmail.com;A;;;;\n"
    "ada+news@googlemail.com;A;;;;\n"
    "no-address;N;;;;\n"
    ";Empty;;;;\n"
    "late@x.example;L;;;;31.12.2030\n"
    '"quoted@x.example";"Two\nlines";"=cmd()";"Müller; Söhne";fr;2026-01-05\n'
    "when@x.example;W;;;;soon\n"
).encode("cp1252")


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def world(committing):
    with committing() as uow:
        return make_world(uow.session)


def receive(committing, world, storage, data=CSV, name="Kunden.csv"):
    with committing() as uow:
        return receive_file(uow, world.actor, storage, world.list_id, name, data)


def confirm(committing, world, storage, import_id, **changes):
    with committing() as uow:
        row = uow.session.get(ContactImport, import_id)
        options = ImportOptions(**{**options_of(row).as_dict(), "basis": "consent", "basis_source": "fair", **changes})
    with committing() as uow:
        confirm_import(uow, world.actor, storage, import_id, options)


def look(committing, model, **by):
    with committing.reading() as session:
        return states(session, model, **by)


def test_a_preview_takes_nothing_and_tells_everything(committing, world, storage, clock):
    import_id = receive(committing, world, storage)
    (row,) = look(committing, ContactImport)
    shown = look_at(storage.get(row.source_key), options_of(row), clock.now())
    assert (shown.encoding, shown.delimiter, shown.total, shown.good, shown.bad, shown.doubles) == (
        "cp1252", ";", 9, 4, 4, 1,
    )  # fmt: skip
    assert shown.possible_doubles == 1
    assert shown.date_order == "dmy"
    assert [(one.line, one.code) for one in shown.problems] == [
        (3, "row.duplicate"), (5, "row.possible_duplicate"), (6, "row.email_invalid"), (7, "row.no_email"),
        (8, "row.date_in_future"), (11, "row.date_invalid"),
    ]  # fmt: skip
    assert look(committing, Contact) == []
    assert import_id == row.id


def test_a_file_is_taken_in_with_a_basis_for_each(committing, world, storage, clock):
    import_id = receive(committing, world, storage)
    confirm(committing, world, storage, import_id)
    confirm(committing, world, storage, import_id)
    with committing.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job).where(Job.task == "audience.import")) == 1
    run_import(committing, storage, KEY, import_id)
    contacts = {row.email_key: row for row in look(committing, Contact)}
    assert set(contacts) == {"ada@x.example", "a.d.a@gmail.com", "ada+news@googlemail.com", "quoted@x.example"}
    quoted = contacts["quoted@x.example"]
    assert (quoted.first_name, quoted.last_name, quoted.company) == ("Two lines", "=cmd()", "Müller; Söhne")
    assert contacts["ada@x.example"].locale == "de"
    consents = {row.contact_id: row for row in look(committing, Consent)}
    assert consents[contacts["ada@x.example"].id].given_at == datetime(2026, 2, 3, tzinfo=UTC)
    assert {row.source for row in consents.values()} == {"fair"}
    (row,) = look(committing, ContactImport)
    assert (row.state, row.rows_done, row.rows_total) == ("done", 9, 9)
    assert row.counts == {
        "added": 4, "known": 0, "on_list": 4, "suppressed": 0, "row.duplicate": 1, "row.possible_duplicate": 1,
        "row.email_invalid": 1, "row.no_email": 1, "row.date_in_future": 1, "row.date_invalid": 1,
    }  # fmt: skip


def test_the_same_file_again_changes_nothing(committing, world, storage, clock):
    for _ in range(2):
        import_id = receive(committing, world, storage)
        confirm(committing, world, storage, import_id, given_on="2026-01-01")
        run_import(committing, storage, KEY, import_id)
        run_import(committing, storage, KEY, import_id)
    with committing.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(one)) for one in (Contact, ListMember, Consent)]
    assert counted == [4, 4, 4]
    assert look(committing, ContactImport, id=import_id)[0].counts["known"] == 4


def test_an_import_goes_on_where_it_was_killed(committing, world, storage, monkeypatch):
    lines = [f"p{number}@x.example,P{number}" for number in range(95)]
    lines.insert(60, "P3@x.example,again")
    import_id = receive(committing, world, storage, ("email,name\n" + "\n".join(lines)).encode())
    confirm(committing, world, storage, import_id)

    class Dies:
        def __init__(self):
            self.calls = 0

        def __call__(self, *given):
            self.calls += 1
            if self.calls == 6:
                raise KeyboardInterrupt
            return committing(*given)

    with pytest.raises(KeyboardInterrupt):
        run_import(Dies(), storage, KEY, import_id, batch=20)
    (row,) = look(committing, ContactImport)
    assert 0 < row.rows_done < 96
    run_import(committing, storage, KEY, import_id, batch=20)
    (row,) = look(committing, ContactImport)
    assert (row.state, row.rows_done, row.counts["added"], row.counts["row.duplicate"]) == ("done", 96, 95, 1)
    assert len(look(committing, Contact)) == 95


def test_suppressed_and_erased_people_stay_so(committing, world, storage):
    with committing() as uow:
        suppress_key(
            uow, "ada@x.example", partner_id=world.partner_id, programme_id=None, reason="unsubscribe", source="t"
        )
        contact = add_person(uow.session, world.partner_id, world.list_id, "quoted@x.example", first_name="Q")
    with committing() as uow:
        erase_contact(uow, world.actor, KEY, contact)
    import_id = receive(committing, world, storage)
    confirm(committing, world, storage, import_id)
    run_import(committing, storage, KEY, import_id)
    active = {row.email_key: row.reason for row in look(committing, Suppression)}
    assert active["ada@x.example"] == "unsubscribe"
    assert active["quoted@x.example"] == "erased"
    assert look(committing, ContactImport)[0].counts["suppressed"] == 2


def test_an_import_fills_what_is_empty_and_overwrites_nothing(committing, world, storage):
    with committing() as uow:
        add_person(uow.session, world.partner_id, world.list_id, "ada@x.example", first_name="Countess")
    import_id = receive(committing, world, storage)
    confirm(committing, world, storage, import_id)
    run_import(committing, storage, KEY, import_id)
    (ada,) = look(committing, Contact, email_key="ada@x.example")
    assert (ada.first_name, ada.last_name, ada.version) == ("Countess", "Lovelace", 2)


def test_what_is_missing_is_said_all_at_once(committing, world, storage):
    import_id = receive(committing, world, storage, b"what,ever\n1,2\n")
    with pytest.raises(DomainError) as raised:
        confirm(committing, world, storage, import_id, basis="", basis_source=" ", mapping={"name": 7})
    assert [one.code for one in raised.value.problems] == [
        "import.no_email", "import.mapping", "import.no_basis", "import.no_source",
    ]  # fmt: skip


def test_a_basis_column_stands_in_for_one_for_all(committing, world, storage):
    data = b"email,legal basis\na@x.example,Opt-in\nb@x.example,Bestandskunde\nc@x.example,because\n"
    import_id = receive(committing, world, storage, data)
    confirm(committing, world, storage, import_id, basis="")
    run_import(committing, storage, KEY, import_id)
    assert sorted(row.basis for row in look(committing, Consent)) == ["consent", "existing_customer"]
    assert look(committing, ContactImport)[0].problems == [{"line": 4, "code": "row.basis_unknown", "cell": "because"}]


def test_another_partner_finds_no_import(committing, world, storage):
    import dataclasses

    import_id = receive(committing, world, storage)
    with committing() as uow:
        stranger = dataclasses.replace(world, partner_id=make_partner(uow.session))
    with pytest.raises(DomainError, match=r"import\.not_found"):
        confirm(committing, stranger, storage, import_id)
    with pytest.raises(DomainError, match=r"contact_list\.not_found"):
        receive(committing, stranger, storage)


def test_cells_are_read_as_people_write_them():
    assert [read_locale(text) for text in ("Deutsch", "japanese", "العربية", "pt_BR", "??")] == [
        "de",
        "ja",
        "ar",
        "pt-BR",
        "",
    ]
    assert [split_name(text) for text in ("Ada", "Ada King Lovelace", "Lovelace, Ada")] == [
        ("Ada", ""), ("Ada King", "Lovelace"), ("Ada", "Lovelace"),
    ]  # fmt: skip
    assert read_date("3/4/26", "mdy").isoformat() == "2026-03-04"
    assert read_date("2026年3月4日", "dmy").isoformat() == "2026-03-04"
    assert read_date("31.02.2026", "dmy") is None
