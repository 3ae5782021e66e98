"""Reads of the outbox: messages that were kept as files because no SMTP server is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, scoped
from campaigns.mailroom.models import KeptMessage

PAGE = 50
SHOWN = (
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A kept message in a list."""

    id: UUID
    recipient: str
    subject: str
    kind: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """One page of kept messages, 50 of `total`."""

    lines: tuple[MessageLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A kept message taken apart."""

    line: MessageLine
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    size: int


def outbox_for(session: Session, actor: Actor, *, text: str = "", page: int = 1) -> OutboxPage:
    """The tenant's kept messages, newest first."""
    base = scoped(select(KeptMessage), actor, KeptMessage)
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        base = base.where(or_(KeptMessage.recipient.ilike(like), KeptMessage.subject.ilike(like)))
    total = session.execute(select(func.count()).select_from(base.subquery())).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        base.order_by(KeptMessage.created_at.desc(), KeptMessage.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).scalars()
    return OutboxPage(tuple(_line(row) for row in rows), total, page, pages)


def _line(row: KeptMessage) -> MessageLine:
    return MessageLine(row.id, row.recipient, row.subject, row.kind, row.created_at)


def raw_message(session: Session, actor: Actor, storage: Storage, message_id: UUID) -> tuple[MessageLine, bytes]:
    """(line, the message as kept); `message.not_found` also for another tenant's."""
    row: KeptMessage = must_exist(
        session.execute(
            scoped(select(KeptMessage).where(KeptMessage.id == message_id), actor, KeptMessage)
        ).scalar_one_or_none(),
        "message",
    )
    return _line(row), storage.get(row.storage_key)


def message_page(session: Session, actor: Actor, storage: Storage, message_id: UUID) -> MessagePage:
    """A kept message's headers, text and HTML."""
    line, data = raw_message(session, actor, storage, message_id)
    message = message_from_bytes(data, policy=policy.default)
    return MessagePage(
        line=line,
        headers=tuple((name, str(message[name])) for name in SHOWN if message[name]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        size=len(data),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
