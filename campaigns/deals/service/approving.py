"""Saying yes: by as many persons as the route asks for; the unique index decides who is protected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from campaigns.accounts.models import Opportunity
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealApproval, DealClock, DealMatch
from campaigns.deals.policies import policy_of
from campaigns.deals.policy import Policy
from campaigns.deals.rules import RESOLVE_REASONS
from campaigns.deals.service.clocks import stop_clock
from campaigns.deals.service.matching import LIVE
from campaigns.deals.service.neutrality import require_neutral, require_route
from campaigns.deals.service.steps import (
    Step,
    check_reason,
    clean_words,
    expect,
    expire_stale,
    hold_key,
    load,
    lock_deals,
    move,
    record_audit,
    stale,
    write_event,
)


@dataclass(frozen=True, slots=True)
class Approval:
    """What a yes came to: `done` once `given` reaches `needed`, and the deal is protected."""

    done: bool
    given: int
    needed: int


def approve(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, words: str = "") -> Approval:
    """One person's yes to a deal under review; the last one needed protects it.

    Conflicts, nothing written: `deal.state`, `deal.taken` where another registration of the company holds the
    protection, `deal.match_open` where an exact match is neither dismissed nor settled.
    """
    return _yes(uow, actor, deal_id, version, "approve", clean_words(words), "")


def resolve_approve(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, reason_code: str, words: str = ""
) -> Approval:
    """The same for a deal in conflict, with the reason that settles it."""
    check_reason(reason_code, RESOLVE_REASONS)
    return _yes(uow, actor, deal_id, version, "resolve_approve", clean_words(words), reason_code)


def _yes(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, name: str, words: str, reason_code: str
) -> Approval:
    require(actor, "registration.decide")
    first = load(uow, actor, deal_id)
    hold_key(uow, first.programme_id, first.account_key)
    deal = lock_deals(uow, [deal_id, *_held(uow, first)])[deal_id]
    expect(deal, actor, version)
    if deal.state != ("under_review" if name == "approve" else "in_conflict"):
        raise stale()
    person = require_neutral(uow, actor, deal, rivals=rival_partners(uow, deal))
    route = require_route(uow, actor, deal)
    if name == "approve" and _open_block(uow, deal):
        raise DomainError(
            "deal.match_open", Kind.CONFLICT, "An exact match stands. Settle it as a conflict, or say it is none."
        )
    given = _count_yes(uow, deal, person)
    if given < route.approvals:
        data = {"given": given, "needed": route.approvals}
        write_event(uow, actor, deal, "approval", sight="vendor", words=words, data=data)
        record_audit(uow, actor, deal, "approval", data)
        return Approval(False, given, route.approvals)
    values = {"decided_at": uow.now, "decided_by": person, "reason_code": reason_code, "reason": words}
    inner = name == "resolve_approve"  # that there was a conflict, and how it ended, is not for the partner
    protect(uow, actor, deal, name, Step(values=values, words="" if inner else words))
    if inner:
        write_event(uow, actor, deal, "resolved", sight="vendor", words=words, data={"reason": reason_code})
    return Approval(True, given, route.approvals)


def _held(uow: UnitOfWork, deal: Deal) -> list[UUID]:
    """Who holds the key now and may have to be expired first; locked with the deal, in order."""
    return list(
        uow.session.scalars(
            select(Deal.id).where(
                Deal.programme_id == deal.programme_id,
                Deal.account_key == deal.account_key,
                Deal.product_line == deal.product_line,
                Deal.state == "approved",
            )
        )
    )


def rival_partners(uow: UnitOfWork, deal: Deal) -> list[UUID]:
    """The partners of matched registrations, in either direction: a person of theirs does not judge between them."""
    others = (
        select(DealMatch.other_deal_id)
        .where(DealMatch.deal_id == deal.id, DealMatch.dismissed_at.is_(None), DealMatch.other_deal_id.is_not(None))
        .union_all(
            select(DealMatch.deal_id).where(DealMatch.other_deal_id == deal.id, DealMatch.dismissed_at.is_(None))
        )
    )
    return list(uow.session.scalars(select(Deal.partner_id).where(Deal.id.in_(others), Deal.state.in_(LIVE))))


def _open_block(uow: UnitOfWork, deal: Deal) -> bool:
    """Whether an exact match stands that still lives: an earlier registration, an opportunity, direct sales."""
    found = uow.session.scalars(
        select(DealMatch.id)
        .outerjoin(Deal, Deal.id == DealMatch.other_deal_id)
        .outerjoin(Opportunity, Opportunity.id == DealMatch.opportunity_id)
        .where(
            DealMatch.deal_id == deal.id,
            DealMatch.strength == "block",
            DealMatch.dismissed_at.is_(None),
            or_(
                DealMatch.account_id.is_not(None),
                Opportunity.id.is_not(None) & Opportunity.closed_at.is_(None),
                Deal.state.in_(LIVE) & or_(Deal.state != "approved", Deal.protected_until > uow.now),
            ),
        )
        .limit(1)
    )
    return found.first() is not None


def _count_yes(uow: UnitOfWork, deal: Deal, person: UUID) -> int:
    round_ = uow.session.scalars(select(DealClock.round).where(DealClock.deal_id == deal.id)).one()
    uow.session.execute(
        insert(DealApproval)
        .values(id=new_id(), created_at=uow.now, deal_id=deal.id, round=round_, person_id=person)
        .on_conflict_do_nothing(index_elements=["deal_id", "round", "person_id"])
    )
    return int(
        uow.session.scalar(
            select(func.count())
            .select_from(DealApproval)
            .where(DealApproval.deal_id == deal.id, DealApproval.round == round_)
        )
        or 0
    )


def next_warning(until: datetime, now: datetime, policy: Policy) -> datetime | None:
    """When the partner is next warned that protection ends; None after the last warning."""
    ahead = [until - timedelta(days=days) for days in policy.warn_days]
    return min((at for at in ahead if at > now), default=None)


def protect(uow: UnitOfWork, actor: Actor, deal: Deal, name: str, step: Step) -> None:
    """Take the step into protection. Stale holders of the key expire first; a living one makes it `deal.taken`.

    The partner reads "approve" whichever way it came about.
    """
    policy = policy_of(uow.session, deal)
    expire_stale(uow, deal)
    until = uow.now + timedelta(days=policy.protection_days)
    step.values |= {
        "protected_from": uow.now, "protected_until": until, "warn_at": next_warning(until, uow.now, policy),
    }  # fmt: skip
    step.kind, step.letter = "approved", "approved"
    step.data |= {"until": until.isoformat()}
    try:
        with uow.savepoint():
            move(uow, actor, deal, name, step)
    except IntegrityError as error:
        if "uq_deal_protected" not in str(error.orig):
            raise
        raise DomainError(
            "deal.taken", Kind.CONFLICT,
            "Another registration of this company is protected for this product. Nothing was changed.",
        ) from error  # fmt: skip
    stop_clock(uow, deal.id, policy)
