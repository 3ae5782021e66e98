"""Rows of events told to the outside, of who is told, and of what other systems call our rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed, Numbered


class BusinessEvent(Numbered, Base):
    """Something that happened, as a CloudEvents 1.0 body will tell it. Never updated.

    `type` is `deal.approved`, `lead.accepted`, …; `subject_type`/`subject_id` name the row. An endpoint of
    the programme is told when `programme_id` is its own, one of the partner when `partner_id` is; `data`
    holds what both may see, `vendor_data` and `partner_data` what only one of them may.
    `origin` is the outside system whose change caused it, which is not told its own echo. `for_vendor` is false for
    what is the partner's own affair.
    """

    __tablename__ = "business_event"
    __table_args__ = (
        Index("ix_business_event_programme", "programme_id", "id"),
        Index("ix_business_event_partner", "partner_id", "id", postgresql_where=text("partner_id IS NOT NULL")),
    )
    event_id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    occurred_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    vendor_data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    partner_data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    origin: Mapped[str] = mapped_column(server_default="")
    for_vendor: Mapped[bool] = mapped_column(server_default=text("true"))


class WebhookEndpoint(Keyed, Base):
    """An address of one tenant that is told of events. The secret is sealed with the installation's key.

    An empty `url` is told nothing and only sends in. `adapter` names the one that speaks with the system where that is
    no receiver of webhooks (`integrations.adapters`); what it tells is then fetched. `pause_reason`: person, or failing
    after days of failure.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("(programme_id IS NULL) <> (partner_id IS NULL)", name="one_tenant"),
        CheckConstraint("state IN ('active','paused','disabled')", name="state"),
        Index("ix_webhook_endpoint_programme", "programme_id"),
        Index("ix_webhook_endpoint_partner", "partner_id"),
    )
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    url: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    system: Mapped[str] = mapped_column(
        server_default=""
    )  # its name in external references; its own echo is kept from it
    adapter: Mapped[str] = mapped_column(server_default="")
    types: Mapped[list[str]] = mapped_column(server_default="{}")  # empty: all
    sealed_secret: Mapped[str]
    former_secret: Mapped[str | None]  # signs too until `former_until`, so that a key can be changed without loss
    former_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="active")
    pause_reason: Mapped[str] = mapped_column(server_default="")
    failing_since: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")


class WebhookDelivery(Keyed, Base):
    """One event for one endpoint: UNIQUE, so it is queued once however often the fan-out runs.

    Its id is the message's id at every attempt. Until `lease_until` one process is sending it; `attempts` is the
    number of the attempt that may record its outcome; it only grows, also over replays.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_due", "due_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("state IN ('waiting','delivered','failed','skipped')", name="state"),
    )
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("business_event.id"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    replayed_from: Mapped[int] = mapped_column(server_default="0")  # attempts before the last replay
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    status: Mapped[int | None]  # the last answer's
    error: Mapped[str] = mapped_column(server_default="")
    answer: Mapped[str] = mapped_column(server_default="")  # its first 2,000 characters
    finished_at: Mapped[datetime | None]


class ExternalReference(Keyed, Base):
    """What another system calls a row of ours: (system, object, id) is UNIQUE in a tenant."""

    __tablename__ = "external_reference"
    __table_args__ = (
        Index(
            "uq_external_reference_programme", "programme_id", "system", "object", "external_id",
            unique=True, postgresql_where=text("programme_id IS NOT NULL"),
        ),
        Index(
            "uq_external_reference_partner", "partner_id", "system", "object", "external_id",
            unique=True, postgresql_where=text("partner_id IS NOT NULL"),
        ),
        Index("ix_external_reference_subject", "subject_type", "subject_id"),
        CheckConstraint("(programme_id IS NULL) <> (partner_id IS NULL)", name="one_tenant"),
    )  # fmt: skip
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    system: Mapped[str]
    object: Mapped[str]
    external_id: Mapped[str]
    subject_type: Mapped[str]  # lead | deal | account
    subject_id: Mapped[UUID]
    revision: Mapped[str] = mapped_column(server_default="")  # theirs, as last seen: an older one changes nothing
    seen_at: Mapped[datetime | None]


class Watermark(Base):
    """How far a feed of another system was read; reading begins a little before it and repeats are harmless."""

    __tablename__ = "watermark"
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    object: Mapped[str] = mapped_column(primary_key=True)
    reached: Mapped[datetime]
    updated_at: Mapped[datetime]


class CrmFeed(Base):
    """When a system that is fetched from was read and is read next; `error` says why it could not be, until it can.

    Until `lease_until` one process reads it; `attempt` is the number of the reading that may record its outcome.
    """

    __tablename__ = "crm_feed"
    __table_args__ = (Index("ix_crm_feed_due", "due_at"),)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id"), primary_key=True)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(server_default="0")
    read_at: Mapped[datetime | None]
    kept: Mapped[int] = mapped_column(server_default="0")  # changes that were new in the last reading
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")  # in a row
    error: Mapped[str] = mapped_column(server_default="")
    problem: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class InboundChange(Keyed, Base):
    """A change another system sent, as received; `state` says what came of it.

    A failed one can be replayed, or skipped with a reason. `told_at` is when it happened by the clock of a system that
    was read: such a row is kept as long as it may be read again.
    """

    __tablename__ = "inbound_change"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index("ix_inbound_change_programme", "programme_id", "created_at"),
        CheckConstraint("state IN ('waiting','applied','ignored','failed','skipped')", name="state"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id"))
    message_id: Mapped[str]
    type: Mapped[str]
    told_at: Mapped[datetime | None]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="waiting")
    code: Mapped[str] = mapped_column(server_default="")
    problem: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    applied_at: Mapped[datetime | None]
