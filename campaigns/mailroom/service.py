"""Owing a single message: one row and one job in the caller's transaction. The worker carries it out once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import invalid
from campaigns.core.ids import digest, new_id
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom.models import SystemMail

TASK = "mail.system"
MOST_ATTEMPTS = 50  # with the jobs' back-off about a day, as RFC 5321 4.5.4.1 asks of a queue at the least


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as its writer composes it, in its reader's language."""

    subject: str
    text_body: str
    html_body: str


def queue_mail(
    uow: UnitOfWork,
    *,
    kind: str,
    dedupe_key: str,
    recipient: str,
    sender_name: str,
    subject: str,
    text_body: str,
    html_body: str,
    partner_id: UUID | None = None,
    programme_id: UUID | None = None,
    unsubscribe_url: str = "",
    sheet_name: str = "",
    sheet: str = "",
) -> UUID | None:
    """Owe a message; None if one with this `dedupe_key` is owed or was sent before.

    `unsubscribe_url` is where a POST ends such mails; `sheet` is a CSV that is attached as `sheet_name`.

    Raises `mail.header` for a control character where a header is made of it: nothing typed by
    anybody can add a header or a recipient.
    """
    for part in (recipient, sender_name, subject, unsubscribe_url, sheet_name):
        if not part.isprintable():
            raise invalid("mail.header", "A subject, name or address may not hold control characters.")
    mail_id = uow.session.execute(
        insert(SystemMail)
        .values(
            id=new_id(),
            dedupe_key=dedupe_key,
            kind=kind,
            partner_id=partner_id,
            programme_id=programme_id,
            recipient=recipient,
            sender_name=sender_name,
            subject=subject,
            text_body=text_body,
            html_body=html_body,
            unsubscribe_url=unsubscribe_url,
            sheet_name=sheet_name,
            sheet=sheet,
            message_id=f"system-{digest(dedupe_key)[:32]}",
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(SystemMail.id)
    ).scalar_one_or_none()
    if mail_id is not None:
        jobs.enqueue(uow, TASK, str(mail_id), {"mail_id": str(mail_id)}, queue="send", max_attempts=MOST_ATTEMPTS)
    return mail_id
