"""The pieces of a launch: claimed, recorded, failed, tried again. Every step may come twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.permissions import require
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.launches.rules import Event, State
from campaigns.launches.service.launching import RENDER_TASK
from campaigns.launches.service.moving import move, state_of

ADVANCE_TASK = "launch.advance"
MAKING = frozenset({State.RENDERING, State.FAILED})


@dataclass(frozen=True, slots=True)
class PieceWork:
    """A piece that somebody is about to render."""

    piece_id: UUID
    launch_id: UUID
    asset_id: str
    output: str
    locale: str


def start_piece(uow: UnitOfWork, piece_id: UUID) -> PieceWork | None:
    """Claim a piece; None if it is done, or its launch is not being made any more."""
    row = uow.session.execute(
        select(LaunchPiece, Launch.state)
        .join(Launch, Launch.id == LaunchPiece.launch_id)
        .where(LaunchPiece.id == piece_id)
    ).one_or_none()
    if row is None or row[0].state == "ready" or State(row[1]) not in MAKING:
        return None
    piece = row[0]
    uow.session.execute(
        update(LaunchPiece)
        .where(LaunchPiece.id == piece_id, LaunchPiece.state != "ready")
        .values(state="rendering", error=None)
        .execution_options(synchronize_session=False)
    )
    return PieceWork(piece.id, piece.launch_id, piece.asset_id, piece.output, piece.locale)


def record_piece(uow: UnitOfWork, work: PieceWork, artifact_id: UUID) -> bool:
    """The piece is ready; with the last one the launch advances. False if it is ready already or was cancelled.

    The launch is locked first, so that of two last pieces the later one sees the earlier.
    """
    state = state_of(uow, work.launch_id, lock=True)
    if state not in MAKING:
        return False
    made = uow.session.execute(
        update(LaunchPiece)
        .where(LaunchPiece.id == work.piece_id, LaunchPiece.state != "ready")
        .values(state="ready", artifact_id=artifact_id, error=None)
        .returning(LaunchPiece.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    left = uow.session.scalar(
        select(func.count()).where(LaunchPiece.launch_id == work.launch_id, LaunchPiece.state != "ready")
    )
    if left == 0 and state is State.RENDERING:
        jobs.enqueue(uow, ADVANCE_TASK, str(work.launch_id), {"launch_id": str(work.launch_id)})
    return made is not None


def fail_piece(uow: UnitOfWork, piece_id: UUID, error: dict[str, Any]) -> None:
    """The piece cannot be made: it keeps the reason, and its launch has failed until somebody tries again."""
    piece = uow.session.get(LaunchPiece, piece_id, populate_existing=True)
    if piece is None or piece.state == "ready":
        return
    state = state_of(uow, piece.launch_id, lock=True)
    if state not in MAKING:
        return
    uow.session.execute(
        update(LaunchPiece)
        .where(LaunchPiece.id == piece_id, LaunchPiece.state != "ready")
        .values(state="failed", error=error)
        .execution_options(synchronize_session=False)
    )
    if state is State.RENDERING:
        about = {"piece": piece.title, "asset_id": piece.asset_id, "locale": piece.locale, "output": piece.output}
        move(uow, SYSTEM, piece.launch_id, Event.FAIL, failure=error | about)


def retry_failed(uow: UnitOfWork, actor: Actor, launch_id: UUID) -> int:
    """failed → rendering; every piece that is not ready is ordered again. Returns how many."""
    require(actor, "launch.create")
    move(uow, actor, launch_id, Event.RETRY, failure=None)
    pieces = uow.session.scalars(
        update(LaunchPiece)
        .where(LaunchPiece.launch_id == launch_id, LaunchPiece.state != "ready")
        .values(state="waiting", error=None)
        .returning(LaunchPiece.id)
        .execution_options(synchronize_session=False)
    ).all()
    for piece_id in pieces:
        jobs.enqueue(uow, RENDER_TASK, str(piece_id), {"piece_id": str(piece_id)}, queue="render")
    if not pieces:  # the last piece became ready after another had failed and been mended
        jobs.enqueue(uow, ADVANCE_TASK, str(launch_id), {"launch_id": str(launch_id)})
    return len(pieces)
