"""How a contact goes on or leaves: the next step's delivery, the end of enrolments, exits by what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from campaigns.db.unit_of_work import UnitOfWork
from campaigns.sequences.models import Delivery, Enrolment, StepMail


def end_enrolments(uow: UnitOfWork, enrolment_ids: Sequence[UUID], reason: str) -> None:
    """The contacts leave: active enrolments end with the reason. Doing it again changes nothing."""
    if enrolment_ids:
        uow.session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(enrolment_ids), Enrolment.state == "active")
            .values(state="exited", exit_reason=reason, ended_at=uow.now)
            .execution_options(synchronize_session=False)
        )


def next_deliveries(
    uow: UnitOfWork, delivery_ids: Sequence[int], counted_from: datetime | Mapping[int, datetime]
) -> None:
    """After these deliveries each active enrolment gets its next step, or is done when there is none.

    `counted_from` is the instant (by delivery if a mapping) that the next step's wait counts from.
    """
    if not delivery_ids:
        return
    this, after = aliased(StepMail), aliased(StepMail)
    following = (
        select(func.min(after.position))
        .where(after.launch_id == this.launch_id, after.locale == this.locale, after.position > this.position)
        .correlate(this)
        .scalar_subquery()
    )
    start = (
        case({key: literal(value) for key, value in counted_from.items()}, value=Delivery.id)
        if isinstance(counted_from, Mapping)
        else literal(counted_from)
    )
    same = and_(this.launch_id == Delivery.launch_id, this.step_id == Delivery.step_id, this.locale == Delivery.locale)
    upcoming = aliased(StepMail)
    rows = (
        select(
            Delivery.launch_id,
            Delivery.programme_id,
            Delivery.partner_id,
            Delivery.enrolment_id,
            Delivery.contact_id,
            upcoming.step_id,
            Delivery.locale,
            start + func.make_interval(0, 0, 0, 0, 0, 0, upcoming.wait_s),
        )
        .join(Enrolment, and_(Enrolment.id == Delivery.enrolment_id, Enrolment.state == "active"))
        .join(this, same)
        .join(
            upcoming,
            and_(
                upcoming.launch_id == this.launch_id,
                upcoming.locale == this.locale,
                upcoming.position == following,
            ),
        )
        .where(Delivery.id.in_(delivery_ids))
    )
    columns = ["launch_id", "programme_id", "partner_id", "enrolment_id", "contact_id", "step_id", "locale", "due_at"]
    uow.session.execute(
        insert(Delivery)
        .from_select(columns, rows)
        .on_conflict_do_nothing(index_elements=["launch_id", "step_id", "contact_id"])
    )
    last = select(Delivery.enrolment_id).join(this, same).where(Delivery.id.in_(delivery_ids), following.is_(None))
    uow.session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(last), Enrolment.state == "active")
        .values(state="done", ended_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def exit_on(uow: UnitOfWork, event: str, *, contact_id: UUID, launch_id: UUID) -> int:
    """What happened ends a contact's sequence in a launch if one of its steps stops on it. Enrolments ended."""
    stops = select(StepMail.launch_id).where(StepMail.launch_id == launch_id, StepMail.stop_on.any(event))  # type: ignore[arg-type]
    return _leave(
        uow,
        event,
        list(
            uow.session.execute(
                select(Enrolment.id).where(
                    Enrolment.launch_id == launch_id,
                    Enrolment.contact_id == contact_id,
                    Enrolment.state == "active",
                    stops.exists(),
                )
            ).scalars()
        ),
    )


def exit_everywhere(uow: UnitOfWork, reason: str, contact_ids: Sequence[UUID]) -> int:
    """The contacts leave every sequence they are in. Enrolments ended."""
    active = select(Enrolment.id).where(Enrolment.contact_id.in_(contact_ids), Enrolment.state == "active")
    return _leave(uow, reason, list(uow.session.execute(active).scalars()))


def _leave(uow: UnitOfWork, reason: str, enrolment_ids: list[UUID]) -> int:
    if not enrolment_ids:
        return 0
    uow.session.execute(
        update(Delivery)
        .where(Delivery.enrolment_id.in_(enrolment_ids), Delivery.state == "due")
        .values(state="cancelled", reason=reason)
        .execution_options(synchronize_session=False)
    )
    end_enrolments(uow, enrolment_ids, reason)
    return len(enrolment_ids)
