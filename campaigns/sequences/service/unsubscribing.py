"""One-click unsubscribe (RFC 8058) and its undo. The token of a message is all that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from campaigns.audience.models import Contact, Suppression
from campaigns.audience.queries import in_scope
from campaigns.audience.service.suppressing import lift_unsubscribe, suppress_key
from campaigns.core.actor import SYSTEM
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.partners.models import Partner, Programme
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.service.leaving import exit_everywhere, next_deliveries
from campaigns.tracking.tokens import read_unsubscribe_token


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a genuine unsubscribe token means, with what the page shows."""

    delivery_id: int
    contact_id: UUID
    email_key: str
    partner_id: UUID
    programme_id: UUID
    launch_id: UUID
    locale: str
    partner_name: str
    programme_name: str
    email_shown: str
    unsubscribed: bool


def masked(email: str) -> str:
    """`a…@osterly.example`: enough to know one's own address by, too little to learn another's."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else ""


def recipient_of(session: Session, secret_key: str, token: str) -> Recipient | None:
    """Whom the token means; None for an unknown token. Reads only."""
    delivery_id = read_unsubscribe_token(secret_key, token)
    if delivery_id is None:
        return None
    row = session.execute(
        select(
            Delivery.contact_id,
            Contact.email_key,
            Contact.email,
            Delivery.partner_id,
            Delivery.programme_id,
            Delivery.launch_id,
            Delivery.locale,
            Partner.name.label("partner_name"),
            Programme.name.label("programme_name"),
            select(Suppression.id)
            .where(
                Suppression.email_key == Contact.email_key,
                Suppression.reason == "unsubscribe",
                in_scope(Delivery.partner_id, Delivery.programme_id),
            )
            .exists()
            .label("unsubscribed"),
        )
        .join(Contact, Contact.id == Delivery.contact_id)
        .join(Partner, Partner.id == Delivery.partner_id)
        .join(Programme, Programme.id == Delivery.programme_id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .where(Delivery.id == delivery_id)
    ).one_or_none()
    if row is None:
        return None
    return Recipient(
        delivery_id=delivery_id,
        contact_id=row.contact_id,
        email_key=row.email_key,
        partner_id=row.partner_id,
        programme_id=row.programme_id,
        launch_id=row.launch_id,
        locale=row.locale,
        partner_name=row.partner_name,
        programme_name=row.programme_name,
        email_shown=masked(row.email),
        unsubscribed=bool(row.unsubscribed),
    )


def unsubscribe(uow: UnitOfWork, secret_key: str, token: str) -> Recipient | None:
    """End all mail of the partner and of the programme to the recipient, from this commit on.

    A claim that is under way sees the suppression or has already taken the row; see `claiming`.
    """
    who = recipient_of(uow.session, secret_key, token)
    if who is None:
        return None
    added = suppress_key(
        uow,
        who.email_key,
        partner_id=who.partner_id,
        programme_id=who.programme_id,
        reason="unsubscribe",
        source=f"delivery:{who.delivery_id}",
    )
    _wait_for_claims(uow, who)
    exit_everywhere(uow, "unsubscribe", [who.contact_id])
    if added:
        audit.record(
            uow, SYSTEM, "contact.unsubscribe", "contact", who.contact_id, {"delivery": who.delivery_id},
            partner_id=who.partner_id,
        )  # fmt: skip
    return who


def resubscribe(uow: UnitOfWork, secret_key: str, token: str) -> Recipient | None:
    """ "That was a mistake": the unsubscribe is lifted and the sequences it ended go on where they stood."""
    who = recipient_of(uow.session, secret_key, token)
    if who is None:
        return None
    lifted = lift_unsubscribe(uow, who.email_key, partner_id=who.partner_id, programme_id=who.programme_id)
    left = (
        select(Enrolment.id)
        .join(Launch, Launch.id == Enrolment.launch_id)
        .where(
            Enrolment.contact_id == who.contact_id,
            Enrolment.state == "exited",
            Enrolment.exit_reason == "unsubscribe",
            Launch.state.in_(("running", "paused")),  # what is over stays over
        )
    )
    enrolments = list(uow.session.execute(left).scalars())
    if enrolments:
        uow.session.execute(
            update(Delivery)
            .where(
                Delivery.enrolment_id.in_(enrolments), Delivery.state == "cancelled", Delivery.reason == "unsubscribe"
            )
            .values(state="due", reason=None)
            .execution_options(synchronize_session=False)
        )
        uow.session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(enrolments))
            .values(state="active", exit_reason=None, ended_at=None)
            .execution_options(synchronize_session=False)
        )
        # who left while a mail was under way has no next step yet
        sent = uow.session.execute(
            select(Delivery.id, Delivery.sent_at).where(
                Delivery.enrolment_id.in_(enrolments), Delivery.sent_at.is_not(None)
            )
        )
        went = {row.id: row.sent_at for row in sent}
        next_deliveries(uow, list(went), went)
    if lifted:
        audit.record(
            uow, SYSTEM, "contact.resubscribe", "contact", who.contact_id, {"delivery": who.delivery_id},
            partner_id=who.partner_id,
        )  # fmt: skip
    return who


def _wait_for_claims(uow: UnitOfWork, who: Recipient) -> None:
    """Hold until claims of the address that have not yet seen the suppression are committed.

    So when the recipient is told that it is done, no process can still take a row of theirs. At other
    partners of the programme the suppression itself stops the claim.
    """
    uow.session.flush()
    uow.session.execute(
        select(Delivery.id)
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(
            Contact.email_key == who.email_key,
            Delivery.state == "due",
            or_(Delivery.partner_id == who.partner_id, Delivery.programme_id == who.programme_id),
        )
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    ).all()
