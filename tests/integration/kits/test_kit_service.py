"""Kits on a real database: numbers, checks, publishing, who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.kits import queries, service
from campaigns.kits.inspection import risky
from campaigns.kits.models import KitVersion
from campaigns.kits.service.checking import run_check
from campaigns.kits.store import open_kit
from renderer.kit.archive import KitFiles, pack_kit, read_kit
from tests.factories.campaign_kits import kit_files, kit_zip, layout, picture
from tests.factories.launching import FONTS, make_partner, make_programme, publish_kit
from tests.fakes import MemoryStorage
from worker.tasks import load_all
from worker.tasks.upkeep import sweep


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def vendor(committing: UnitOfWorkFactory) -> Actor:
    return make_programme(committing)


def upload(factory: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor, data: bytes) -> service.KitUpload:
    with factory() as uow:
        return service.upload_kit(uow, actor, storage, data, "kit.zip")


def test_the_same_files_are_the_same_version_and_others_the_next(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    first = upload(committing, storage, vendor, kit_zip())
    again = upload(committing, storage, vendor, kit_zip())
    other = upload(committing, storage, vendor, kit_zip(banner=picture(colour=(1, 2, 3))))
    assert (first.number, first.created) == (1, True)
    assert (again.version_id, again.created) == (first.version_id, False)
    assert (other.number, other.kit_id) == (2, first.kit_id)
    with committing.reading() as session:
        assert open_kit(storage, queries.version_ref(session, vendor, first.version_id)).manifest.slug == "quiet"


def test_a_slug_belongs_to_one_programme(committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor) -> None:
    mine = upload(committing, storage, vendor, kit_zip())
    theirs = upload(committing, storage, make_programme(committing, "Cordant"), kit_zip())
    assert mine.kit_id != theirs.kit_id
    with committing.reading() as session, pytest.raises(DomainError, match=r"kit_version\.not_found"):
        queries.version_ref(session, vendor, theirs.version_id)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"%PDF-1.7", "kit.not_a_zip"), (b"PK\x03\x04junk", "kit.refused"), (kit_zip(kit=b"slug = "), "kit.refused")],
)
def test_what_is_no_kit_is_refused_and_leaves_nothing(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor, data: bytes, code: str
) -> None:
    with pytest.raises(DomainError) as caught:
        upload(committing, storage, vendor, data)
    assert caught.value.code == code
    assert storage.objects == {}
    with committing.reading() as session:
        assert queries.kits_for(session, vendor) == []


def test_one_file_replaces_its_namesake(committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor) -> None:
    first = upload(committing, storage, vendor, kit_zip())
    with committing() as uow:
        second = service.upload_file(uow, vendor, storage, first.version_id, picture(colour=(9, 9, 9)), "x\\banner.png")
    with pytest.raises(DomainError, match=r"kit\.no_such_file"), committing() as uow:
        service.upload_file(uow, vendor, storage, first.version_id, b"x", "other.png")
    assert second.number == 2
    with committing.reading() as session:
        new, old = (
            open_kit(storage, queries.version_ref(session, vendor, item.version_id)) for item in (second, first)
        )
    changed = {path for path in new.files.files if new.files.files[path] != old.files.files[path]}
    assert changed == {"images/banner.png"}


def test_nothing_is_published_unchecked_or_with_errors(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    draft = upload(committing, storage, vendor, kit_zip())
    with pytest.raises(DomainError, match=r"kit\.unchecked"), committing() as uow:
        service.publish(uow, vendor, draft.version_id)
    broken = upload(committing, storage, vendor, kit_zip(banner=picture(colour=(7, 7, 7)), page=b"<p>{% trans %}x"))
    outcome = run_check(committing, storage, FONTS, broken.version_id)
    assert outcome.errors > 0
    with pytest.raises(DomainError) as caught, committing() as uow:
        service.publish(uow, vendor, broken.version_id)
    assert caught.value.code == "kit.has_errors"
    assert any(item.path == "landing/page.html" and item.line for item in caught.value.problems)


def test_an_overflow_is_told_with_its_piece_and_language(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    long = "A sentence that is far too long for the place it has been given on this picture, whoever sets it. " * 3
    files = kit_files() | {"images/banner.layout.json": layout(long, overflow="fail")}
    made = upload(committing, storage, vendor, pack_kit(KitFiles.of(files)))
    run_check(committing, storage, FONTS, made.version_id)
    with committing.reading() as session:
        page = queries.kit_page(session, vendor, made.kit_id)
    assert page.coverage["pieces"]["banner"]["en"]["state"] == "overflows"
    assert page.coverage["pieces"]["page"]["en"]["state"] == "fits"
    assert {item["asset"] for item in page.problems if item.get("severity", "error") == "error"} == {"banner"}


def test_the_check_fills_the_coverage_table(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    files = kit_files()
    half = files["locales/de/LC_MESSAGES/kit.po"].decode().replace('msgstr "Guten Tag"', 'msgstr ""')
    made = upload(committing, storage, vendor, _zip(files, half))
    run_check(committing, storage, FONTS, made.version_id)
    with committing.reading() as session:
        page = queries.kit_page(session, vendor, made.kit_id)
    cells = page.coverage["pieces"]
    assert page.chosen.checked
    assert cells["invite"]["en"]["state"] == "fits"
    assert cells["invite"]["de"]["state"] == "partial"
    assert cells["invite"]["de"]["translated"] == cells["invite"]["de"]["total"] - 1
    assert cells["page"]["de"]["state"] == "fits"
    assert page.coverage["locales"]["en"] == 100
    assert page.coverage["locales"]["de"] < 100


def _zip(files: dict[str, bytes], po: str) -> bytes:
    return pack_kit(KitFiles.of(files | {"locales/de/LC_MESSAGES/kit.po": po.encode()}))


def test_a_hostile_picture_is_opened_nowhere_but_in_the_jail(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    made = upload(committing, storage, vendor, kit_zip(banner=b"\x89PNG\r\n\x1a\n" + b"\0" * 60))
    outcome = run_check(committing, storage, FONTS, made.version_id)
    assert outcome.errors
    with committing.reading() as session:
        page = queries.kit_page(session, vendor, made.kit_id)
    assert [item["path"] for item in page.problems if item.get("severity", "error") == "error"] == ["images/banner.png"]
    assert page.coverage["pieces"]["invite"]["en"]["state"] == "translated"  # not drawn


def test_partners_see_what_their_programmes_published(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    partner = make_partner(committing, vendor.programme_id)
    stranger = make_partner(committing, make_programme(committing, "Cordant").programme_id)
    draft = upload(committing, storage, vendor, kit_zip(slug="draft"))
    live = publish_kit(committing, storage, vendor)
    with committing.reading() as session:
        assert [card.version_id for card in queries.kits_for(session, partner)] == [live.version_id]
        assert queries.kits_for(session, stranger) == []
        assert queries.kits_for(session, partner, on=date(2028, 1, 1)) == []
        assert len(queries.kits_for(session, vendor)) == 2
        for actor, version_id in ((partner, draft.version_id), (stranger, live.version_id)):
            with pytest.raises(DomainError, match=r"kit_version\.not_found"):
                queries.version_ref(session, actor, version_id)


def test_withdrawing_needs_a_reason_and_hides_the_version(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    partner = make_partner(committing, vendor.programme_id)
    live = publish_kit(committing, storage, vendor)
    with pytest.raises(DomainError, match=r"kit\.reason_needed"), committing() as uow:
        service.withdraw(uow, vendor, live.version_id, "  ")
    with committing() as uow:
        service.withdraw(uow, vendor, live.version_id, "Wrong SCOP figure")
    with pytest.raises(DomainError, match=r"kit\.withdrawn"), committing() as uow:
        service.publish(uow, vendor, live.version_id)
    with committing.reading() as session:
        assert queries.kits_for(session, partner) == []
        assert queries.version_ref(session, partner, live.version_id).state == "withdrawn"


@pytest.mark.parametrize("role", [Role.CHANNEL, Role.FINANCE])
def test_only_makers_upload_and_publish(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor, role: Role
) -> None:
    clerk = Actor(kind="person", role=role, programme_id=vendor.programme_id)
    with pytest.raises(DomainError, match=r"actor\.forbidden"):
        upload(committing, storage, clerk, kit_zip())
    live = upload(committing, storage, vendor, kit_zip())
    other = make_programme(committing, "Cordant")
    with pytest.raises(DomainError, match=r"kit_version\.not_found"), committing() as uow:
        service.publish(uow, other, live.version_id)


def test_the_progress_counts_what_is_made_as_well(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.kits.service.checking.WRITE_EVERY_S", 0)
    taken = upload(committing, storage, vendor, kit_zip())
    told: list[tuple[int, int]] = []

    class Watched(UnitOfWorkFactory):
        def __call__(self, request_id: str = "") -> UnitOfWork:
            with self.reading() as session:
                told.append(tuple(session.execute(select(KitVersion.check_done, KitVersion.check_total)).one()))
            return super().__call__(request_id)

    run_check(Watched(committing.sessions, committing.clock, committing.waker), storage, FONTS, taken.version_id)
    began = told[1:]  # before it begins nothing is known
    assert [done for done, _ in began] == sorted(done for done, _ in began)
    assert len({total for _, total in began}) == 1, "the end of the bar does not move"
    kit = read_kit(kit_zip())
    files = sum(1 for path in kit.files if risky(path))
    assert began[-1][0] == began[-1][1] > files


def test_a_check_that_kills_its_workers_says_so_and_can_be_ordered_again(
    committing: UnitOfWorkFactory, storage: MemoryStorage, vendor: Actor
) -> None:
    taken = upload(committing, storage, vendor, kit_zip())
    with committing() as uow:
        job = uow.session.scalars(select(Job).where(Job.task == "kit.check")).one()
        assert job.queue == "check"
        job.state, job.lease_until = "leased", uow.now - timedelta(minutes=1)
        job.attempts = job.max_attempts
        job_id = job.id
    load_all()  # the sweeper tells the task whose job it parks
    sweep(SimpleNamespace(uow=committing, clock=committing.clock, waker=committing.waker))
    with committing.reading() as session:
        page = queries.kit_page(session, vendor, taken.kit_id)
        assert session.get_one(Job, job_id).state == "parked"
    assert page.chosen.checked
    assert [(item["code"], item["severity"]) for item in page.problems] == [("kit.check_failed", "error")]
    with pytest.raises(DomainError, match=r"kit\.has_errors"), committing() as uow:
        service.publish(uow, vendor, taken.version_id)
    for _ in range(2):
        with committing() as uow:
            service.check_again(uow, vendor, taken.version_id)
    with committing.reading() as session:
        assert not queries.kit_page(session, vendor, taken.kit_id).chosen.checked
        waiting = session.scalars(select(Job.queue).where(Job.task == "kit.check", Job.state == "waiting")).all()
    assert waiting == ["check"]
    run_check(committing, storage, FONTS, taken.version_id)
    with committing() as uow:
        service.publish(uow, vendor, taken.version_id)
    with pytest.raises(DomainError, match=r"kit\.not_draft"), committing() as uow:
        service.check_again(uow, vendor, taken.version_id)
