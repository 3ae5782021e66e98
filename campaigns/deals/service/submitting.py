"""Submitting: what was written is frozen, the company found, the place in the queue taken, the matcher run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campaigns.accounts.service import lock_accounts, resolve_account
from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.amounts import amount_in
from campaigns.deals.forms import DealForm, company_facts, submission_problems
from campaigns.deals.models import Deal, DealMatch, DealMember, DealPriority, ProductLine
from campaigns.deals.policies import newest_policy
from campaigns.deals.policy import Policy
from campaigns.deals.service.approving import protect
from campaigns.deals.service.clocks import start_clock
from campaigns.deals.service.drafting import REFUSED, DealRef, begin_draft, form_of, ref_of, require_member
from campaigns.deals.service.matching import LIVE, run_matcher
from campaigns.deals.service.steps import Step, expect, hold_key, load, move, stale, tell
from campaigns.deals.verdict import DealFacts, Verdict, decide
from campaigns.leads.models import Lead
from campaigns.leads.service.handing import OPEN as OPEN_LEADS
from campaigns.leads.service.handing import hand_over


def register_deal(
    uow: UnitOfWork,
    actor: Actor,
    programme_id: UUID,
    client_token: str,
    form: DealForm,
    *,
    source: str = "api",
    lead_id: UUID | None = None,
) -> DealRef:
    """Draft and submit at once. The same (partner, token) again gives the deal it made, whatever became of it."""
    made = begin_draft(uow, actor, programme_id, client_token, form, source=source, lead_id=lead_id)
    if made.state != "draft":
        return made
    return submit_deal(uow, actor, made.id, made.version)


def submit_deal(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> DealRef:
    """draft → submitted; on to approved where the rules clear it, to conflict where an identifier is exactly another's.

    `deal.invalid` with every problem; `deal.duplicate` (conflict) if this partner has the company registered already.
    Whatever else was found, the partner is told the same: it is in review.
    """
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    if deal.state != "draft":
        raise stale()
    tier = require_member(uow, deal.programme_id, deal.partner_id)
    policy_id, policy = newest_policy(uow.session, deal.programme_id)
    form = form_of(deal).cleaned()
    lines = product_codes(uow, deal.programme_id)
    problems = submission_problems(form, lines, uow.now.date())
    raise_if_any("deal.invalid", REFUSED, problems)
    amount = in_base(uow, deal, policy)
    if amount is not None and amount < policy.minimum_minor:
        raise_if_any("deal.invalid", REFUSED, [_too_small(policy)])
    lock_accounts(uow, deal.programme_id, shared=True)
    resolved = resolve_account(uow, deal.programme_id, company_facts(deal.company, deal.contact), origin="registration")
    hold_key(uow, deal.programme_id, resolved.root_id)
    refuse_duplicate(uow, deal, resolved.root_id, deal.product_line)
    number, at = take_priority(uow, deal.id)
    values: dict[str, Any] = {
        "account_id": resolved.account_id, "account_key": resolved.root_id, "policy_id": policy_id,
        "submitted_by": actor.person_id, "submitted_at": at, "priority": number,
    }  # fmt: skip
    move(uow, actor, deal, "submit", Step(values=values, kind="submitted"))
    uow.session.add(
        DealMember(
            id=new_id(), created_at=uow.now, deal_id=deal.id, partner_id=deal.partner_id, role="lead", split_bp=10_000
        )
    )
    start_clock(uow, deal.id, policy)
    matches = run_matcher(uow, deal, resolved.others)
    country = str(deal.company.get("country", ""))
    _settle(uow, deal, decide(policy, DealFacts(country, tier, amount, matches, at)), matches)
    _hand_over(uow, actor, deal)
    return ref_of(deal)


def _hand_over(uow: UnitOfWork, actor: Actor, deal: Deal) -> None:
    """The lead it began with ends as a lead; one that was closed meanwhile stays so and keeps nothing back."""
    if deal.lead_id is None:
        return
    state = uow.session.scalar(select(Lead.state).where(Lead.id == deal.lead_id))
    if state in OPEN_LEADS:
        hand_over(uow, actor, deal.lead_id, deal.id)


def _settle(uow: UnitOfWork, deal: Deal, verdict: Verdict, matches: int) -> None:
    """What the rules do at once. Nobody saw the deal between its submission and this."""
    if verdict.outcome == "cleared":
        protect(uow, SYSTEM, deal, "auto_clear", Step(values={"decided_at": uow.now}, data={"cleared": True}))
        return
    if matches and has_block(uow, deal):
        move(uow, SYSTEM, deal, "conflict", Step(sight="vendor", data={"matches": matches}))
    tell(uow, deal, "submitted", "submitted")


def has_block(uow: UnitOfWork, deal: Deal) -> bool:
    """Whether another partner's registration or the vendor's own sale has exactly this company."""
    return (
        uow.session.scalars(
            select(DealMatch.id)
            .where(DealMatch.deal_id == deal.id, DealMatch.strength == "block", DealMatch.dismissed_at.is_(None))
            .limit(1)
        ).first()
        is not None
    )


def take_priority(uow: UnitOfWork, deal_id: UUID) -> tuple[int, Any]:
    """(number, instant) of the database; the caller holds the account, so both have the order of commits."""
    row = uow.session.execute(
        insert(DealPriority).values(deal_id=deal_id).returning(DealPriority.number, DealPriority.at)
    ).one()
    return row.number, row.at


def product_codes(uow: UnitOfWork, programme_id: UUID) -> list[str]:
    """What may be registered now."""
    return list(
        uow.session.scalars(
            select(ProductLine.code).where(ProductLine.programme_id == programme_id, ProductLine.ended_at.is_(None))
        )
    )


def in_base(uow: UnitOfWork, deal: Deal, policy: Policy) -> int | None:
    """The deal's amount in the policy's currency; None without a rate."""
    return amount_in(uow.session, deal.programme_id, deal.amount_minor, deal.currency, policy.currency, uow.now.date())


def refuse_duplicate(uow: UnitOfWork, deal: Deal, account_key: UUID, product_line: str) -> None:
    """`deal.duplicate` (conflict) with the partner's own other reference. It tells of nobody else's."""
    own = uow.session.scalar(
        select(Deal.reference).where(
            Deal.partner_id == deal.partner_id,
            Deal.programme_id == deal.programme_id,
            Deal.account_key == account_key,
            Deal.product_line == product_line,
            Deal.id != deal.id,
            Deal.state.in_(LIVE),
        )
    )
    if own is not None:
        raise DomainError(
            "deal.duplicate", Kind.CONFLICT, "You have registered this company for this product already.",
            reference=own,
        )  # fmt: skip


def _too_small(policy: Policy) -> Problem:
    return Problem(
        "deal.below_minimum", "Registrations begin at a higher amount.", slot="amount",
        params={"needed": policy.minimum_minor, "currency": policy.currency},
    )  # fmt: skip
