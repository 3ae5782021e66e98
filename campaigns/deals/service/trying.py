"""A dry run of rules: how each past registration would have been decided under them, next to how its own rules did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import programme_of
from campaigns.deals.amounts import converted, rate_on
from campaigns.deals.models import Deal, DealMatch
from campaigns.deals.policies import policy_by_id
from campaigns.deals.policy import Policy
from campaigns.deals.policy_parse import parse_policy
from campaigns.deals.verdict import DealFacts, Verdict, decide
from campaigns.partners.models import Membership

MOST = 5000


@dataclass(frozen=True, slots=True)
class TriedDeal:
    """A past registration under its own rules and under the new ones.

    `late` says that its decision (or the present, where there is none) was after the time the rules give; `lapsed` that
    it was won or converted after the protection would have ended without an extension.
    """

    deal_id: UUID
    reference: str
    state: str
    before: str
    after: str
    route_before: str
    route_after: str
    approvals_before: int
    approvals_after: int
    late_before: bool
    late_after: bool
    lapsed_before: bool
    lapsed_after: bool

    @property
    def differs(self) -> bool:
        """Whether anything about it would have been otherwise."""
        return (
            (self.before, self.route_before, self.approvals_before, self.late_before, self.lapsed_before)
            != (self.after, self.route_after, self.approvals_after, self.late_after, self.lapsed_after)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DryRun:
    """Counts over the newest registrations (at most 5,000) and the deals that would differ, newest first."""

    deals: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    late_before: int
    late_after: int
    lapsed_before: int
    lapsed_after: int
    differing: tuple[TriedDeal, ...]


def try_policy(session: Session, actor: Actor, data: Mapping[str, Any], now: datetime) -> DryRun:
    """Run rules over history; nothing is written. `policy.invalid` with every problem."""
    require(actor, "policy.write")
    policy, problems = parse_policy(data)
    raise_if_any("policy.invalid", "Please look at the marked rules.", problems)
    programme_id = programme_of(actor)
    tried = _try_all(session, programme_id, policy or Policy(), now)
    return DryRun(
        deals=len(tried),
        before=_counts([one.before for one in tried]),
        after=_counts([one.after for one in tried]),
        late_before=sum(one.late_before for one in tried),
        late_after=sum(one.late_after for one in tried),
        lapsed_before=sum(one.lapsed_before for one in tried),
        lapsed_after=sum(one.lapsed_after for one in tried),
        differing=tuple(one for one in tried if one.differs),
    )


def _counts(outcomes: list[str]) -> dict[str, int]:
    return {name: outcomes.count(name) for name in ("refused", "cleared", "review")}


def _try_all(session: Session, programme_id: UUID, policy: Policy, now: datetime) -> list[TriedDeal]:
    matches = select(func.count()).where(DealMatch.deal_id == Deal.id).correlate(Deal).scalar_subquery()
    tier = (
        select(Membership.tier)
        .where(Membership.programme_id == programme_id, Membership.partner_id == Deal.partner_id)
        .correlate(Deal)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Deal, matches, tier)
        .where(Deal.programme_id == programme_id, Deal.submitted_at.is_not(None))
        .order_by(Deal.submitted_at.desc(), Deal.id.desc())
        .limit(MOST)
    ).all()
    own: dict[UUID | None, Policy] = {}
    amounts = _Amounts(session, programme_id)
    tried = []
    for deal, count, tier_ in rows:
        if deal.policy_id not in own:
            own[deal.policy_id] = policy_by_id(session, deal.policy_id)
        before = own[deal.policy_id]
        tried.append(
            _try_one(
                deal, before, decide(before, amounts.facts(deal, before.currency, count, tier_ or "")),
                policy, decide(policy, amounts.facts(deal, policy.currency, count, tier_ or "")), now,
            )
        )  # fmt: skip
    return tried


class _Amounts:
    """Amounts in a policy's currency; each day's rate is asked for once."""

    def __init__(self, session: Session, programme_id: UUID) -> None:
        self.session, self.programme_id = session, programme_id
        self._rates: dict[tuple[str, str, date], Fraction | None] = {}

    def facts(self, deal: Deal, base: str, matches: int, tier: str) -> DealFacts:
        """What the rules look at."""
        at = deal.submitted_at or deal.created_at
        key = (deal.currency, base, at.date())
        if key not in self._rates:
            self._rates[key] = rate_on(self.session, self.programme_id, *key)
        rate = self._rates[key]
        amount = None if rate is None else converted(deal.amount_minor, deal.currency, base, rate)
        return DealFacts(str(deal.company.get("country", "")), tier, amount, matches, at)


def _try_one(deal: Deal, old: Policy, before: Verdict, new: Policy, after: Verdict, now: datetime) -> TriedDeal:
    decided = deal.decided_at or now

    def late(verdict: Verdict) -> bool:
        return verdict.outcome == "review" and decided > verdict.due_at

    def lapsed(policy: Policy) -> bool:
        kept = deal.opportunity_at or deal.closed_at
        return (
            kept is not None
            and deal.protected_from is not None
            and deal.state in ("converted", "won")
            and kept > deal.protected_from + timedelta(days=policy.protection_days)
        )

    return TriedDeal(
        deal.id, deal.reference, deal.state, before.outcome, after.outcome, before.route.name, after.route.name,
        before.route.approvals, after.route.approvals, late(before), late(after), lapsed(old), lapsed(new),
    )  # fmt: skip
