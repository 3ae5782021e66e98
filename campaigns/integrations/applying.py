"""Applying a kept change once: read, linked, compared with the revision seen, carried out, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.errors import DomainError, Kind
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.canonical import Change, read_change, refuse_stale
from campaigns.integrations.deal_changes import apply_to_deal, find_deal
from campaigns.integrations.record_changes import apply_to_account, apply_to_lead, find_lead
from campaigns.integrations.references import held_reference, link, saw
from campaigns.outbound.models import ExternalReference, InboundChange, WebhookEndpoint


def apply_change(uow: UnitOfWork, change_id: UUID) -> str:
    """Carry out one kept change; its new state. A change that is over already is left alone.

    What a service refuses is written down as `failed` with its code, for the error desk; what is not the other
    system's to decide, or older than what was seen, as `ignored`. Errors that may pass are raised, for another attempt.
    """
    row = uow.session.scalars(
        select(InboundChange)
        .where(InboundChange.id == change_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.state != "waiting":
        return "over"
    system = uow.session.get_one(WebhookEndpoint, row.endpoint_id).system
    try:
        with uow.savepoint():
            changed = _carry_out(uow, row.programme_id, system, read_change(row.body))
    except DomainError as error:
        if error.kind in (Kind.UNAVAILABLE, Kind.THROTTLED):
            raise
        row.state = "ignored" if error.kind is Kind.GONE and error.code.startswith("change.") else "failed"
        row.code, row.problem = error.code, _problem(error)
    else:
        row.state, row.code, row.problem = ("applied", "", {}) if changed else ("ignored", "change.echo", {})
    row.applied_at = uow.now
    uow.session.flush()
    return row.state


def give_up(uow: UnitOfWork, change_id: UUID, error: dict[str, Any]) -> None:
    """The job behind it is out of attempts: the change failed, and stands on the error desk."""
    uow.session.execute(
        update(InboundChange)
        .where(InboundChange.id == change_id, InboundChange.state == "waiting")
        .values(state="failed", code=error["code"], problem={"message": error["message"]}, applied_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def _problem(error: DomainError) -> dict[str, Any]:
    found = [problem.as_dict() for problem in error.problems]
    return {"message": error.message, "params": {name: str(value) for name, value in error.params.items()}} | (
        {"problems": found} if found else {}
    )


def _carry_out(uow: UnitOfWork, programme_id: UUID, system: str, change: Change) -> bool:
    """False where it only told back what stands here already; the record is linked, and its revision seen, even so."""
    changed = True
    family = change.type.split(".", maxsplit=1)[0]
    if family == "account":
        change = replace(change, object="account")  # as the import of accounts calls it
    reference = held_reference(uow, programme_id, system, change)
    if family == "account":
        _refuse_stale(reference, change)
        account_id = apply_to_account(uow, programme_id, system, change)
        saw(uow, link(uow, programme_id, system, change, "account", account_id), change)
        return changed
    if reference is None:
        subject = (find_deal if family == "deal" else find_lead)(uow, programme_id, change)
        reference = link(uow, programme_id, system, change, family, subject)
    elif reference.subject_type != family:
        raise DomainError("change.other_record", Kind.INVALID, "This record stands for something else here.")
    _refuse_stale(reference, change)
    if family == "deal":
        changed = apply_to_deal(uow, system, change, reference.subject_id)
    else:
        apply_to_lead(uow, system, change, reference.subject_id)
    saw(uow, reference, change)
    return changed


def _refuse_stale(reference: ExternalReference | None, change: Change) -> None:
    if reference is not None:
        refuse_stale(reference.revision, change.revision)
