"""What a policy says about a registration: may it be made, does it clear itself, who decides, until when. Pure.

The same function decides a submission and runs a changed policy over history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from campaigns.core.business_time import due_at
from campaigns.deals.policy import Policy, Route

Outcome = Literal["refused", "cleared", "review"]


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What is known of a registration. `amount_minor` is in the policy's currency, None where no rate is known."""

    country: str
    tier: str
    amount_minor: int | None
    matches: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """refused: below the minimum. cleared: protected at once. review: by `route`, due at `due_at`."""

    outcome: Outcome
    route: Route
    due_at: datetime
    protected_until: datetime  # if it were approved at submission


def decide(policy: Policy, facts: DealFacts) -> Verdict:
    """Apply the rules. An amount without a rate is neither refused nor cleared, and takes the dearest route."""
    amount = facts.amount_minor
    route = policy.route(facts.country, 2**62 if amount is None else amount)
    due = due_at(facts.submitted_at, timedelta(hours=policy.review_hours), policy.week())
    until = facts.submitted_at + timedelta(days=policy.protection_days)
    outcome: Outcome = "review"
    if amount is not None and amount < policy.minimum_minor:
        outcome = "refused"
    elif (
        amount is not None
        and facts.matches == 0
        and policy.auto_clear_minor > 0
        and amount <= policy.auto_clear_minor
        and (not policy.auto_clear_tiers or facts.tier in policy.auto_clear_tiers)
    ):
        outcome = "cleared"
    return Verdict(outcome, route, due, until)
