"""Rows of messages kept as files and of the product's own single messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class KeptMessage(Keyed, Base):
    """A message kept as a file because no SMTP server is set; the outbox page shows them.

    `message_id` UNIQUE makes keeping the same message twice harmless. Also system mail
    (invitations, confirmations), which has no delivery.
    """

    __tablename__ = "kept_message"
    __table_args__ = (Index("ix_kept_message_partner", "partner_id", "created_at"),)
    message_id: Mapped[str] = mapped_column(unique=True)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)  # of sequences; no key, since sequences stand above
    recipient: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[str]  # step | confirmation | invitation | notice
    storage_key: Mapped[str]


class SystemMail(Keyed, Base):
    """A single message the product itself owes: invitation, confirmation, notice. Sent by a job, once."""

    __tablename__ = "system_mail"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        CheckConstraint("state IN ('due','claimed','sent','bounced','unknown')", name="state"),
    )
    dedupe_key: Mapped[str]
    kind: Mapped[str]
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    recipient: Mapped[str]
    sender_name: Mapped[str]
    subject: Mapped[str]
    text_body: Mapped[str]
    html_body: Mapped[str]
    unsubscribe_url: Mapped[str] = mapped_column(server_default="")  # of a mail one asked for and may end (RFC 8058)
    sheet_name: Mapped[str] = mapped_column(server_default="")  # a CSV that goes with it
    sheet: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="due")
    attempts: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None]
    reply: Mapped[str | None]
