"""What another system calls our rows: found, made with the first change that names one of ours, held until commit."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.canonical import Change
from campaigns.outbound.models import ExternalReference


def held_reference(uow: UnitOfWork, programme_id: UUID, system: str, change: Change) -> ExternalReference | None:
    """The reference of the changed record, locked, so that two changes of one record come one after the other."""
    return uow.session.scalars(
        select(ExternalReference)
        .where(
            ExternalReference.programme_id == programme_id,
            ExternalReference.system == system,
            ExternalReference.object == change.object,
            ExternalReference.external_id == change.external_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def link(
    uow: UnitOfWork, programme_id: UUID, system: str, change: Change, subject_type: str, subject_id: UUID
) -> ExternalReference:
    """The reference, made where there is none. `change.other_record` if it stands for another row of ours."""
    uow.session.execute(
        insert(ExternalReference)
        .values(
            id=new_id(), created_at=uow.now, programme_id=programme_id, system=system, object=change.object,
            external_id=change.external_id, subject_type=subject_type, subject_id=subject_id, seen_at=uow.now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    row = held_reference(uow, programme_id, system, change)
    if row is None or (row.subject_type, row.subject_id) != (subject_type, subject_id):
        raise invalid("change.other_record", "This record already stands for another one here.")
    return row


def saw(uow: UnitOfWork, reference: ExternalReference, change: Change) -> None:
    """Remember the revision."""
    reference.seen_at = uow.now
    if change.revision:
        reference.revision = change.revision
    uow.session.flush()
