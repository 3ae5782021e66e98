"""Claiming a system message, writing it as bytes, recording what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, update

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import SendResult
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom.models import SystemMail


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """One message as the transport takes it."""

    sender: str
    recipient: str
    message_id: str
    data: bytes
    partner_id: UUID | None


def claim(uow: UnitOfWork, mail_id: UUID, sender_domain: str, *, repeatable: bool = False) -> ClaimedMail | None:
    """Take a due message; None if it went out or was refused before.

    One that was claimed and never recorded belongs to a worker that died while talking to the server: whether it
    went out is unknown, so it is marked `unknown` and not sent a second time; unless the transport is `repeatable`,
    as keeping files is.
    """
    row = uow.session.get(SystemMail, mail_id, with_for_update=True, populate_existing=True)
    if row is None or row.state not in ("due", "claimed"):
        return None
    if row.state == "claimed" and not repeatable:
        row.state, row.reply = "unknown", "The worker ended while sending."
        return None
    row.state, row.attempts = "claimed", row.attempts + 1
    sender = f"no-reply@{sender_domain}"
    if "@" not in row.message_id:
        row.message_id = f"<{row.message_id}@{sender_domain}>"
    message_id = row.message_id
    return ClaimedMail(sender, row.recipient, message_id, compose(row, sender, message_id, uow), row.partner_id)


def compose(row: SystemMail, sender: str, message_id: str, uow: UnitOfWork) -> bytes:
    """The message by RFC 5322: text and HTML, no header made of anything unchecked (the email package refuses)."""
    message = EmailMessage(policy=SMTP)
    local, _, domain = sender.partition("@")
    message["From"] = Address(row.sender_name, local, domain)
    message["To"] = Address(addr_spec=row.recipient)
    message["Subject"] = row.subject
    message["Date"] = format_datetime(uow.now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    if row.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{row.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.text_body)
    message.add_alternative(row.html_body, subtype="html")
    if row.sheet_name:
        message.add_attachment(row.sheet.encode(), maintype="text", subtype="csv", filename=row.sheet_name)
    return message.as_bytes()


def record(uow: UnitOfWork, mail_id: UUID, result: SendResult) -> None:
    """Write the outcome: sent, bounced, unknown, or due again after a deferral."""
    state = {"sent": "sent", "refused": "bounced", "unknown": "unknown", "deferred": "due"}[result.outcome]
    uow.session.execute(
        update(SystemMail)
        .where(SystemMail.id == mail_id, SystemMail.state == "claimed")
        .values(state=state, reply=f"{result.code} {result.reply}"[:500], sent_at=uow.now if state == "sent" else None)
    )


def give_up(uow: UnitOfWork, mail_id: UUID, error: dict[str, Any]) -> None:
    """No further attempt will be made: the message says so and why, instead of being due for ever."""
    said = f"{error.get('code', '')}: {error.get('message', '')}"[:500]
    uow.session.execute(
        update(SystemMail)
        .where(SystemMail.id == mail_id, SystemMail.state.in_(("due", "claimed")))
        .values(state=case((SystemMail.state == "due", "bounced"), else_="unknown"), reply=said)
        .execution_options(synchronize_session=False)
    )


def raise_if_deferred(result: SendResult) -> None:
    """Let the job back off and come again."""
    if result.outcome == "deferred":
        raise DomainError(
            "mail.deferred", Kind.UNAVAILABLE, f"The mail server answered {result.code}: {result.reply}"[:300]
        )
