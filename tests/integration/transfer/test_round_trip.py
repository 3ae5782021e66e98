"""A programme with a launch in full swing goes out, into an empty installation, and out again as the same bytes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from campaigns.artifacts.models import Artifact
from campaigns.audience.models import Contact, Suppression
from campaigns.core.actor import Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db import audit, upkeep
from campaigns.db.models import AuditEntry, Job
from campaigns.gateways.open import open_storage
from campaigns.kits.models import KitVersion
from campaigns.kits.store import kit_files
from campaigns.launches import queries
from campaigns.launches import service as launches
from campaigns.launches.bundle import stream_zip
from campaigns.launches.models import Launch
from campaigns.partners.models import Grant, Membership, Person, Programme
from campaigns.sequences.models import Delivery
from campaigns.sequences.sending import send_due
from campaigns.sequences.service import enqueue_due, start_sequence
from tests.factories.launching import Stage, make_list, make_programme, make_stage
from tests.factories.sending import ScriptedMail, make_container
from tests.integration.launches.test_launching import click, render_all
from tests.integration.transfer.conftest import Installation


def files(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def person(session, email: str, role: Role, **tenant: UUID) -> UUID:
    found = Person(id=new_id(), email=email, name=email.partition("@")[0], password_hash="$argon2id$kept")
    session.add(found)
    session.flush()
    session.add(Grant(person_id=found.id, role=role.value, **tenant))
    return found.id


@pytest.fixture
def stage(here: Installation) -> Stage:
    made = make_stage(here.uow, here.storage)
    with here.uow() as uow:
        person(uow.session, "tove@halvorsen.example", Role.ADMIN, programme_id=made.programme_id)
        person(uow.session, "ines@osterly.example", Role.PARTNER_ADMIN, partner_id=made.partner_id)
        audit.record(uow, made.vendor, "kit.seen", "kit", made.kit_id)
        audit.record(uow, made.partner, "brand.save", "brand", made.partner_id)
    return made


def container(at: Installation, clock, mail: ScriptedMail):
    return make_container(at.engine, at.uow, clock, mail, at.storage)


@pytest.fixture
def launched(here: Installation, stage: Stage, clock) -> UUID:
    """A running launch whose first mails went out, one of them still in a process's hands."""
    launch_id = click(here.uow, stage)
    render_all(here.uow, here.storage, launch_id)
    with here.uow() as uow:
        launches.mark_ready(uow, launch_id)
    with here.uow() as uow:
        start_sequence(uow, launch_id)
    assert send_due(container(here, clock, ScriptedMail()), launch_id).outcome == {"sent": 3}
    with here.uow() as uow:
        one = uow.session.scalars(select(Delivery).where(Delivery.state == "sent").limit(1)).one()
        one.state, one.lease_until, one.lease_token = "claimed", clock.now(), new_id()
    return launch_id


def test_out_in_and_out_again_is_the_same(here, there, stage, launched, tmp_path):
    first = here.export(stage.programme_id, tmp_path / "first")
    taken = there.take(tmp_path / "first")
    again = there.export(stage.programme_id, tmp_path / "second")
    one, two = files(tmp_path / "first"), files(tmp_path / "second")
    assert one == two
    assert len(one) > 30
    assert (first.rows, first.objects, first.bytes) == (taken.rows, taken.objects, taken.bytes)
    assert (again.rows, taken.arrived_paused) == (first.rows, 1)
    assert [(done, total) for what, done, total in there.told if what == "stored files"][-1] == (first.objects,) * 2
    assert (tmp_path / "first").stat().st_mode & 0o777 == 0o700
    assert {place.stat().st_mode & 0o077 for place in (tmp_path / "first").rglob("*")} == {0}


def test_pieces_open_and_kits_are_whole_on_the_new_machine(here, there, stage, launched, tmp_path):
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    with here.uow.reading() as session:
        before = queries.launch_page(session, stage.partner, launched).pieces
    with there.uow.reading() as session:
        page = queries.launch_page(session, stage.partner, launched)
        assert page.line.state == "paused"
        row = session.get_one(KitVersion, stage.version_id)
        assert kit_files(there.storage, row).digest == row.digest
    assert len(page.pieces) == 8
    assert b"".join(stream_zip(there.storage, page.pieces)) == b"".join(stream_zip(here.storage, before))


def test_nothing_is_sent_twice_and_the_rest_goes_out_once_resumed(here, there, stage, launched, clock, tmp_path):
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    mail = ScriptedMail()
    clock.advance(timedelta(days=30))
    with there.uow() as uow:
        assert enqueue_due(uow) == 0
    assert send_due(container(there, clock, mail), launched).outcome == {}
    with there.uow() as uow:
        launches.resume_launch(uow, stage.partner, launched)
    send_due(container(there, clock, mail), launched)
    with there.uow.reading() as session:
        steps = session.execute(select(Delivery.step_id, Delivery.state).order_by(Delivery.id)).all()
    assert sorted(row.state for row in steps[:3]) == ["sent", "sent", "unknown"]
    # a new delivery has a number of its own, and the contact whose mail has an unknown fate gets nothing more
    assert len(mail.sent) == sum(1 for row in steps if row.state == "sent") - 2
    assert all(one.delivery_id > 3 for one in mail.sent)


def test_an_interrupted_launch_arrives_as_one_to_try_again(here, there, stage, tmp_path):
    launch_id = click(here.uow, stage)
    render_all(here.uow, here.storage, launch_id, most=3)
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    with there.uow.reading() as session:
        launch = session.get_one(Launch, launch_id)
        assert (launch.state, launch.failure["code"]) == ("failed", "launch.interrupted")
    with there.uow() as uow:
        assert launches.retry_failed(uow, stage.partner, launch_id) == 5
    render_all(there.uow, there.storage, launch_id)
    with there.uow() as uow:
        assert launches.mark_ready(uow, launch_id)


def test_audit_chains_verify_and_go_on(here, there, stage, tmp_path):
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    with there.uow() as uow:
        audit.record(uow, stage.vendor, "kit.seen", "kit", stage.kit_id)
    with there.uow.reading() as session:
        assert upkeep.verify_audit(session) == 3  # the programme's, the partner's, the installation's
        entry = session.scalars(select(AuditEntry).where(AuditEntry.chain == "system")).one()
        assert (entry.action, entry.subject_id) == ("programme.import", str(stage.programme_id))


def test_passwords_stay_unless_asked_for(here, there, stage, tmp_path):
    here.export(stage.programme_id, tmp_path / "without")
    here.export(stage.programme_id, tmp_path / "with", passwords=True)
    assert b"argon2id" not in (tmp_path / "without/tables/person.jsonl").read_bytes()
    there.take(tmp_path / "with")
    with there.uow.reading() as session:
        assert set(session.scalars(select(Person.password_hash))) == {"$argon2id$kept"}


def test_a_second_import_is_refused_and_changes_nothing(here, there, stage, launched, tmp_path):
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    rows, stored = there.rows(), list(there.storage.keys(""))
    with pytest.raises(DomainError) as caught:
        there.take(tmp_path / "out")
    assert caught.value.code == "transfer.programme_exists"
    with there.uow() as uow:  # another programme of that id does not help where the rows are here
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(update(Programme).values(id=new_id(), slug="another"))
    with pytest.raises(DomainError) as caught:
        there.take(tmp_path / "out")
    assert caught.value.code == "transfer.taken"
    assert (there.rows(), list(there.storage.keys(""))) == (rows, stored)


def test_another_programmes_data_stays_behind(here, there, stage, launched, tmp_path):
    """A partner of two vendors: each export has that vendor's launches and only the contacts they use."""
    rival = make_programme(here.uow, "Rival")
    unused = make_list(here.uow, stage.partner_id)
    with here.uow() as uow:
        session = uow.session
        session.add(Membership(programme_id=rival.programme_id, partner_id=stage.partner_id, tier="secret-tier"))
        person(session, "rita@rival.example", Role.MARKETING, programme_id=rival.programme_id)
        audit.record(uow, rival, "kit.seen", "kit", "secret-kit", partner_id=stage.partner_id)
        for key, scope in (("p0-x@example.com", "programme"), ("other@example.com", "global")):
            tenant = {"programme_id": rival.programme_id} if scope == "programme" else {}
            session.add(Suppression(scope=scope, email_key=key, reason="unsubscribe", **tenant))
        used = session.scalars(select(Contact.email_key).limit(1)).one()
        session.add(Suppression(scope="global", email_key=used, reason="complaint"))
    here.export(stage.programme_id, tmp_path / "mine")
    here.export(rival.programme_id, tmp_path / "theirs")
    mine, theirs = files(tmp_path / "mine"), files(tmp_path / "theirs")
    for secret in (rival.programme_id, "secret-tier", "rita@", "secret-kit", "p0-x@", "other@", unused):
        assert str(secret).encode() not in b"".join(mine.values()), secret
    assert mine["tables/contact.jsonl"].count(b"\n") == 3
    assert theirs["tables/contact.jsonl"] == theirs["tables/launch.jsonl"] == theirs["tables/artifact.jsonl"] == b""
    assert str(stage.programme_id).encode() not in b"".join(theirs.values())
    there.take(tmp_path / "mine")
    with there.uow.reading() as session:
        # who objected to everybody is not forgotten; here it holds for the programme
        held = session.execute(select(Suppression.scope, Suppression.email_key, Suppression.programme_id)).all()
        assert [tuple(row) for row in held] == [("programme", used, stage.programme_id)]
    there.export(stage.programme_id, tmp_path / "again")
    assert files(tmp_path / "again") == mine


def test_into_s3_and_back(here, there, stage, launched, s3_url, tmp_path):
    there.storage = open_storage(s3_url)
    try:
        here.export(stage.programme_id, tmp_path / "out")
        there.take(tmp_path / "out")
        there.export(stage.programme_id, tmp_path / "again")
        assert files(tmp_path / "out") == files(tmp_path / "again")
    finally:
        for key in list(there.storage.keys("")):
            there.storage.delete(key)


def test_an_unchecked_kit_is_checked_on_the_new_machine(here, there, stage, tmp_path):
    with here.uow() as uow:
        uow.session.execute(text("UPDATE kit_version SET checked_at = NULL"))
    here.export(stage.programme_id, tmp_path / "out")
    there.take(tmp_path / "out")
    with there.uow.reading() as session:
        job = session.scalars(select(Job)).one()
        assert (job.task, job.payload) == ("kit.check", {"version_id": str(stage.version_id)})


def test_a_lost_file_and_a_taken_place_are_named(here, stage, launched, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thing").write_text("mine")
    with pytest.raises(DomainError, match=r"transfer\.path_taken"):
        here.export(stage.programme_id, tmp_path / "full")
    with here.uow.reading() as session:
        key = session.scalar(select(Artifact.storage_key).limit(1))
    here.storage.delete(key)
    with pytest.raises(DomainError, match=r"transfer\.object_missing") as caught:
        here.export(stage.programme_id, tmp_path / "out")
    assert key in caught.value.message
    assert not list((tmp_path / "out").iterdir())
    with pytest.raises(DomainError, match=r"programme\.not_found"):
        here.export(new_id(), tmp_path / "none")
