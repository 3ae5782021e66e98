"""Moving a launch through its states: one guarded UPDATE per transition."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, scoped
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.launches.rules import Event, State, next_state


def move(uow: UnitOfWork, actor: Actor, launch_id: UUID, event: Event, **values: Any) -> State:
    """Apply the event once. DomainError `launch.not_found`, `launch.state` (conflict) if it may not happen now.

    The system addresses launches by key, people see their own only.
    """
    query = select(Launch.state, Launch.version, Launch.programme_id, Launch.partner_id).where(Launch.id == launch_id)
    if actor.kind != "system":
        query = scoped(query, actor, Launch)
    row = must_exist(uow.session.execute(query).one_or_none(), "launch")
    to = next_state(State(row.state), event)
    moved = uow.session.execute(
        update(Launch)
        .where(Launch.id == launch_id, Launch.state == row.state, Launch.version == row.version)
        .values(state=to.value, version=Launch.version + 1, **values)
        .returning(Launch.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise DomainError(
            "launch.state", Kind.CONFLICT, "The launch has changed meanwhile. Load the page again.", event=event.value
        )
    audit.record(
        uow,
        actor,
        f"launch.{event.value}",
        "launch",
        launch_id,
        {"from": row.state, "to": to.value},
        programme_id=row.programme_id,
        partner_id=row.partner_id,
    )
    return to


def state_of(uow: UnitOfWork, launch_id: UUID, *, lock: bool = False) -> State:
    """The state now; with `lock` nobody else moves the launch until this transaction ends."""
    query = select(Launch.state).where(Launch.id == launch_id)
    if lock:
        query = query.with_for_update(key_share=True)
    return State(must_exist(uow.session.scalar(query), "launch"))


def mark_ready(uow: UnitOfWork, launch_id: UUID) -> bool:
    """rendering → ready once every piece is; False if it was not rendering (a repeat, or cancelled meanwhile)."""
    if state_of(uow, launch_id, lock=True) is not State.RENDERING:
        return False
    move(uow, SYSTEM, launch_id, Event.RENDERED, ready_at=uow.now, failure=None)
    return True


def mark_running(uow: UnitOfWork, launch_id: UUID) -> bool:
    """ready → running; False if it was not ready."""
    if state_of(uow, launch_id, lock=True) is not State.READY:
        return False
    move(uow, SYSTEM, launch_id, Event.RUN)
    return True


def finish_if_done(uow: UnitOfWork, launch_id: UUID) -> bool:
    """running → finished; the caller has made sure that nothing is left to send. False if it was not running."""
    if state_of(uow, launch_id, lock=True) is not State.RUNNING:
        return False
    move(uow, SYSTEM, launch_id, Event.FINISH, finished_at=uow.now)
    return True


def fail_start(uow: UnitOfWork, launch_id: UUID, error: dict[str, Any]) -> bool:
    """Every piece is made, but the launch could not be begun: it has failed until somebody tries again."""
    if state_of(uow, launch_id, lock=True) not in (State.RENDERING, State.READY):
        return False
    move(uow, SYSTEM, launch_id, Event.FAIL, failure=error)
    return True


def hold_launch(uow: UnitOfWork, launch_id: UUID, reason: dict[str, Any]) -> bool:
    """running → paused by the system, with the reason for people to read (`failure`). False if it was not running."""
    if state_of(uow, launch_id, lock=True) is not State.RUNNING:
        return False
    move(uow, SYSTEM, launch_id, Event.PAUSE, failure=reason)
    return True


def cancel_launch(uow: UnitOfWork, actor: Actor, launch_id: UUID) -> State:
    """Stop it for good, in whatever state it is; what was sent stays sent. Cancelling twice changes nothing.

    The caller then calls `sequences.service.cancel_sequence`.
    """
    require(actor, "launch.cancel")
    own = scoped(select(Launch.state).where(Launch.id == launch_id), actor, Launch).with_for_update(key_share=True)
    if must_exist(uow.session.scalar(own), "launch") == State.CANCELLED:
        return State.CANCELLED
    return move(uow, actor, launch_id, Event.CANCEL, finished_at=uow.now)


def pause_launch(uow: UnitOfWork, actor: Actor, launch_id: UUID) -> State:
    """running → paused. The caller then calls `sequences.service.pause_sequence`."""
    require(actor, "launch.cancel")
    return move(uow, actor, launch_id, Event.PAUSE)


def resume_launch(uow: UnitOfWork, actor: Actor, launch_id: UUID) -> State:
    """paused → running. The caller then calls `sequences.service.resume_sequence`."""
    require(actor, "launch.cancel")
    return move(uow, actor, launch_id, Event.RESUME, failure=None)
