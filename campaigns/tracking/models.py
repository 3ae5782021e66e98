"""Rows of tracked links and touchpoints. Touchpoints are append-only: a trigger refuses the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Numbered


class TrackedLink(Numbered, Base):
    """A short address of a launch. The target comes from here, never from the request.

    `kind`: landing, file, page, share. `channel`: qr, mail, linkedin, x, facebook, whatsapp, plain.
    """

    __tablename__ = "tracked_link"
    __table_args__ = (UniqueConstraint("launch_id", "kind", "locale", "channel", "asset_id", "step_id", "target"),)
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    kind: Mapped[str]
    locale: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="")
    asset_id: Mapped[str] = mapped_column(server_default="")
    step_id: Mapped[str] = mapped_column(server_default="")
    target: Mapped[str]


class Touchpoint(Numbered, Base):
    """A record that somebody met a launch. Never updated; a verdict is recomputed into a new row.

    That row `revises` the earlier one, which then counts no more: see `queries.effective`.
    """

    __tablename__ = "touchpoint"
    __table_args__ = (
        Index("ix_touchpoint_launch", "launch_id", "occurred_at"),
        Index("ix_touchpoint_delivery", "delivery_id", postgresql_where=text("delivery_id IS NOT NULL")),
        Index("ix_touchpoint_visitor", "launch_id", "visitor"),
        Index("ix_touchpoint_created", "created_at", postgresql_using="brin"),  # rows come in that order
        Index("ix_touchpoint_contact", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
        Index("uq_touchpoint_revises", "revises", unique=True, postgresql_where=text("revises IS NOT NULL")),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    kind: Mapped[str]  # delivery | click | page | form | download | share | event
    link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)
    contact_id: Mapped[UUID | None]
    asset_id: Mapped[str] = mapped_column(server_default="")
    step_id: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="")
    visitor: Mapped[str] = mapped_column(server_default="")  # keyed digest per launch; no address is kept
    verdict: Mapped[str] = mapped_column(server_default="human")  # human | suspect | bot
    reasons: Mapped[list[str]] = mapped_column(server_default="{}")
    occurred_at: Mapped[datetime]
    revises: Mapped[int | None] = mapped_column(ForeignKey("touchpoint.id"))
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
