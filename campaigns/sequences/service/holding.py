"""A launch's sequence as a whole: cancelled for good; a paused launch holds, because only running ones are claimed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from campaigns.db.unit_of_work import UnitOfWork
from campaigns.sequences.models import Delivery, Enrolment


def cancel_sequence(uow: UnitOfWork, launch_id: UUID) -> int:
    """Nothing more of this launch goes out; what is in a process's hands is still recorded. Deliveries cancelled."""
    cancelled = uow.session.execute(
        update(Delivery)
        .where(Delivery.launch_id == launch_id, Delivery.state == "due")
        .values(state="cancelled", reason="launch_cancelled")
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    uow.session.execute(
        update(Enrolment)
        .where(Enrolment.launch_id == launch_id, Enrolment.state == "active")
        .values(state="exited", exit_reason="launch_cancelled", ended_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    return len(cancelled)


def pause_sequence(uow: UnitOfWork, launch_id: UUID) -> int:
    """How many deliveries a pause holds. Nothing is written: a claim asks the launch whether it runs."""
    return uow.session.execute(
        select(func.count()).select_from(Delivery).where(Delivery.launch_id == launch_id, Delivery.state == "due")
    ).scalar_one()


def resume_sequence(uow: UnitOfWork, launch_id: UUID, *, paused_for: timedelta = timedelta(0)) -> int:
    """What came due in the pause goes out now; `paused_for` moves the later steps by it. Returns how many wait."""
    if paused_for > timedelta(0):
        uow.session.execute(
            update(Delivery)
            .where(Delivery.launch_id == launch_id, Delivery.state == "due", Delivery.due_at > uow.now)
            .values(due_at=Delivery.due_at + paused_for)
            .execution_options(synchronize_session=False)
        )
    return pause_sequence(uow, launch_id)


def sequence_over(uow: UnitOfWork, launch_id: UUID) -> bool:
    """True when nobody of the launch's audience is to get anything more."""
    open_states = select(Delivery.id).where(Delivery.launch_id == launch_id, Delivery.state.in_(("due", "claimed")))
    return not uow.session.execute(select(open_states.exists())).scalar_one()
