"""Leases that ran out: the outcome is unknown. Proven sent → sent; proven absent → again; else by the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy import Row, and_, func, select, update

from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.mailroom.models import KeptMessage
from campaigns.sequences.models import Delivery, StepMail
from campaigns.sequences.rules import MOST_ATTEMPTS
from campaigns.sequences.service.leaving import end_enrolments, next_deliveries
from campaigns.sequences.service.recording import launch_standing
from campaigns.sequences.service.settings import SendSettings
from campaigns.tracking.service import Touched, record_deliveries

MOST = 200
Fate = Literal["sent", "absent"]


@runtime_checkable
class LooksUp(Protocol):
    """A mail transport that can say what it took, by Message-ID: an id it does not name is not known either way."""

    def look_up(self, message_ids: Sequence[str]) -> Mapping[str, Fate]: ...


def expired(uow: UnitOfWork, limit: int = MOST) -> list[tuple[int, str]]:
    """(delivery id, Message-ID) of leases that ran out; for a look-up outside any transaction."""
    rows = uow.session.execute(
        select(Delivery.id, Delivery.message_id)
        .where(Delivery.state == "claimed", Delivery.lease_until < uow.now)
        .order_by(Delivery.lease_until)
        .limit(limit)
    )
    return [(row.id, row.message_id) for row in rows]


def kept_fates(uow: UnitOfWork, message_ids: Sequence[str]) -> dict[str, Fate]:
    """What the kept files prove: a row says sent, no row says absent. Keeping a message twice is harmless."""
    kept = set(
        uow.session.execute(select(KeptMessage.message_id).where(KeptMessage.message_id.in_(message_ids))).scalars()
    )
    return {message_id: "sent" if message_id in kept else "absent" for message_id in message_ids}


def reconcile(uow: UnitOfWork, settings: SendSettings, ids: Sequence[int], fates: Mapping[str, Fate]) -> dict[str, int]:
    """Settle deliveries whose lease ran out. Whoever still holds one records nothing afterwards, or the truth."""
    cancelled = _cancelled_among(uow, ids)
    rows = uow.session.execute(
        select(Delivery, StepMail.asset_id)
        .join(
            StepMail,
            and_(
                StepMail.launch_id == Delivery.launch_id,
                StepMail.step_id == Delivery.step_id,
                StepMail.locale == Delivery.locale,
            ),
        )
        .where(Delivery.id.in_(ids), Delivery.state == "claimed", Delivery.lease_until < uow.now)
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    ).all()
    outcome: dict[str, int] = {}
    sent: list[Row[Any]] = []
    for row in rows:
        delivery: Delivery = row.Delivery
        fate = fates.get(delivery.message_id)
        again = fate == "absent" or (fate is None and settings.send_policy == "at_least_once")
        delivery.lease_until = None
        if fate == "sent":
            delivery.state, delivery.sent_at, delivery.reason = "sent", uow.now, "reconciled"
            sent.append(row)
        elif again and delivery.launch_id in cancelled:
            delivery.state, delivery.reason = "cancelled", "launch_cancelled"
        elif again and delivery.attempts < MOST_ATTEMPTS:
            # a late worker must not record over the next attempt
            delivery.state, delivery.due_at, delivery.lease_token = "due", uow.now, None
        else:
            delivery.state, delivery.reason = "unknown", "worker_lost"
        outcome[delivery.state] = outcome.get(delivery.state, 0) + 1
    uow.session.flush()
    lost = [row.Delivery.enrolment_id for row in rows if row.Delivery.state == "unknown"]
    end_enrolments(uow, lost, "unknown")
    record_deliveries(uow.session, [_touched(row, uow) for row in sent])
    next_deliveries(uow, [row.Delivery.id for row in sent], uow.now)
    return outcome


def _cancelled_among(uow: UnitOfWork, ids: Sequence[int]) -> set[UUID]:
    """Which of the deliveries' launches were cancelled; none of them moves until this transaction ends."""
    theirs = select(Delivery.launch_id).where(Delivery.id.in_(ids))
    rows = uow.session.execute(
        select(Launch.id, Launch.state).where(Launch.id.in_(theirs)).order_by(Launch.id).with_for_update(read=True)
    )
    return {row.id for row in rows if row.state == "cancelled"}


def _touched(row: Row[Any], uow: UnitOfWork) -> Touched:
    delivery: Delivery = row.Delivery
    return Touched(
        launch_id=delivery.launch_id,
        programme_id=delivery.programme_id,
        partner_id=delivery.partner_id,
        delivery_id=delivery.id,
        contact_id=delivery.contact_id,
        asset_id=row.asset_id,
        step_id=delivery.step_id,
        locale=delivery.locale,
        sent_at=uow.now,
    )


def release_unsent(uow: UnitOfWork, launch_id: UUID, ids_and_tokens: Sequence[tuple[int, Any]]) -> int:
    """Give back deliveries of a launch of which nothing was sent, such as when a mail could not be composed in time."""
    if not ids_and_tokens:
        return 0
    cancelled = launch_standing(uow, launch_id) == "cancelled"
    became = {"state": "cancelled", "reason": "launch_cancelled"} if cancelled else {"state": "due"}
    released = 0
    for delivery_id, token in ids_and_tokens:
        released += len(
            uow.session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id, Delivery.lease_token == token, Delivery.state == "claimed")
                .values(lease_until=None, attempts=func.greatest(Delivery.attempts - 1, 0), **became)
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            ).all()
        )
    return released
