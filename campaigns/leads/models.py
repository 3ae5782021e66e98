"""Rows of submissions, kept as received, and of the leads they become."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Submission(Keyed, Base):
    """A landing form as it was received; never updated. `form_token` UNIQUE makes a double post harmless."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("launch_id", "form_token"),
        Index("ix_submission_launch", "launch_id", "created_at"),
        Index("ix_submission_doubtful", "partner_id", "created_at", postgresql_where=text("verdict <> 'human'")),
        CheckConstraint("verdict IN ('human','suspect','spam')", name="verdict"),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    locale: Mapped[str]
    form_token: Mapped[str]
    data: Mapped[dict[str, Any]]
    consent_given: Mapped[bool] = mapped_column(server_default=text("false"))
    consent_text: Mapped[str] = mapped_column(server_default="")
    verdict: Mapped[str] = mapped_column(server_default="human")  # human | suspect | spam
    reasons: Mapped[list[str]] = mapped_column(server_default="{}")
    visitor: Mapped[str] = mapped_column(server_default="")
    link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)


class Lead(Keyed, Base):
    """A person or company that answered a partner's own launch; it belongs to that partner."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("launch_id", "email_key"),
        CheckConstraint("state IN ('new','accepted','declined','closed')", name="state"),
        Index("ix_lead_partner", "partner_id", "created_at"),
        Index("ix_lead_contact", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str]
    company: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    message: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    version: Mapped[int] = mapped_column(server_default="1")
    source_channel: Mapped[str] = mapped_column(server_default="")
    source_asset_id: Mapped[str] = mapped_column(server_default="")
    source_step_id: Mapped[str] = mapped_column(server_default="")
    source_link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))
    touched_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class LeadSubmission(Base):
    """Which submissions a lead is made of; the first is the lead's own `submission_id`."""

    __tablename__ = "lead_submission"
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True, unique=True)
