"""Writing down what happened, for whoever is to be told. Nothing is sent here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.models import BusinessEvent, WebhookEndpoint
from campaigns.outbound.types import EVENT_TYPES

FAN_OUT = "outbound.fan_out"


def record_event(
    uow: UnitOfWork,
    type_: str,
    subject_type: str,
    subject_id: UUID,
    *,
    programme_id: UUID,
    partner_id: UUID | None = None,
    data: dict[str, Any] | None = None,
    vendor_data: dict[str, Any] | None = None,
    partner_data: dict[str, Any] | None = None,
    origin: str = "",
    for_vendor: bool = True,
) -> int:
    """Write one event in the caller's transaction and return its number.

    `type_` is `deal.approved` and the like. Without `partner_id` no partner is told. `data` is for both sides,
    `vendor_data` and `partner_data` for one. `origin` is the outside system whose change caused it: it is not told
    its own echo. `for_vendor=False` is for what is the partner's own affair. This is the one place where the fan-out
    to endpoints is called for; without an endpoint there is none. A type that is not in `EVENT_TYPES` is a mistake of
    the caller (LookupError): nothing is told that integrators cannot read about.
    """
    if type_ not in EVENT_TYPES:
        raise LookupError(f"{type_} is not a type of event")
    row = BusinessEvent(
        event_id=new_id(),
        type=type_,
        subject_type=subject_type,
        subject_id=subject_id,
        programme_id=programme_id,
        partner_id=partner_id,
        occurred_at=uow.now,
        data=data or {},
        vendor_data=vendor_data or {},
        partner_data=partner_data or {},
        origin=origin,
        for_vendor=for_vendor,
    )
    uow.session.add(row)
    uow.session.flush()
    if _somebody_listens(uow, programme_id, partner_id):
        jobs.enqueue(uow, FAN_OUT, str(row.id), {"event": row.id}, max_attempts=20)
    return row.id


def _somebody_listens(uow: UnitOfWork, programme_id: UUID, partner_id: UUID | None) -> bool:
    whose = WebhookEndpoint.programme_id == programme_id
    if partner_id is not None:
        whose |= WebhookEndpoint.partner_id == partner_id
    found = select(WebhookEndpoint.id).where(whose, WebhookEndpoint.state != "disabled", WebhookEndpoint.url != "")
    return uow.session.scalar(found.limit(1)) is not None
