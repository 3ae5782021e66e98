"""Rows of launches, their pieces and their audience snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Launch(Keyed, Base):
    """One partner running one kit version. What the click pinned never changes; its state does."""

    __tablename__ = "launch"
    __table_args__ = (
        UniqueConstraint("partner_id", "client_token"),
        CheckConstraint(
            "state IN ('draft','rendering','ready','running','paused','finished','cancelled','failed')", name="state"
        ),
        Index("ix_launch_partner", "partner_id", "created_at"),
        Index("ix_launch_programme", "programme_id", "created_at"),
    )
    slug: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    kit_version_id: Mapped[UUID] = mapped_column(ForeignKey("kit_version.id"))
    brand_revision_id: Mapped[UUID] = mapped_column(ForeignKey("brand_revision.id"))
    list_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_list.id"))
    client_token: Mapped[str]
    locales: Mapped[list[str]]
    fields: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default="rendering")
    version: Mapped[int] = mapped_column(server_default="1")
    starts_at: Mapped[datetime]
    launched_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    relaunch_of: Mapped[UUID | None] = mapped_column(ForeignKey("launch.id"))
    audience_total: Mapped[int] = mapped_column(server_default="0")
    audience_skipped: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # reason → count
    ready_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[dict[str, Any] | None]


class LaunchPiece(Keyed, Base):
    """One file of a launch: an asset in an output and a locale; its artifact once it is rendered."""

    __tablename__ = "launch_piece"
    __table_args__ = (
        UniqueConstraint("launch_id", "asset_id", "output", "locale"),
        CheckConstraint("state IN ('waiting','rendering','ready','failed')", name="state"),
        CheckConstraint("(state = 'ready') = (artifact_id IS NOT NULL)", name="ready_has_artifact"),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    position: Mapped[int]
    asset_id: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    output: Mapped[str]
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    artifact_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifact.id"))
    error: Mapped[dict[str, Any] | None]


class LaunchContact(Base):
    """The audience snapshot: who, and in which of the launch's locales."""

    __tablename__ = "launch_contact"
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    locale: Mapped[str]
