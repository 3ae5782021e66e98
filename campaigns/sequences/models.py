"""Rows of compiled step mails, enrolments and deliveries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed, Numbered


class StepMail(Keyed, Base):
    """The compiled mail of one step and locale of a launch, and when the step may first go out."""

    __tablename__ = "step_mail"
    __table_args__ = (UniqueConstraint("launch_id", "step_id", "locale"),)
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    step_id: Mapped[str]
    position: Mapped[int]
    locale: Mapped[str]
    asset_id: Mapped[str]
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifact.id"))
    wait_s: Mapped[int]
    send_if: Mapped[str]
    stop_on: Mapped[list[str]]


class Enrolment(Keyed, Base):
    """A contact going through a launch's sequence. `exit_reason` says why it ended."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("launch_id", "contact_id"),
        CheckConstraint("state IN ('active','done','exited')", name="state"),
        Index("ix_enrolment_contact", "contact_id"),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="active")
    exit_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Delivery(Numbered, Base):
    """One mail to one contact: UNIQUE (launch, step, contact) is the exactly-once key.

    due → claimed → sent | bounced | unknown; due → skipped | cancelled; claimed → due (4yz, back-off).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("launch_id", "step_id", "contact_id"),
        CheckConstraint("state IN ('due','claimed','sent','bounced','unknown','skipped','cancelled')", name="state"),
        CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name="claimed_has_lease"),
        Index("ix_delivery_due", "launch_id", "due_at", postgresql_where=text("state = 'due'")),
        Index("ix_delivery_claimed", "lease_until", postgresql_where=text("state = 'claimed'")),
        Index("ix_delivery_launch", "launch_id", "state"),
        Index("ix_delivery_contact", "contact_id"),
        Index("ix_delivery_enrolment", "enrolment_id"),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    step_id: Mapped[str]
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="due")
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    message_id: Mapped[str] = mapped_column(server_default="")  # made at the first claim, then never another
    sent_at: Mapped[datetime | None]
    reply_code: Mapped[int | None]
    reply: Mapped[str | None]
    reason: Mapped[str | None]  # why it was skipped, cancelled or is unknown
