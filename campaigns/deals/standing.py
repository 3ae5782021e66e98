"""How partners stand by their deals, for the routing of leads below."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.accounts.models import AccountIdentifier
from campaigns.deals.models import Deal
from campaigns.leads.standing import Standing


def deal_standing(session: Session, programme_id: UUID, company_key: str) -> Standing:
    """Won and decided deals of a programme by partner; the partner whose deal with the domain is protected."""
    rows = session.execute(
        select(Deal.partner_id, func.count().filter(Deal.state == "won"), func.count())
        .where(Deal.programme_id == programme_id, Deal.state.in_(("won", "lost")))
        .group_by(Deal.partner_id)
    ).all()
    return Standing(
        won={partner: won for partner, won, _ in rows},
        decided={partner: decided for partner, _, decided in rows},
        company_partner=_protected(session, programme_id, company_key) if company_key else None,
    )


def _protected(session: Session, programme_id: UUID, company_key: str) -> UUID | None:
    return session.execute(
        select(Deal.partner_id)
        .join(AccountIdentifier, AccountIdentifier.account_id == Deal.account_key)
        .where(
            Deal.programme_id == programme_id,
            Deal.state.in_(("approved", "converted")),
            AccountIdentifier.kind == "domain",
            AccountIdentifier.value == company_key,
        )
        .order_by(Deal.priority)
        .limit(1)
    ).scalar_one_or_none()
