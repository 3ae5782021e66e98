"""How much of its time to decide a registration has used, and who may decide about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.business_time import business_between
from campaigns.core.errors import DomainError
from campaigns.core.permissions import may, require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealClock
from campaigns.deals.policies import policy_by_id
from campaigns.deals.policy import Policy
from campaigns.deals.service.approving import rival_partners
from campaigns.deals.service.neutrality import require_neutral, require_route, route_of
from campaigns.partners.models import Grant, Person


@dataclass(frozen=True, slots=True)
class ClockView:
    """A deal's time to decide. `percent` of its business hours is used; `left_s` are business seconds, 0 when over."""

    hours: int
    percent: int
    left_s: int
    due_at: datetime | None
    paused: bool
    stopped: bool
    ladder: tuple[int, ...]


def clocks_of(session: Session, actor: Actor, deal_ids: Collection[UUID], now: datetime) -> dict[UUID, ClockView]:
    """The clocks of the programme's deals, by deal; a deal without one is absent."""
    require(actor, "registration.read")
    rows = session.execute(
        select(DealClock, Deal.policy_id)
        .join(Deal, Deal.id == DealClock.deal_id)
        .where(DealClock.deal_id.in_(list(deal_ids)), Deal.programme_id == programme_of(actor))
    ).all()
    policies = {policy_id: policy_by_id(session, policy_id) for policy_id in {row[1] for row in rows}}
    return {clock.deal_id: _view(clock, policies[policy_id], now) for clock, policy_id in rows}


def _view(clock: DealClock, policy: Policy, now: datetime) -> ClockView:
    used = float(clock.used_s)
    if clock.paused_at is None and clock.stopped_at is None:
        used += business_between(clock.started_at, now, policy.week()).total_seconds()
    whole = clock.hours * 3600
    return ClockView(
        clock.hours, round(100 * used / whole), max(0, round(whole - used)), clock.due_at,
        clock.paused_at is not None and clock.stopped_at is None, clock.stopped_at is not None, policy.ladder,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deciders:
    """Who decides about a deal: the route's name, its people, how many must say yes; and why the actor may not.

    `refusal` is the code of the error a decision would meet, "" where the actor may decide.
    """

    route: str
    names: tuple[str, ...]
    needed: int
    refusal: str


def deciders_of(uow: UnitOfWork, actor: Actor, deal_id: UUID) -> Deciders:
    """By the newest rules. `deal.not_found` for another programme's deal and for drafts."""
    require(actor, "registration.read")
    mine = (Deal.id == deal_id, Deal.programme_id == programme_of(actor), Deal.submitted_at.is_not(None))
    deal: Deal = must_exist(uow.session.scalars(select(Deal).where(*mine)).one_or_none(), "deal")
    route = route_of(uow, deal)
    able = (Grant.programme_id == deal.programme_id, Grant.revoked_at.is_(None), Person.disabled_at.is_(None))
    query = select(Person.name).join(Grant, Grant.person_id == Person.id).where(*able)
    if route.persons:
        query = query.where(Person.id.in_([UUID(one) for one in route.persons]))
    else:
        query = query.where(Grant.role.in_(("channel", "admin")))
    names = tuple(dict.fromkeys(uow.session.scalars(query.order_by(Person.name).limit(20))))
    return Deciders(route.name, names, route.approvals, _refusal(uow, actor, deal))


def _refusal(uow: UnitOfWork, actor: Actor, deal: Deal) -> str:
    if not may(actor, "registration.decide"):
        return "actor.forbidden"
    try:
        require_neutral(uow, actor, deal, rivals=rival_partners(uow, deal))
        require_route(uow, actor, deal)
    except DomainError as error:
        return error.code
    return ""
