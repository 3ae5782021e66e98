"""Rows of routing: a programme's rules, what partners cover, offers with their reasons, requests from the pool."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class LeadPolicy(Keyed, Base):
    """A version of a programme's rules of scoring, routing, windows and recycling; never updated, the newest holds."""

    __tablename__ = "lead_policy"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    data: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(server_default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


class PartnerCoverage(Base):
    """Which of a programme's leads a partner can serve. Empty lists mean no limit; `capacity` None too."""

    __tablename__ = "partner_coverage"
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    countries: Mapped[list[str]] = mapped_column(server_default="{}")
    postal_prefixes: Mapped[list[str]] = mapped_column(server_default="{}")
    product_lines: Mapped[list[str]] = mapped_column(server_default="{}")
    capacity: Mapped[int | None]  # leads accepted and still open at once
    takes_leads: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default="1")


class LeadOffer(Keyed, Base):
    """A vendor's lead offered to a partner until `due_at`; one open offer a lead, one offer a partner and round."""

    __tablename__ = "lead_offer"
    __table_args__ = (
        Index("uq_lead_offer_open", "lead_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_lead_offer_partner", "partner_id", "state", "due_at"),
        Index("ix_lead_offer_due", "due_at", postgresql_where=text("state = 'open'")),
        CheckConstraint("state IN ('open','accepted','declined','expired','withdrawn')", name="state"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead_policy.id"))
    state: Mapped[str] = mapped_column(server_default="open")
    reason: Mapped[list[Any]]  # codes and figures that chose this partner, shown to both sides
    considered: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # all candidates, for the vendor only
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[str] = mapped_column(server_default="")
    decline_note: Mapped[str] = mapped_column(server_default="")


class PoolRequest(Keyed, Base):
    """A partner asks for a lead of the pool."""

    __tablename__ = "pool_request"
    __table_args__ = (
        Index("uq_pool_request_open", "lead_id", "partner_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_pool_request_lead", "lead_id", "state"),
        CheckConstraint("state IN ('open','granted','refused','withdrawn')", name="state"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="open")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class LeadImport(Keyed, Base):
    """A file of leads or of an event's guests: what was taken, and every bad row with its line and code.

    A draft is only looked at. One that is in can be taken back: `undone` counts the leads that went with it.
    """

    __tablename__ = "lead_import"
    __table_args__ = (
        Index("ix_lead_import_giver", "programme_id", "partner_id", "created_at"),
        CheckConstraint("state IN ('draft','waiting','running','done','failed','undoing','undone')", name="state"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # csv | event
    source: Mapped[str]
    filename: Mapped[str]
    storage_key: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # how the file is cut and mapped
    state: Mapped[str] = mapped_column(server_default="waiting")
    error: Mapped[str] = mapped_column(server_default="")
    rows: Mapped[int] = mapped_column(server_default="0")
    rows_done: Mapped[int] = mapped_column(server_default="0")
    taken: Mapped[int] = mapped_column(server_default="0")
    known: Mapped[int] = mapped_column(server_default="0")
    undone: Mapped[int] = mapped_column(server_default="0")
    problems: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    finished_at: Mapped[datetime | None]
