"""Claiming due deliveries: at most 20, checked once more in the transaction that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, select, update
from sqlalchemy.orm import Session

from campaigns.audience.models import Contact, Suppression
from campaigns.audience.queries import in_scope
from campaigns.core.ids import new_id
from campaigns.core.signing import keyed_digest
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.rules import BATCH, LEASE
from campaigns.sequences.service.checking import checked
from campaigns.sequences.service.leaving import end_enrolments, next_deliveries
from campaigns.sequences.service.settings import SendSettings

# why a check fails → whether the contact leaves the sequence
_LEAVES = {
    "erased", "unsubscribed", "no_basis", "stop_unsubscribe", "stop_form", "stop_click", "enrolment_ended",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery this process may send until its lease runs out; everything a message is made of."""

    id: int
    lease_token: UUID
    message_id: str
    attempts: int
    launch_id: UUID
    programme_id: UUID
    partner_id: UUID
    enrolment_id: UUID
    contact_id: UUID
    step_id: str
    asset_id: str
    locale: str
    position: int
    artifact_key: str
    email: str
    email_key: str
    first_name: str
    last_name: str
    company: str
    sender_email: str
    sender_name: str
    reply_to: str
    slug: str


def message_id(settings: SendSettings, launch_id: UUID, step_id: str, contact_id: UUID) -> str:
    """The Message-ID of a delivery (RFC 5322, 3.6.4): the same at every attempt, guessable by nobody."""
    name = keyed_digest(settings.secret_key, "message-id", str(launch_id), step_id, str(contact_id))
    return f"<{name}@{settings.sender_domain}>"


def claim_batch(
    uow: UnitOfWork, settings: SendSettings, launch_id: UUID, *, limit: int = BATCH
) -> tuple[list[Claimed], bool]:
    """Take due deliveries of a running launch. Returns them and whether there may be more.

    Suppression, consent, erasure, the enrolment, the launch and the step's condition are checked with the
    rows locked; what fails is skipped with its reason. Rows another process holds are passed over.
    """
    session = uow.session
    picked = session.execute(
        select(Delivery.id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .where(
            Delivery.launch_id == launch_id,
            Delivery.state == "due",
            Delivery.due_at <= uow.now,
            Launch.state == "running",
            Launch.starts_at <= uow.now,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    ).scalars()
    ids = list(picked)
    if not ids:
        return [], False
    rows = checked(uow, ids)
    good = [row for row in rows if row.reason is None]
    skipped = [row for row in rows if row.reason is not None]
    _skip(uow, skipped)
    token = new_id()
    claimed = [_claimed(settings, row, token) for row in good]
    if claimed:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_([one.id for one in claimed]))
            .values(
                state="claimed",
                lease_until=uow.now + LEASE,
                lease_token=token,
                attempts=Delivery.attempts + 1,
                message_id=case({one.id: one.message_id for one in claimed}, value=Delivery.id),
            )
            .execution_options(synchronize_session=False)
        )
    return claimed, len(ids) == limit


def still_to_send(session: Session, now: datetime, claimed: Sequence[Claimed]) -> set[int]:
    """Which of the claimed deliveries may still go out, asked right before a server is talked to.

    Between claim and sending a storage may have been slow or the process asleep: whoever has unsubscribed or was
    erased since, whose launch was stopped, or whose lease has gone to another process gets nothing from this one.
    """
    suppressed = exists(
        select(Suppression.id).where(
            Suppression.email_key == Contact.email_key, in_scope(Delivery.partner_id, Delivery.programme_id)
        )
    )
    tokens = {one.lease_token for one in claimed}
    rows = session.execute(
        select(Delivery.id)
        .join(Contact, Contact.id == Delivery.contact_id)
        .join(Enrolment, Enrolment.id == Delivery.enrolment_id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .where(
            Delivery.id.in_([one.id for one in claimed]),
            Delivery.lease_token.in_(tokens),
            Delivery.state == "claimed",
            Delivery.lease_until > now,
            Contact.erased_at.is_(None),
            Enrolment.state == "active",
            Launch.state == "running",
            ~suppressed,
        )
    )
    return set(rows.scalars())


def _skip(uow: UnitOfWork, rows: Sequence[Any]) -> None:
    if not rows:
        return
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id.in_([row.id for row in rows]))
        .values(state="skipped", reason=case({row.id: row.reason for row in rows}, value=Delivery.id))
        .execution_options(synchronize_session=False)
    )
    for reason in {row.reason for row in rows if row.reason in _LEAVES}:
        end_enrolments(uow, [row.enrolment_id for row in rows if row.reason == reason], reason)
    # a step whose condition does not hold is passed over: the next one counts from here
    passed = [row.id for row in rows if row.reason == "condition"]
    next_deliveries(uow, passed, uow.now)


def _claimed(settings: SendSettings, row: Any, token: UUID) -> Claimed:
    brand = row.brand or {}
    return Claimed(
        id=row.id,
        lease_token=token,
        message_id=row.message_id or message_id(settings, row.launch_id, row.step_id, row.contact_id),
        attempts=row.attempts + 1,
        launch_id=row.launch_id,
        programme_id=row.programme_id,
        partner_id=row.partner_id,
        enrolment_id=row.enrolment_id,
        contact_id=row.contact_id,
        step_id=row.step_id,
        asset_id=row.asset_id,
        locale=row.locale,
        position=row.position,
        artifact_key=row.artifact_key,
        email=row.email,
        email_key=row.email_key,
        first_name=row.first_name,
        last_name=row.last_name,
        company=row.company,
        sender_email=row.sender_email or f"mail@{settings.sender_domain}",
        sender_name=str(brand.get("name") or row.partner_name),
        reply_to=str(brand.get("email") or ""),
        slug=row.slug,
    )
