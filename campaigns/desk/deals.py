"""Deals that ask something of the partner: a question to answer, a protection that ends soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import scoped
from campaigns.deals.models import Deal
from campaigns.deals.policies import policy_of
from campaigns.desk.rules import DEAL_SOON, Kind, Thing
from campaigns.partners.models import Programme

MOST = 20


def deal_things(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """Questions with the day until which an answer keeps the place, and ends within `DEAL_SOON`."""
    asked = (Deal.state == "action_required") | (
        (Deal.state == "approved") & (Deal.protected_until > now) & (Deal.protected_until <= now + DEAL_SOON)
    )
    rows = session.execute(
        scoped(
            select(Deal, Programme.slug, Programme.name)
            .join(Programme, Programme.id == Deal.programme_id)
            .where(asked)
            .order_by(Deal.returned_at.asc().nulls_last(), Deal.protected_until, Deal.id)
            .limit(MOST),
            actor,
            Deal,
        )
    ).all()
    return [_thing(session, deal, slug, name) for deal, slug, name in rows]


def _thing(session: Session, deal: Deal, slug: str, name: str) -> Thing:
    company = str(deal.company.get("name", ""))
    if deal.state == "approved":
        return Thing(
            Kind.DEAL_ENDING, deal.id, deal.protected_until, deal.title, who=company, programme_slug=slug,
            programme_name=name,
        )  # fmt: skip
    days = timedelta(days=policy_of(session, deal).resubmit_days)
    until = deal.returned_at + days if deal.returned_at else None
    return Thing(
        Kind.DEAL_ASKED, deal.id, until, deal.title, who=company, programme_slug=slug, programme_name=name
    )  # fmt: skip
