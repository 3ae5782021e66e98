"""Which account stands behind the other side of a match: what a merge of the two would join."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.accounts.lookup import root_of
from campaigns.accounts.models import Opportunity
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.deals.models import Deal, DealMatch


def account_behind(session: Session, actor: Actor, deal_id: UUID, match_id: UUID) -> UUID:
    """The account, after merges, of the other side of a match in either direction; `match.not_found`."""
    require(actor, "registration.read")
    here, there = aliased(Deal), aliased(Deal)
    other_key = case((DealMatch.deal_id == deal_id, there.account_key), else_=here.account_key)
    row = session.scalar(
        select(func.coalesce(other_key, Opportunity.account_id, DealMatch.account_id))
        .join(here, here.id == DealMatch.deal_id)
        .outerjoin(there, there.id == DealMatch.other_deal_id)
        .outerjoin(Opportunity, Opportunity.id == DealMatch.opportunity_id)
        .where(
            DealMatch.id == match_id,
            (DealMatch.deal_id == deal_id) | (DealMatch.other_deal_id == deal_id),
            here.programme_id == programme_of(actor),
        )
    )
    return root_of(session, must_exist(row, "match"))
