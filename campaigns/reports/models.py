"""Rows of what people set for reports: saved views and their mails, settings, targets, margins and costs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed
from campaigns.partners.models import ONE_TENANT


class ReportSetting(Keyed, Base):
    """A version of a programme's settings of reports; never updated, the newest holds.

    `data`: currency, fiscal month, weights of stages, and the model and path rules of the nightly run.
    """

    __tablename__ = "report_setting"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    data: Mapped[dict[str, Any]]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ReportView(Keyed, Base):
    """A report as somebody wants to see it again: its name and what it asks. Deleted ones can be brought back."""

    __tablename__ = "report_view"
    __table_args__ = (
        CheckConstraint(ONE_TENANT, name="one_tenant"),
        Index("ix_report_view_programme", "programme_id"),
        Index("ix_report_view_partner", "partner_id"),
    )
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    name: Mapped[str]
    asks: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    deleted_at: Mapped[datetime | None]


class ReportSchedule(Keyed, Base):
    """A view mailed to one reader, weekly or monthly at a local time; `next_at` is the instant it is next due."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        UniqueConstraint("view_id", "person_id"),
        Index("ix_report_schedule_next", "next_at", postgresql_where=text("stopped_at IS NULL")),
        CheckConstraint("every IN ('week','month')", name="every"),
        CheckConstraint("day BETWEEN 1 AND 31", name="day"),
    )
    view_id: Mapped[UUID] = mapped_column(ForeignKey("report_view.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    every: Mapped[str]
    day: Mapped[int]  # of the week, 1 is Monday; of the month, its last one where it has no such day
    at: Mapped[str]  # HH:MM
    zone: Mapped[str]
    next_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_why: Mapped[str] = mapped_column(server_default="")  # asked | unsubscribed | account | right | view


class ReportMailing(Keyed, Base):
    """A schedule's mail of one period; the key makes each go out once."""

    __tablename__ = "report_mailing"
    __table_args__ = (
        UniqueConstraint("schedule_id", "period"),
        CheckConstraint("state IN ('due','written','stopped')", name="state"),
    )
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("report_schedule.id"))
    period: Mapped[str]  # 2026-W48, 2026-11
    state: Mapped[str] = mapped_column(server_default="due")


class SalesTarget(Keyed, Base):
    """What a programme means to sell in a fiscal quarter; of a partner, a region or a product where they are named."""

    __tablename__ = "sales_target"
    __table_args__ = (
        Index(
            "uq_sales_target", "programme_id", "starts_on", "partner_id", "region", "product_line", "currency",
            unique=True, postgresql_nulls_not_distinct=True, postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )  # fmt: skip
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    starts_on: Mapped[date]
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    region: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2
    product_line: Mapped[str] = mapped_column(server_default="")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(server_default="1")
    removed_at: Mapped[datetime | None]


class MarginShare(Keyed, Base):
    """What part of revenue is margin, from a day on; never updated. `product_line` "" is the whole programme's."""

    __tablename__ = "margin_share"
    __table_args__ = (
        Index("ix_margin_share_programme", "programme_id", "product_line", "starts_on"),
        CheckConstraint("share_bp BETWEEN 0 AND 10000", name="share"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    product_line: Mapped[str] = mapped_column(server_default="")
    share_bp: Mapped[int]  # hundredths of a percent
    starts_on: Mapped[date]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class MarketingCost(Keyed, Base):
    """What somebody wrote that marketing cost: of a launch, of a partner, or of the programme as a whole."""

    __tablename__ = "marketing_cost"
    __table_args__ = (
        Index("ix_marketing_cost_programme", "programme_id", "incurred_on"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    launch_id: Mapped[UUID | None] = mapped_column(ForeignKey("launch.id"))
    activity: Mapped[str]
    incurred_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
