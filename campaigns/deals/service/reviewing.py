"""The vendor's turn before a decision: take a deal up, hand it back, return it to the partner, call it a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from campaigns.accounts.models import Opportunity
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealMatch
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import EDITABLE, RETURN_REASONS
from campaigns.deals.service.approving import rival_partners
from campaigns.deals.service.clocks import pause_clock
from campaigns.deals.service.matching import run_matcher
from campaigns.deals.service.neutrality import require_neutral, require_route
from campaigns.deals.service.steps import Step, check_reason, clean_words, expect, hold_key, load, move


def pick_up(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> Deal:
    """submitted → under_review, by a person of the route who is of none of the partners. Looks for matches again."""
    deal = _mine(uow, actor, deal_id, version)
    person = require_neutral(uow, actor, deal, rivals=rival_partners(uow, deal))
    require_route(uow, actor, deal)
    move(uow, actor, deal, "pick_up", Step(values={"reviewer_id": person}, sight="vendor"))
    run_matcher(uow, deal)
    return deal


def hand_back(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> Deal:
    """under_review → submitted: somebody else shall look. The partner's clock goes on."""
    deal = _mine(uow, actor, deal_id, version)
    require_neutral(uow, actor, deal)
    move(uow, actor, deal, "hand_back", Step(values={"reviewer_id": None}, sight="vendor"))
    return deal


def return_deal(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    *,
    reason_code: str,
    editable: Sequence[str],
    words: str = "",
) -> Deal:
    """under_review → action_required: the partner corrects the named fields, the SLA clock rests.

    `deal.reason`, `deal.editable` (invalid) unless at least one of `rules.EDITABLE` is named.
    """
    deal = _mine(uow, actor, deal_id, version)
    require_neutral(uow, actor, deal)
    check_reason(reason_code, RETURN_REASONS)
    named = [one for one in EDITABLE if one in editable]
    if not named or set(editable) - set(EDITABLE):
        raise invalid("deal.editable", "Name what the partner is to correct.", allowed=", ".join(EDITABLE))
    policy = policy_of(uow.session, deal)
    until = uow.now + timedelta(days=policy.resubmit_days)
    said = clean_words(words)
    move(
        uow, actor, deal, "return",
        Step(
            values={"editable": named, "returned_at": uow.now, "reason_code": reason_code, "reason": said},
            words=said, kind="returned", letter="returned",
            data={"reason": reason_code, "editable": named, "until": until.isoformat()},
        ),
    )  # fmt: skip
    pause_clock(uow, deal.id, policy)
    return deal


def call_conflict(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    *,
    deal_ids: Sequence[UUID] = (),
    opportunity_ids: Sequence[UUID] = (),
    words: str = "",
) -> Deal:
    """submitted or under_review → in_conflict, linked with what it conflicts with. The partner reads nothing of it.

    `deal.not_found`, `opportunity.not_found` for what is not the programme's, `deal.no_rival` (invalid) if there is
    neither a match nor a link.
    """
    deal = _mine(uow, actor, deal_id, version)
    require_neutral(uow, actor, deal)
    hold_key(uow, deal.programme_id, deal.account_key)
    for other_id in deal_ids:
        if load(uow, actor, other_id).id == deal.id:
            raise invalid("deal.no_rival", "A deal is not in conflict with itself.")
        _link(uow, deal, other_deal_id=other_id)
    for opportunity_id in opportunity_ids:
        mine = (Opportunity.id == opportunity_id, Opportunity.programme_id == deal.programme_id)
        must_exist(uow.session.scalar(select(Opportunity.id).where(*mine)), "opportunity")
        _link(uow, deal, opportunity_id=opportunity_id)
    uow.session.flush()
    linked = uow.session.scalars(
        select(DealMatch.id).where(DealMatch.deal_id == deal.id, DealMatch.dismissed_at.is_(None))
    ).all()
    if not linked:
        raise invalid("deal.no_rival", "Name what it conflicts with.")
    move(uow, actor, deal, "conflict", Step(sight="vendor", words=clean_words(words), data={"matches": len(linked)}))
    return deal


def _mine(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> Deal:
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    return deal


def _link(uow: UnitOfWork, deal: Deal, **what: UUID) -> None:
    (column, subject), *_ = what.items()
    row = uow.session.scalars(
        select(DealMatch).where(DealMatch.deal_id == deal.id, getattr(DealMatch, column) == subject)
    ).one_or_none()
    if row is None:
        uow.session.add(
            DealMatch(
                id=new_id(), created_at=uow.now, deal_id=deal.id, strength="block", findings=[{"rule": "reviewer"}],
                **what,
            )
        )  # fmt: skip
    else:
        row.strength, row.dismissed_at, row.dismissed_by = "block", None, None
