"""Who may decide: a person, of the route, who is of none of the partners concerned and wrote none of it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.amounts import amount_in
from campaigns.deals.models import Deal, DealEvent, DealMember
from campaigns.deals.policies import newest_policy
from campaigns.deals.policy import Route
from campaigns.partners.models import Grant


def require_neutral(uow: UnitOfWork, actor: Actor, deal: Deal, *, rivals: Iterable[UUID] = ()) -> UUID:
    """The person who decides. Forbidden are: nobody (`deal.person_needed`), a person with a role at a partner of the
    deal or at one of `rivals` (`deal.own_reviewer`), whoever wrote for the partner in it (`deal.self_approval`)."""
    require(actor, "registration.decide")
    person = actor.person_id
    if person is None:
        raise DomainError("deal.person_needed", Kind.FORBIDDEN, "Only a person can decide this.")
    members = uow.session.scalars(
        select(DealMember.partner_id).where(DealMember.deal_id == deal.id, DealMember.removed_at.is_(None))
    ).all()
    partners = {deal.partner_id, *members, *rivals}
    theirs = exists().where(Grant.person_id == person, Grant.partner_id.in_(partners), Grant.revoked_at.is_(None))
    if uow.session.scalar(select(theirs)):
        raise DomainError("deal.own_reviewer", Kind.FORBIDDEN, "You have a role at a partner of this deal.")
    wrote = exists().where(DealEvent.deal_id == deal.id, DealEvent.by_side == "partner", DealEvent.person_id == person)
    if deal.submitted_by == person or uow.session.scalar(select(wrote)):
        raise DomainError("deal.self_approval", Kind.FORBIDDEN, "You wrote in this deal for the partner.")
    return person


def route_of(uow: UnitOfWork, deal: Deal) -> Route:
    """The route of the newest rules, so that reviewers who left can be replaced."""
    _, policy = newest_policy(uow.session, deal.programme_id)
    day = (deal.submitted_at or uow.now).date()
    amount = amount_in(uow.session, deal.programme_id, deal.amount_minor, deal.currency, policy.currency, day)
    return policy.route(str(deal.company.get("country", "")), 2**62 if amount is None else amount)


def require_route(uow: UnitOfWork, actor: Actor, deal: Deal) -> Route:
    """The deal's route; `deal.route` (forbidden) for a person it does not name."""
    route = route_of(uow, deal)
    if route.persons and str(actor.person_id) not in route.persons:
        raise DomainError("deal.route", Kind.FORBIDDEN, "Others review this deal.", route=route.name)
    return route
