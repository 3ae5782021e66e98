"""A market to register in, and short ways through a review."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from campaigns.deals.models import Deal, DealEvent
from campaigns.deals.service import approve, pick_up, register_deal
from tests.factories.dealing import Market, form, make_market, put_policy


class Walk:
    """One registration after the other, as its people would do it."""

    def __init__(self, uow, market: Market) -> None:
        self.uow, self.market = uow, market
        self.tokens = 0

    def deal(self, deal_id) -> Deal:
        return self.uow.session.scalars(
            select(Deal).where(Deal.id == deal_id).execution_options(populate_existing=True)
        ).one()

    def register(self, who: str = "Nord", token: str = "", **changes) -> Deal:
        self.tokens += 1
        actor = self.market.partners[who]
        made = register_deal(
            self.uow, actor, self.market.programme_id, token or f"t{self.tokens}", form(**changes), source="page"
        )
        return self.deal(made.id)

    def reviewed(self, who: str = "Nord", **changes) -> Deal:
        deal = self.register(who, **changes)
        pick_up(self.uow, self.market.rae, deal.id, deal.version)
        return self.deal(deal.id)

    def approved(self, who: str = "Nord", **changes) -> Deal:
        deal = self.reviewed(who, **changes)
        assert approve(self.uow, self.market.rae, deal.id, deal.version).done
        return self.deal(deal.id)

    def events(self, deal_id) -> list[DealEvent]:
        self.uow.session.flush()
        return list(
            self.uow.session.scalars(select(DealEvent).where(DealEvent.deal_id == deal_id).order_by(DealEvent.number))
        )

    def kinds(self, deal_id) -> list[str]:
        return [one.kind for one in self.events(deal_id)]


@pytest.fixture
def market(uow) -> Market:
    market = make_market(uow.session, "Nord", "Sued", "West")
    put_policy(uow.session, market)
    return market


@pytest.fixture
def walk(uow, market) -> Walk:
    return Walk(uow, market)
