"""A deal beside everything it resembles, both ways; for the vendor's side alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.accounts.models import Account, Opportunity
from campaigns.deals.models import Deal, DealMatch
from campaigns.partners.models import Partner


@dataclass(frozen=True, slots=True)
class MatchSide:
    """The other side of a match: a registration, an opportunity or an account the vendor sells to itself.

    `direction` is "found" where this deal was found to resemble it, "found_by" where the other one, later, was.
    """

    id: UUID
    kind: str
    direction: str
    subject_id: UUID
    strength: str
    findings: tuple[dict[str, Any], ...]
    dismissed: bool
    name: str
    company: dict[str, Any]
    contact: dict[str, Any]
    state: str
    owner: str
    product_line: str
    amount_minor: int | None
    currency: str
    since: datetime | None
    priority: int | None
    protected_until: datetime | None


def matches_of(session: Session, deal: Deal) -> tuple[MatchSide, ...]:
    """Both directions: what this deal was found to resemble, and the later registrations found to resemble it."""
    sides: list[MatchSide] = []
    for match, other, partner in session.execute(
        select(DealMatch, Deal, Partner.name)
        .join(Deal, Deal.id == DealMatch.other_deal_id)
        .join(Partner, Partner.id == Deal.partner_id)
        .where(DealMatch.deal_id == deal.id)
    ):
        sides.append(_deal_side(match, other, partner, "found"))
    for match, other, partner in session.execute(
        select(DealMatch, Deal, Partner.name)
        .join(Deal, Deal.id == DealMatch.deal_id)
        .join(Partner, Partner.id == Deal.partner_id)
        .where(DealMatch.other_deal_id == deal.id)
    ):
        sides.append(_deal_side(match, other, partner, "found_by"))
    for match, one, account in session.execute(
        select(DealMatch, Opportunity, Account)
        .join(Opportunity, Opportunity.id == DealMatch.opportunity_id)
        .join(Account, Account.id == Opportunity.account_id)
        .where(DealMatch.deal_id == deal.id)
    ):
        sides.append(
            MatchSide(
                match.id, "opportunity", "found", one.id, match.strength, tuple(match.findings),
                match.dismissed_at is not None, one.title or account.name, _company(account), {},
                "closed" if one.closed_at else "open", one.owner, one.product_line, one.amount_minor, one.currency,
                one.created_at, None, None,
            )
        )  # fmt: skip
    for match, account in session.execute(
        select(DealMatch, Account).join(Account, Account.id == DealMatch.account_id).where(DealMatch.deal_id == deal.id)
    ):
        sides.append(
            MatchSide(
                match.id, "account", "found", account.id, match.strength, tuple(match.findings),
                match.dismissed_at is not None, account.name, _company(account), {}, "direct", account.owner, "", None,
                "", account.created_at, None, None,
            )
        )  # fmt: skip
    return tuple(sorted(sides, key=lambda one: (one.dismissed, one.strength != "block", one.priority or 0)))


def _company(account: Account) -> dict[str, Any]:
    return {
        "name": account.name, "country": account.country, "website": account.website, "address": account.address
    }  # fmt: skip


def _deal_side(match: DealMatch, other: Deal, partner: str, direction: str) -> MatchSide:
    findings = match.findings
    if direction == "found_by":  # told from this deal's side
        findings = [{**one, "a": one["b"], "b": one["a"]} if "a" in one and "b" in one else one for one in findings]
    return MatchSide(
        match.id, "deal", direction, other.id, match.strength, tuple(findings), match.dismissed_at is not None,
        partner, other.company, other.contact, other.state, "", other.product_line, other.amount_minor, other.currency,
        other.submitted_at, other.priority, other.protected_until,
    )  # fmt: skip
