"""Rows of plan rates; never updated, a later row of the same period and currency wins from then on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class PlanRate(Keyed, Base):
    """One unit of `currency` is `rate` units of `base`, in the period that starts on `starts_on`."""

    __tablename__ = "plan_rate"
    __table_args__ = (
        Index("ix_plan_rate_programme", "programme_id", "currency", "base", "starts_on"),
        CheckConstraint("rate > 0", name="positive"),
        CheckConstraint("currency <> base", name="two"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    currency: Mapped[str]
    base: Mapped[str]
    starts_on: Mapped[date]
    rate: Mapped[Decimal] = mapped_column(Numeric(20, 10))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
