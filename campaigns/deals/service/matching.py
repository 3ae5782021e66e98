"""What a registration resembles: others' registrations, the vendor's own accounts and opportunities, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select

from campaigns.accounts.identity import CompanyFacts, candidate_keys, resemblance
from campaigns.accounts.lookup import candidates, facts_of, open_opportunities, root_of, tree_of
from campaigns.accounts.models import Account
from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import company_facts
from campaigns.deals.models import Deal, DealMatch
from campaigns.deals.rules import PROTECTED
from campaigns.deals.service.steps import change, expect, load, record_audit, stale, write_event

LIVE = ("submitted", "under_review", "action_required", "in_conflict", "approved", "converted")
Findings = tuple[dict[str, Any], ...]


def run_matcher(uow: UnitOfWork, deal: Deal, others: tuple[UUID, ...] = ()) -> int:
    """Write what the deal resembles and was not found before; how many matches stand that nobody dismissed.

    Exact identifiers block, names flag. Only the same product line counts: exclusivity is on it. Of other
    registrations only the earlier ones and the protected ones count: whoever came first is in nobody's way.
    `others` are accounts that the company's identifiers also name.
    """
    facts = company_facts(deal.company, deal.contact)
    if deal.account_id is None:
        raise stale()
    own = tree_of(uow.session, root_of(uow.session, deal.account_id))
    found = _Found(uow, deal, facts)
    _match_account(found, own, "block", ({"rule": "account", "code": "matching.account"},))
    for account_id, strength, findings in _alike(uow, deal, facts, own, others):
        _match_account(found, tree_of(uow.session, account_id), strength, findings)
    uow.session.flush()
    return len(
        uow.session.scalars(
            select(DealMatch.id).where(DealMatch.deal_id == deal.id, DealMatch.dismissed_at.is_(None))
        ).all()
    )


def forget_matches(uow: UnitOfWork, deal: Deal) -> None:
    """Before matching a changed company anew: what was found for the old one goes."""
    uow.session.execute(
        delete(DealMatch).where(DealMatch.deal_id == deal.id).execution_options(synchronize_session=False)
    )


def _alike(
    uow: UnitOfWork, deal: Deal, facts: CompanyFacts, own: tuple[UUID, ...], others: tuple[UUID, ...]
) -> list[tuple[UUID, str, Findings]]:
    """Other accounts that resemble the company: those its identifiers name, and those of a like name."""
    rows = uow.session.scalars(select(Account).where(Account.id.in_(others), Account.id.not_in(own))).all()
    found = [(one, facts_) for one, facts_ in facts_of(uow.session, rows).items()]
    near = candidates(uow.session, deal.programme_id, candidate_keys(facts), without=own)
    found += [(one.id, one.facts) for one in near if one.id not in others]
    judged = ((one, resemblance(facts, their)) for one, their in found)
    return [(one, like.strength, like.findings) for one, like in judged if like.strength != "none"]


class _Found:
    """What was found of a deal so far; each thing is kept once, whatever led to it."""

    def __init__(self, uow: UnitOfWork, deal: Deal, facts: CompanyFacts) -> None:
        self.uow, self.deal, self.facts = uow, deal, facts
        rows = uow.session.execute(
            select(DealMatch.other_deal_id, DealMatch.opportunity_id, DealMatch.account_id).where(
                DealMatch.deal_id == deal.id
            )
        )
        self._known = {one for row in rows for one in row if one is not None}

    def keep(self, strength: str, findings: Findings, **what: UUID) -> None:
        """Write a match, unless there is one with this already."""
        (subject,) = what.values()
        if subject in self._known:
            return
        self._known.add(subject)
        self.uow.session.add(
            DealMatch(
                id=new_id(), created_at=self.uow.now, deal_id=self.deal.id, strength=strength,
                findings=list(findings), **what,
            )
        )  # fmt: skip


def _match_account(found: _Found, tree: tuple[UUID, ...], strength: str, findings: Findings) -> None:
    """What lives in an account and everything merged into it: registrations, opportunities, direct sales.

    A registration is explained by what its own partner wrote, the rest by what the account is.
    """
    uow, deal = found.uow, found.deal
    rivals = uow.session.scalars(
        select(Deal)
        .where(
            Deal.programme_id == deal.programme_id,
            Deal.account_key.in_(tree),
            Deal.product_line == deal.product_line,
            Deal.id != deal.id,
            Deal.state.in_(LIVE),
            or_(Deal.state != "approved", Deal.protected_until > uow.now),
            or_(Deal.priority < deal.priority, Deal.state.in_(PROTECTED)),
        )
        .order_by(Deal.priority)
    ).all()
    for rival in rivals:
        like = resemblance(found.facts, company_facts(rival.company, rival.contact))
        found.keep(strength, like.findings or findings, other_deal_id=rival.id)
    for one in open_opportunities(uow.session, tree, deal.product_line):
        found.keep(strength, findings, opportunity_id=one.id)
    for account_id in uow.session.scalars(select(Account.id).where(Account.id.in_(tree), Account.direct)):
        found.keep(strength, findings, account_id=account_id)


def dismiss_match(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, match_id: UUID, words: str = "") -> None:
    """A person says that a match is none. `match.not_found`; `deal.state` if the deal moved meanwhile."""
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    row: DealMatch = must_exist(
        uow.session.scalars(
            select(DealMatch).where(DealMatch.id == match_id, DealMatch.deal_id == deal_id)
        ).one_or_none(),
        "match",
    )
    row.dismissed_at, row.dismissed_by = uow.now, actor.person_id
    change(uow, deal, {}, seen=False)
    write_event(uow, actor, deal, "match_dismissed", sight="vendor", words=words[:2000], data={"match": str(match_id)})
    record_audit(uow, actor, deal, "match_dismissed", {"match": str(match_id)})
