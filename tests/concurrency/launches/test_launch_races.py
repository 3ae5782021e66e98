"""Races of launches, committed for real by threads: a double click, two renderers, a cancel in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import func, select

from campaigns.artifacts.models import Artifact
from campaigns.artifacts.service import keep, make
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits import service as kits
from campaigns.launches import service
from campaigns.launches.models import Launch, LaunchContact, LaunchPiece
from campaigns.launches.pinned import pinned_launch
from tests.factories.campaign_kits import kit_zip
from tests.factories.launching import FONTS, Stage, make_programme, make_stage, settings
from tests.fakes import MemoryStorage

T = TypeVar("T")


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def stage(committing: UnitOfWorkFactory, storage: MemoryStorage) -> Stage:
    return make_stage(committing, storage)


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0…count-1)` in threads that start together."""
    gate = threading.Barrier(count)

    def start(number: int) -> T:
        gate.wait(timeout=20)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def counted(factory: UnitOfWorkFactory, model: type) -> int:
    with factory.reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_sixteen_clicks_with_one_token_are_one_launch(committing: UnitOfWorkFactory, stage: Stage) -> None:
    def click(_: int) -> UUID:
        with committing() as uow:
            return service.launch_campaign(uow, stage.partner, stage.request("one"))

    assert len(set(at_once(16, click))) == 1
    assert counted(committing, Launch) == 1
    assert counted(committing, LaunchPiece) == 8
    assert counted(committing, LaunchContact) == 3
    with committing.reading() as session:
        jobs = session.execute(select(func.count()).where(Job.task == "render.piece")).scalar_one()
    assert jobs == 8


def test_eight_workers_on_one_piece_make_one_artifact(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    with committing() as uow:
        launch_id = service.launch_campaign(uow, stage.partner, stage.request())
    with committing.reading() as session:
        piece_id = session.scalars(select(LaunchPiece.id).order_by(LaunchPiece.position)).first()
    assert piece_id is not None

    def render(_: int) -> bool:
        with committing() as uow:
            work = service.start_piece(uow, piece_id)
        if work is None:
            return False
        pinned = pinned_launch(committing, storage, settings(Path()), launch_id)
        rendered = make(committing, storage, FONTS, pinned.order(work.asset_id, work.output, work.locale))
        with committing() as uow:
            return service.record_piece(uow, work, keep(uow, rendered))

    assert at_once(8, render).count(True) == 1
    assert counted(committing, Artifact) == 1


def test_the_last_pieces_at_once_advance_the_launch_once(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage
) -> None:
    with committing() as uow:
        launch_id = service.launch_campaign(uow, stage.partner, stage.request())
    with committing.reading() as session:
        pieces = session.scalars(select(LaunchPiece.id)).all()
    pinned = pinned_launch(committing, storage, settings(Path()), launch_id)

    def render(number: int) -> bool:
        with committing() as uow:
            work = service.start_piece(uow, pieces[number])
        assert work is not None
        rendered = make(committing, storage, FONTS, pinned.order(work.asset_id, work.output, work.locale))
        with committing() as uow:
            return service.record_piece(uow, work, keep(uow, rendered))

    assert all(at_once(len(pieces), render))
    with committing.reading() as session:
        assert session.execute(select(func.count()).where(Job.task == "launch.advance")).scalar_one() == 1


@pytest.mark.parametrize("round_", range(4))
def test_a_cancel_among_the_last_pieces_is_final(
    committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage, round_: int
) -> None:
    with committing() as uow:
        launch_id = service.launch_campaign(uow, stage.partner, stage.request(f"c{round_}"))
    with committing.reading() as session:
        pieces = session.scalars(select(LaunchPiece.id)).all()
    pinned = pinned_launch(committing, storage, settings(Path()), launch_id)

    def act(number: int) -> str:
        if number == len(pieces):
            with committing() as uow:
                return service.cancel_launch(uow, stage.partner, launch_id).value
        with committing() as uow:
            work = service.start_piece(uow, pieces[number])
        if work is not None:
            rendered = make(committing, storage, FONTS, pinned.order(work.asset_id, work.output, work.locale))
            with committing() as uow:
                service.record_piece(uow, work, keep(uow, rendered))
        with committing() as uow:
            service.mark_ready(uow, launch_id) if _all_ready(uow.session, launch_id) else None
        return ""

    def _all_ready(session: object, which: UUID) -> bool:
        left = select(func.count()).where(LaunchPiece.launch_id == which, LaunchPiece.state != "ready")
        return session.execute(left).scalar_one() == 0  # type: ignore[attr-defined,no-any-return]

    assert "cancelled" in at_once(len(pieces) + 1, act)
    with committing.reading() as session:
        assert session.execute(select(Launch.state).where(Launch.id == launch_id)).scalar_one() == "cancelled"
    with committing() as uow:
        assert service.mark_ready(uow, launch_id) is False


def test_of_two_moves_at_once_one_wins(committing: UnitOfWorkFactory, storage: MemoryStorage, stage: Stage) -> None:
    with committing() as uow:
        launch_id = service.launch_campaign(uow, stage.partner, stage.request())
        service.mark_ready(uow, launch_id)
        service.mark_running(uow, launch_id)

    def pause(_: int) -> str:
        try:
            with committing() as uow:
                return service.pause_launch(uow, stage.partner, launch_id).value
        except DomainError as error:
            return error.code

    assert sorted(at_once(6, pause)) == ["launch.state"] * 5 + ["paused"]


def test_uploads_at_once_get_different_numbers(committing: UnitOfWorkFactory, storage: MemoryStorage) -> None:
    vendor = make_programme(committing)

    def upload(number: int) -> tuple[int, bool]:
        with committing() as uow:
            made = kits.upload_kit(uow, vendor, storage, kit_zip(version=f"1.{number % 4}"), "k.zip")
        return made.number, made.created

    made = at_once(8, upload)
    assert sorted(number for number, created in made if created) == [1, 2, 3, 4]
    assert {number for number, _ in made} == {1, 2, 3, 4}
