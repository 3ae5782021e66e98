"""The port through which reports learn what marketing cost, and the source that people fill by hand.

A ledger of market development funds joins as one more source: what it paid for a launch or an activity, as `Spent`.
A cost that stands in the ledger must not be written by hand as well; nothing here can tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.reports.models import MarketingCost
from campaigns.reports.periods import Period


@dataclass(frozen=True, slots=True)
class Spent:
    """Money that went out on a day: for a launch, for a partner's activity, or for the programme as a whole."""

    source: str
    launch_id: UUID | None
    partner_id: UUID | None
    activity: str
    day: date
    amount_minor: int
    currency: str


class CostSource(Protocol):
    """Knows what was spent."""

    def spent(self, session: Session, programme_id: UUID, period: Period) -> list[Spent]:
        """Everything the programme spent on the period's days (both ends count), final amounts only, each once."""
        ...


class WrittenCosts:
    """Costs that people of the vendor wrote down."""

    def spent(self, session: Session, programme_id: UUID, period: Period) -> list[Spent]:
        """Those not taken back."""
        query = select(
            MarketingCost.launch_id, MarketingCost.partner_id, MarketingCost.activity, MarketingCost.incurred_on,
            MarketingCost.amount_minor, MarketingCost.currency,
        ).where(MarketingCost.programme_id == programme_id, MarketingCost.removed_at.is_(None))  # fmt: skip
        if period.first is not None:
            query = query.where(MarketingCost.incurred_on >= period.first)
        if period.last is not None:
            query = query.where(MarketingCost.incurred_on <= period.last)
        return [Spent("written", *row) for row in session.execute(query)]


SOURCES: tuple[CostSource, ...] = (WrittenCosts(),)
