"""Rows of rendered files."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Artifact(Keyed, Base):
    """A finished file, addressed by its fingerprint within one partner; never updated.

    `public_token` is the unguessable name under which mails and landing pages fetch pictures.
    """

    __tablename__ = "artifact"
    __table_args__ = (
        UniqueConstraint("partner_id", "fingerprint"),
        CheckConstraint("size > 0", name="size"),
    )
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    fingerprint: Mapped[str]
    storage_key: Mapped[str]
    preview_key: Mapped[str | None]
    public_token: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    warnings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    rendered_at: Mapped[datetime]
    render_ms: Mapped[int] = mapped_column(server_default="0")
