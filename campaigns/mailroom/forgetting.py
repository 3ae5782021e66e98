"""Forgetting a person in the product's own mail: what was owed, what was sent, what is kept as files."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.mailroom.keys import storage_key
from campaigns.mailroom.models import KeptMessage, SystemMail


def forget_letters(uow: UnitOfWork, partner_id: UUID, email_key: str, submissions: Sequence[UUID]) -> list[UUID]:
    """Empty the confirmations to a person and the notices that name them; what is still owed is not sent.

    Returns the letters, whose kept files `erase_kept` then removes.
    """
    to_them = and_(SystemMail.kind == "confirmation", func.lower(SystemMail.recipient) == email_key)
    about_them = [SystemMail.dedupe_key.startswith(f"lead:{one}:", autoescape=True) for one in submissions]
    rows = uow.session.execute(
        update(SystemMail)
        .where(SystemMail.partner_id == partner_id, or_(to_them, *about_them))
        .values(recipient="", sender_name="", subject="", text_body="", html_body="", sheet="", reply=None)
        .returning(SystemMail.id)
        .execution_options(synchronize_session=False)
    )
    letters = list(rows.scalars())
    uow.session.execute(delete(SystemMail).where(SystemMail.id.in_(letters), SystemMail.state == "due"))
    return letters


def erase_kept(
    factory: UnitOfWorkFactory, storage: Storage, letters: Sequence[UUID], delivered: Sequence[tuple[int, str]]
) -> int:
    """Remove kept messages, files first: the letters' and those of deliveries (id, Message-ID). Returns files.

    Doing it again changes nothing. DomainError `mail.under_way` (unavailable) while a letter is being sent.
    """
    with factory.reading() as session:
        sent = session.execute(select(SystemMail.message_id, SystemMail.state).where(SystemMail.id.in_(letters))).all()
    message_ids = [row.message_id for row in sent] + [message_id for _, message_id in delivered if message_id]
    for message_id in message_ids:
        storage.delete(storage_key(message_id))  # also of one whose row was never written
    with factory() as uow:
        mine = or_(
            KeptMessage.message_id.in_(message_ids), KeptMessage.delivery_id.in_([number for number, _ in delivered])
        )
        uow.session.execute(delete(KeptMessage).where(mine))
    if any(row.state == "claimed" for row in sent):
        raise DomainError("mail.under_way", Kind.UNAVAILABLE, "A message to this person is just being sent.")
    return len(message_ids)
