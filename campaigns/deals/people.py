"""Who is written to about a deal, on either side."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.deals.models import Deal, DealMember
from campaigns.deals.policy import Route
from campaigns.partners.models import Grant
from campaigns.partners.readers import Reader, readers


def partner_people(session: Session, deal: Deal) -> list[Reader]:
    """Who submitted it, while they work there; else the partner's administrators."""
    theirs = Grant.partner_id == deal.partner_id
    writer = readers(session, theirs, Grant.person_id == deal.submitted_by) if deal.submitted_by else []
    return writer or readers(session, theirs, Grant.role == "partner_admin")


def team_people(session: Session, deal: Deal) -> list[Reader]:
    """The deal's own people and the administrators of the other partners of its team."""
    others = select(DealMember.partner_id).where(
        DealMember.deal_id == deal.id, DealMember.removed_at.is_(None), DealMember.partner_id != deal.partner_id
    )
    admins = readers(session, Grant.partner_id.in_(others), Grant.role == "partner_admin")
    return [*partner_people(session, deal), *admins]


def vendor_people(session: Session, programme_id: UUID, roles: Iterable[str]) -> list[Reader]:
    """Everybody of the vendor with one of the roles."""
    return readers(session, Grant.programme_id == programme_id, Grant.role.in_(list(roles)))


def reviewers(session: Session, deal: Deal, route: Route) -> list[Reader]:
    """Who reviews it now; else the route's persons; else the channel managers, or the administrators."""
    ours = Grant.programme_id == deal.programme_id
    able = Grant.role.in_(("channel", "admin"))
    if deal.reviewer_id is not None:
        found = readers(session, ours, able, Grant.person_id == deal.reviewer_id)
        if found:
            return found
    if route.persons:
        found = readers(session, ours, able, Grant.person_id.in_([UUID(one) for one in route.persons]))
        if found:
            return found
    managers = vendor_people(session, deal.programme_id, ["channel"])
    return managers or vendor_people(session, deal.programme_id, ["admin"])
