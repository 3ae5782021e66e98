"""What changed rules would have done to the last leads: the same pure functions over history, nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.leads.candidates import LATELY, candidates_of, place_of
from campaigns.leads.models import Lead
from campaigns.leads.occupation import ASSUMED, USUAL, Occupation, occupation
from campaigns.leads.policy import LeadRules
from campaigns.leads.reading import score_values
from campaigns.leads.routing import Candidate, Place, choose
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.scoring import score
from campaigns.leads.service.weighing import touch_counts
from campaigns.leads.standing import StandingOf
from campaigns.partners.models import Partner

MOST = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A past lead as the rules see it."""

    lead_id: UUID
    title: str
    arrived_at: datetime
    place: Place
    values: Mapping[str, str]
    touches: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case under both rules; a partner of None means that nobody could take it."""

    case: Case
    partner_before: UUID | None
    partner_after: UUID | None
    score_before: int
    score_after: int

    @property
    def differs(self) -> bool:
        """Whether another partner would have got it."""
        return self.partner_before != self.partner_after


@dataclass(frozen=True, slots=True)
class DryRun:
    """All outcomes, oldest first; leads per partner under both rules; partners' names; how long a lead occupies."""

    outcomes: tuple[Outcome, ...]
    before: Mapping[UUID | None, int]
    after: Mapping[UUID | None, int]
    names: Mapping[UUID, str]
    occupied: Occupation = ASSUMED

    @property
    def moved(self) -> int:
        """How many leads would have gone elsewhere."""
        return sum(one.differs for one in self.outcomes)

    @property
    def rescored(self) -> int:
        """How many would have had another score."""
        return sum(one.score_before != one.score_after for one in self.outcomes)


def routed(
    cases: Sequence[Case], candidates: Sequence[Candidate], rules: LeadRules, occupied: timedelta = USUAL
) -> list[UUID | None]:
    """Whom each case would have gone to first, one after another: turns and free places count as they would have.

    History begins with nobody asked and nothing open; every lead is taken to be accepted and to occupy its partner
    for as long as leads did in the median. Turns count the offers of 30 days, as routing does.
    """
    asked: dict[UUID, list[datetime]] = {one.partner_id: [] for one in candidates}
    chosen: list[UUID | None] = []
    for case in cases:
        standing = [
            replace(
                one, open_leads=sum(at > case.arrived_at - occupied for at in asked[one.partner_id]),
                offers=sum(at > case.arrived_at - LATELY for at in asked[one.partner_id]),
                last_offer_at=max(asked[one.partner_id], default=None), refused=False,
            )
            for one in candidates
        ]  # fmt: skip
        partner_id = choose(case.place, standing, rules).partner_id
        chosen.append(partner_id)
        if partner_id is not None:
            asked[partner_id].append(case.arrived_at)
    return chosen


def compare_rules(
    cases: Sequence[Case],
    candidates: Sequence[Candidate],
    before: LeadRules,
    after: LeadRules,
    names: dict[UUID, str],
    occupied: Occupation = Occupation(),
) -> DryRun:
    """Both rules over the same cases; pure."""
    firsts, seconds = (routed(cases, candidates, rules, occupied.time) for rules in (before, after))
    outcomes = tuple(
        Outcome(
            case, first, second, score(case.values, case.touches, before).total,
            score(case.values, case.touches, after).total,
        )
        for case, first, second in zip(cases, firsts, seconds, strict=True)
    )  # fmt: skip
    return DryRun(outcomes, Counter(firsts), Counter(seconds), names, occupied)


def dry_run(
    session: Session, actor: Actor, standing_of: StandingOf, rules: LeadRules, now: datetime, last: int = 50
) -> DryRun:
    """The programme's last leads (at most 200) under the rules in force and under these."""
    require(actor, "vendor_lead.read")
    programme_id = programme_of(actor)
    rows = session.scalars(
        select(Lead)
        .where(Lead.programme_id == programme_id, Lead.own.is_(False), Lead.email != "")
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(min(max(last, 1), MOST))
    ).all()
    cases = [_case(session, lead, standing_of) for lead in reversed(rows)]
    candidates = candidates_of(session, programme_id, standing_of(session, programme_id, ""), now)
    named = select(Partner.id, Partner.name).where(Partner.id.in_([one.partner_id for one in candidates]))
    names = dict(session.execute(named).tuples().all())
    before = rules_in_force(session, programme_id).rules
    return compare_rules(cases, candidates, before, rules, names, occupation(session, programme_id, now))


def _case(session: Session, lead: Lead, standing_of: StandingOf) -> Case:
    standing = standing_of(session, lead.programme_id, lead.company_key)
    return Case(
        lead.id, lead.company or lead.name, lead.created_at, place_of(session, lead, standing), score_values(lead),
        touch_counts(session, lead),
    )  # fmt: skip
