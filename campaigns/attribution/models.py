"""Rows of attribution runs and their credits; written once, whole, and never changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class AttributionRun(Keyed, Base):
    """One computation over a programme: model, parameters, cut-off, and the digest of what went in and came out."""

    __tablename__ = "attribution_run"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    model: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    cut_off: Mapped[datetime]
    digest: Mapped[str]
    deals: Mapped[int]
    touches: Mapped[int]
    unattributed: Mapped[int]
    totals: Mapped[dict[str, Any]]  # by state and currency: deals, value, sourced, influenced, either, unattributed
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    seconds: Mapped[float]


class AttributionDeal(Base):
    """How one deal stands in a run: its value, and whether partners' marketing sourced or influenced it.

    `state` is what the run knew at its cut-off: open (protected and not closed), won or lost.
    """

    __tablename__ = "attribution_deal"
    __table_args__ = (
        Index("ix_attribution_deal_partner", "run_id", "partner_id"),
        CheckConstraint("state IN ('open','won','lost')", name="state"),
    )
    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("attribution_run.id", deferrable=True, initially="IMMEDIATE"), primary_key=True
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    state: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    touches: Mapped[int]
    sourced: Mapped[bool] = mapped_column(server_default=text("false"))
    influenced: Mapped[bool] = mapped_column(server_default=text("false"))
    lead_at: Mapped[datetime | None]
    opportunity_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AttributionCredit(Base):
    """What one touch of one deal's path was credited in a run; Σ amount_minor of a deal = its value exactly.

    Every touch that counts has its row, with nothing where the model gives it nothing, so that the rows are the path.
    `holder_id` is the partner whose part of the deal is shared out, `partner_id` the one whose touch it was. A deal
    without touches has one row a holder with place 0 and no partner: unattributed. The exact share is
    `weight` / `weight_of`. Launches and versions are copied from touchpoints, whose keys the database has checked:
    a million rows are written in one transaction, and five checks a row would take most of its time.
    """

    __tablename__ = "attribution_credit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "deal_id"], ["attribution_deal.run_id", "attribution_deal.deal_id"], name="fk_attribution_credit"
        ),
        Index("ix_attribution_credit_partner", "run_id", "partner_id"),
        CheckConstraint("share_ppb >= 0", name="share"),
        CheckConstraint("(place = 0) = (touch = '')", name="unattributed"),
    )
    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    deal_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # 1 is the earliest touch of the path
    touch: Mapped[str]  # touchpoint:<id> or activity:<id>
    occurred_at: Mapped[datetime | None]
    share_ppb: Mapped[int] = mapped_column(BigInteger)  # billionths, for showing; money is what is exact
    weight: Mapped[Decimal] = mapped_column(Numeric(40, 0))
    weight_of: Mapped[Decimal] = mapped_column(Numeric(40, 0))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    partner_id: Mapped[UUID | None]
    launch_id: Mapped[UUID | None]
    kit_version_id: Mapped[UUID | None]
    kind: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="")
    asset_id: Mapped[str] = mapped_column(server_default="")
    step_id: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="")
    activity: Mapped[str] = mapped_column(server_default="")


class AttributionShare(Base):
    """A programme-level credit of Markov or Shapley: what one channel or piece is worth. Never of a single deal."""

    __tablename__ = "attribution_share"
    run_id: Mapped[UUID] = mapped_column(ForeignKey("attribution_run.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)  # channel | asset | kit | step | locale | partner
    key: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    removal: Mapped[float | None]
    conversions: Mapped[float]
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class AttributionSetting(Keyed, Base):
    """A version of the model and path rules a programme's nightly run uses; never updated, the newest holds."""

    __tablename__ = "attribution_setting"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    model: Mapped[dict[str, Any]]
    rules: Mapped[dict[str, Any]]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
