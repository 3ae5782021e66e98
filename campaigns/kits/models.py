"""Rows of kits and their immutable versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Kit(Keyed, Base):
    """A campaign template of a programme."""

    __tablename__ = "kit"
    __table_args__ = (UniqueConstraint("programme_id", "slug"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(server_default="")


class KitVersion(Keyed, Base):
    """An immutable, digested state of a kit; only its state moves: draft → published → withdrawn.

    `problems` and `coverage` are the report of the check, `checked_at` NULL while it runs;
    while it runs `check_done` of `check_total` parts are done. `manifest` is kit.toml as JSON for
    lists and pages. The files lie in storage as one zip.
    """

    __tablename__ = "kit_version"
    __table_args__ = (
        UniqueConstraint("kit_id", "number"),
        UniqueConstraint("kit_id", "digest"),
        CheckConstraint("state IN ('draft','published','withdrawn')", name="state"),
        Index("ix_kit_version_published", "kit_id", postgresql_where=text("state = 'published'")),
    )
    kit_id: Mapped[UUID] = mapped_column(ForeignKey("kit.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    label: Mapped[str]
    digest: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")
    archive_key: Mapped[str]
    manifest: Mapped[dict[str, Any]]
    problems: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    coverage: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    check_done: Mapped[int] = mapped_column(server_default="0")
    check_total: Mapped[int] = mapped_column(server_default="0")
    checked_at: Mapped[datetime | None]
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
