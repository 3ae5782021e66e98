"""The click and what follows, on a real database with the real renderer."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from campaigns.artifacts.models import Artifact
from campaigns.artifacts.service import keep, make
from campaigns.audience.models import ContactList
from campaigns.core.actor import Actor
from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db.jobs import ClaimedJob
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits import service as kits
from campaigns.launches import queries, service
from campaigns.launches.bundle import stream_zip
from campaigns.launches.models import Launch, LaunchContact, LaunchPiece
from campaigns.launches.offer import launch_offer
from campaigns.launches.pinned import pinned_launch
from tests.factories.campaign_kits import kit_zip, picture
from tests.factories.launching import (
    FONTS,
    Stage,
    make_list,
    make_partner,
    make_programme,
    make_stage,
    publish_kit,
    settings,
)
from tests.fakes import MemoryStorage
from worker.tasks.launches import advance

PIECES = 8  # four assets in two languages


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def stage(committing: UnitOfWorkFactory, storage: MemoryStorage) -> Stage:
    return make_stage(committing, storage)


def click(factory: UnitOfWorkFactory, stage: Stage, name: str = "click", **changed: object) -> UUID:
    with factory() as uow:
        return service.launch_campaign(uow, stage.partner, stage.request(name, **changed))


def render_all(factory: UnitOfWorkFactory, storage: MemoryStorage, launch_id: UUID, *, most: int = 99) -> None:
    with factory.reading() as session:
        pieces = session.scalars(select(LaunchPiece.id).where(LaunchPiece.launch_id == launch_id)).all()
    for piece_id in pieces[:most]:
        render_one(factory, storage, piece_id)


def render_one(factory: UnitOfWorkFactory, storage: MemoryStorage, piece_id: UUID) -> bool:
    with factory() as uow:
        work = service.start_piece(uow, piece_id)
    if work is None:
        return False
    pinned = pinned_launch(factory, storage, settings(Path()), work.launch_id)
    rendered = make(factory, storage, FONTS, pinned.order(work.asset_id, work.output, work.locale))
    with factory() as uow:
        return service.record_piece(uow, work, keep(uow, rendered))


def state(factory: UnitOfWorkFactory, launch_id: UUID) -> str:
    with factory.reading() as session:
        return session.execute(select(Launch.state).where(Launch.id == launch_id)).scalar_one()


def jobs_of(factory: UnitOfWorkFactory, task: str, **by: str) -> int:
    with factory.reading() as session:
        return session.execute(select(func.count()).select_from(Job).filter_by(task=task, **by)).scalar_one()


def test_one_click_pins_orders_and_holds_the_audience(committing: UnitOfWorkFactory, stage: Stage) -> None:
    launch_id = click(committing, stage)
    with committing.reading() as session:
        page = queries.launch_page(session, stage.partner, launch_id)
        held = session.execute(select(func.count()).select_from(LaunchContact)).scalar_one()
    assert (page.line.state, len(page.pieces), page.line.audience_total, held) == ("rendering", PIECES, 3, 3)
    assert page.audience_skipped == {"no_basis": 1}
    assert [piece.locale for piece in page.pieces] == ["en"] * 4 + ["de"] * 4
    assert jobs_of(committing, "render.piece") == PIECES


def test_the_same_token_gives_the_same_launch(committing: UnitOfWorkFactory, stage: Stage) -> None:
    assert click(committing, stage) == click(committing, stage, locales=("de",))
    assert click(committing, stage, "another") != click(committing, stage)


def test_rendering_makes_it_ready_and_once_more_changes_nothing(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id, most=PIECES - 1)
    assert jobs_of(committing, "launch.advance") == 0
    render_all(committing, storage, launch_id)
    render_all(committing, storage, launch_id)
    assert jobs_of(committing, "launch.advance") == 1
    with committing() as uow:
        assert service.mark_ready(uow, launch_id) is True
    with committing() as uow:
        assert service.mark_ready(uow, launch_id) is False
    assert state(committing, launch_id) == "ready"
    with committing.reading() as session:
        pieces = queries.launch_page(session, stage.partner, launch_id).pieces
        seen = queries.progress(session, stage.partner, launch_id)
    assert (seen.ready, seen.total, seen.state) == (PIECES, PIECES, "ready")
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(storage, pieces)))) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        post = next(name for name in names if name.startswith("de/linkedin"))
        assert "Wärme" in archive.read(post).decode()
    assert names == sorted(names)
    assert {"de/invite.html", "de/invite.txt", "en/invite.html"} <= set(names)
    assert b"".join(stream_zip(storage, pieces)) == b"".join(stream_zip(storage, pieces))


def test_each_language_and_piece_has_its_own_tracked_address(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id)
    with committing.reading() as session:
        pieces = queries.launch_page(session, stage.partner, launch_id).pieces
    posts = [storage.get(piece.file.storage_key).decode() for piece in pieces if piece.kind == "post" and piece.file]
    assert len(set(posts)) == 2
    assert all("http://localhost/t/" in post for post in posts)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"locales": ()}, "launch.refused"),
        ({"locales": ("en", "fr")}, "launch.refused"),
        ({"fields": {"offer": "x" * 41}}, "launch.refused"),
        ({"fields": {"colour": "red"}}, "launch.refused"),
        ({"list_id": new_id()}, "launch.no_such_list"),
        ({"kit_version_id": new_id()}, "kit_version.not_found"),
        ({"client_token": " "}, "launch.no_token"),
    ],
)
def test_what_cannot_be_launched_is_refused(
    committing: UnitOfWorkFactory, stage: Stage, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(DomainError) as caught:
        click(committing, stage, **changed)
    assert caught.value.code == code
    with committing.reading() as session:
        assert session.execute(select(func.count()).select_from(Launch)).scalar_one() == 0
    assert jobs_of(committing, "render.piece") == 0


def test_time_and_season_are_checked(committing: UnitOfWorkFactory, stage: Stage, clock: SetClock) -> None:
    with pytest.raises(DomainError, match=r"launch\.starts_in_past"):
        click(committing, stage, starts_at=clock.now() - timedelta(hours=1))
    with pytest.raises(DomainError, match=r"launch\.starts_too_late"):
        click(committing, stage, starts_at=clock.now() + timedelta(days=400))
    clock.advance(timedelta(days=500))
    with pytest.raises(DomainError, match=r"kit\.out_of_season"):
        click(committing, stage)


def test_a_partner_without_a_brand_is_told_what_to_do(committing: UnitOfWorkFactory, stage: Stage) -> None:
    bare = make_partner(committing, stage.programme_id, brand=False)
    with pytest.raises(DomainError, match=r"launch\.no_brand"), committing() as uow:
        service.launch_campaign(uow, bare, stage.request(list_id=None))
    with committing.reading() as session:
        offer = launch_offer(session, bare, stage.version_id, now=committing.clock.now())
    assert [item.code for item in offer.blockers] == ["launch.no_brand"]


def test_a_withdrawn_version_keeps_running_and_starts_nothing_new(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    with committing() as uow:
        kits.withdraw(uow, stage.vendor, stage.version_id, "Wrong figure")
    with pytest.raises(DomainError, match=r"kit\.withdrawn"):
        click(committing, stage, "again")
    render_all(committing, storage, launch_id)
    with committing.reading() as session:
        assert queries.progress(session, stage.partner, launch_id).ready == PIECES


def test_other_tenants_see_and_move_nothing(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id)
    neighbour = make_partner(committing, stage.programme_id)
    stranger = make_partner(committing, make_programme(committing, "Cordant").programme_id)
    for actor in (neighbour, stranger):
        with committing.reading() as session:
            assert queries.launches_for(session, actor) == []
            for query in (queries.launch_page, queries.progress):
                with pytest.raises(DomainError, match=r"launch\.not_found"):
                    query(session, actor, launch_id)
        for verb in (service.cancel_launch, service.pause_launch, service.retry_failed):
            with pytest.raises(DomainError, match=r"launch\.not_found"), committing() as uow:
                verb(uow, actor, launch_id)
        with pytest.raises(DomainError), committing() as uow:
            service.relaunch(uow, actor, launch_id, "x")
    with pytest.raises(DomainError, match=r"launch\.no_such_list"), committing() as uow:
        service.launch_campaign(uow, neighbour, stage.request())  # another's list
    with pytest.raises(DomainError, match=r"kit_version\.not_found"), committing() as uow:
        service.launch_campaign(uow, stranger, stage.request(list_id=None))  # another vendor's kit
    with pytest.raises(DomainError, match=r"actor\.forbidden"), committing() as uow:
        service.launch_campaign(uow, stage.vendor, stage.request())


def test_a_piece_that_cannot_be_made_fails_the_launch_until_it_is_tried_again(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    with committing.reading() as session:
        pieces = queries.launch_page(session, stage.partner, launch_id).pieces
    error = {"code": "text.overflow", "message": "Too long by 4.2 mm."}
    with committing() as uow:
        service.start_piece(uow, pieces[0].id)
        service.fail_piece(uow, pieces[0].id, error)
    with committing.reading() as session:
        page = queries.launch_page(session, stage.partner, launch_id)
    assert page.line.state == "failed"
    assert page.failure is not None
    assert (page.failure["code"], page.failure["piece"], page.failure["locale"]) == ("text.overflow", "Banner", "en")
    for piece in pieces[1:]:
        assert render_one(committing, storage, piece.id)  # the others are made meanwhile
    assert jobs_of(committing, "launch.advance") == 0
    with committing() as uow:
        uow.session.execute(update(Job).values(state="done"))
        assert service.retry_failed(uow, stage.partner, launch_id) == 1
    assert render_one(committing, storage, pieces[0].id)
    assert jobs_of(committing, "launch.advance") == 1


@pytest.mark.parametrize("ready", [False, True])
def test_a_launch_that_cannot_be_begun_has_failed_and_can_be_tried_again(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage, ready: bool
) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id)
    if ready:
        with committing() as uow:
            service.mark_ready(uow, launch_id)
    payload = {"launch_id": str(launch_id)}
    job = ClaimedJob(new_id(), "launch.advance", payload, 5, 5, new_id(), "")
    with committing() as uow:
        uow.session.execute(update(Job).where(Job.task == "launch.advance").values(state="parked"))
        assert advance.on_parked is not None
        advance.on_parked(uow, job, {"code": "job.worker_died", "message": "The worker ended."})
    with committing.reading() as session:
        page = queries.launch_page(session, stage.partner, launch_id)
    assert page.line.state == "failed"
    assert page.failure == {"code": "job.worker_died", "message": "The worker ended."}
    with committing() as uow:
        assert service.retry_failed(uow, stage.partner, launch_id) == 0
    assert jobs_of(committing, "launch.advance", state="waiting") == 1


def test_cancelling_stops_rendering_and_is_final(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id, most=2)
    for _ in range(2):
        with committing() as uow:
            assert service.cancel_launch(uow, stage.partner, launch_id) == "cancelled"
    render_all(committing, storage, launch_id)
    with committing() as uow:
        assert service.mark_ready(uow, launch_id) is False
    with committing.reading() as session:
        assert queries.progress(session, stage.partner, launch_id).ready == 2
    with pytest.raises(DomainError, match=r"launch\.state"), committing() as uow:
        service.retry_failed(uow, stage.partner, launch_id)


def test_pause_and_resume(committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage) -> None:
    launch_id = click(committing, stage)
    render_all(committing, storage, launch_id)
    with pytest.raises(DomainError, match=r"launch\.state"), committing() as uow:
        service.pause_launch(uow, stage.partner, launch_id)
    with committing() as uow:
        service.mark_ready(uow, launch_id)
        assert service.mark_running(uow, launch_id)
    with committing() as uow:
        assert service.pause_launch(uow, stage.partner, launch_id) == "paused"
        assert service.finish_if_done(uow, launch_id) is False
    with committing() as uow:
        assert service.resume_launch(uow, stage.partner, launch_id) == "running"
        assert service.finish_if_done(uow, launch_id) is True


def test_relaunch_takes_the_newest_version(committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage) -> None:
    launch_id = click(committing, stage, fields={"offer": "Free tea"})
    with pytest.raises(DomainError, match=r"launch\.nothing_newer"), committing() as uow:
        service.relaunch(uow, stage.partner, launch_id, "r")
    newer = publish_kit(committing, storage, stage.vendor, kit_zip(banner=picture(colour=(5, 5, 5))))
    with committing() as uow:
        again = service.relaunch(uow, stage.partner, launch_id, "r")
    with committing.reading() as session:
        row = session.get_one(Launch, again)
        assert (row.kit_version_id, row.relaunch_of, row.fields) == (newer.version_id, launch_id, {"offer": "Free tea"})
        assert queries.launch_page(session, stage.partner, launch_id).newer_number == 2
        users = queries.users_of_kit(session, stage.vendor, stage.kit_id)
    assert {key: item.partners for key, item in users.items()} == {stage.version_id: 1, newer.version_id: 1}


def test_the_offer_is_filled(committing: UnitOfWorkFactory, stage: Stage) -> None:
    bigger = make_list(committing, stage.partner_id, people=6)
    now = committing.clock.now()
    with committing.reading() as session:
        offer = launch_offer(session, stage.partner, stage.version_id, now=now)
        german = launch_offer(session, stage.partner, stage.version_id, now=now, locales=["de"], list_id=stage.list_id)
        alone = launch_offer(session, stage.partner, stage.version_id, now=now, no_list=True)
    assert offer.chosen == ("en", "de")
    assert offer.chosen_list is not None
    assert offer.chosen_list.id == bigger
    assert (offer.plan.total, offer.plan.mailable, offer.plan.by_locale) == (7, 6, {"en": 4, "de": 2})
    assert (german.plan.mailable, german.plan.by_locale) == (3, {"de": 3})
    assert (alone.chosen_list, alone.plan.mailable) == (None, 0)
    assert offer.starts_at.isoformat() == "2026-11-24T09:10:00+00:00"
    assert [piece.format for piece in offer.pieces] == ["png", "email", "html", "text"]
    assert offer.blockers == ()


def test_the_same_order_is_one_artifact(committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage) -> None:
    launch_id = click(committing, stage)
    order = pinned_launch(committing, storage, settings(Path()), launch_id).order("banner", "png@400x200", "en")
    first = make(committing, storage, FONTS, order)
    with committing() as uow:
        made = keep(uow, first)
    second = make(committing, storage, FONTS, order)
    assert second.artifact_id == made
    with committing() as uow:
        assert keep(uow, first) == made
        assert uow.session.execute(select(func.count()).select_from(Artifact)).scalar_one() == 1
    assert (first.width, first.height, first.media_type) == (400, 200, "image/png")


def test_an_archived_list_is_not_mailed(committing: UnitOfWorkFactory, stage: Stage) -> None:
    with committing() as uow:
        uow.session.execute(update(ContactList).values(archived_at=text("now()")))
    with pytest.raises(DomainError, match=r"launch\.no_such_list"):
        click(committing, stage)


def test_no_list_is_allowed(committing: UnitOfWorkFactory, stage: Stage) -> None:
    launch_id = click(committing, stage, list_id=None)
    with committing.reading() as session:
        assert queries.launch_page(session, stage.partner, launch_id).line.audience_total == 0


def test_links_and_api_scopes_limit_what_an_actor_may(committing: UnitOfWorkFactory, stage: Stage) -> None:
    link = Actor(kind="link", role=stage.partner.role, partner_id=stage.partner_id, scopes=frozenset({"launch.read"}))
    with pytest.raises(DomainError, match=r"actor\.forbidden"), committing() as uow:
        service.launch_campaign(uow, link, stage.request())
