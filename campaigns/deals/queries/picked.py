"""What a reviewer may pick by hand: partners for a team, registrations and own sales that a deal conflicts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.deals.models import Deal
from campaigns.partners.models import Membership, Partner

MOST_PICKED: Final = 20
MOST_PARTNERS: Final = 2_000


def partners_to_team(session: Session, actor: Actor) -> list[tuple[UUID, str]]:
    """(id, name) of the programme's partners, by name."""
    require(actor, "registration.decide")
    rows = session.execute(
        select(Partner.id, Partner.name)
        .join(Membership, Membership.partner_id == Partner.id)
        .where(Membership.programme_id == programme_of(actor), Membership.ended_at.is_(None))
        .order_by(Partner.name, Partner.id)
        .limit(MOST_PARTNERS)
    )
    return [(row.id, row.name) for row in rows]


def deals_by_reference(session: Session, actor: Actor, references: Sequence[str]) -> list[UUID]:
    """The programme's registrations of these references, in their order, each once.

    `deal.reference_unknown` (invalid) names those that are none; `deal.too_many` beyond twenty.
    """
    require(actor, "registration.decide")
    wanted = list(dict.fromkeys(one.strip().upper() for one in references if one.strip()))
    if len(wanted) > MOST_PICKED:
        raise invalid("deal.too_many", f"Name at most {MOST_PICKED}.", needed=MOST_PICKED, measured=len(wanted))
    rows = session.execute(
        select(Deal.reference, Deal.id).where(
            Deal.programme_id == programme_of(actor), Deal.reference.in_(wanted), Deal.submitted_at.is_not(None)
        )
    )
    found = {row.reference: row.id for row in rows}
    missing = [one for one in wanted if one not in found]
    if missing:
        named = ", ".join(one[:20] for one in missing)
        raise invalid("deal.reference_unknown", f"There is no registration {named}.", references=named)
    return [found[one] for one in wanted]
