"""Changed rules over history: who would have got what, with turns and free places as they would have been."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from campaigns.leads.dry_run import Case, compare_rules
from campaigns.leads.policy import LeadRules, ScorePart
from campaigns.leads.routing import Candidate, Place

A, B = UUID(int=1), UUID(int=2)
START = datetime(2026, 1, 1, tzinfo=UTC)
CANDIDATES = [Candidate(A, tier="gold", countries=("DE",)), Candidate(B, tier="silver", countries=("DE",))]
FAIR = LeadRules(tiers={"gold": 100, "silver": 0}, close_points=100)
BEST = LeadRules(tiers={"gold": 100, "silver": 0}, close_points=0)


def cases(number: int, days: int = 1) -> list[Case]:
    return [
        Case(UUID(int=100 + n), f"Lead {n}", START + timedelta(days=n * days), Place("DE"), {"company": "X"}, {})
        for n in range(number)
    ]


def test_turns_count_as_they_would_have() -> None:
    run = compare_rules(cases(10), CANDIDATES, FAIR, BEST, {})
    assert dict(run.before) == {A: 5, B: 5}
    assert dict(run.after) == {A: 10}
    assert run.moved == 5
    assert [one.differs for one in run.outcomes].count(True) == 5


def test_a_full_partner_has_room_again_after_thirty_days() -> None:
    tight = [Candidate(A, countries=("DE",), capacity=1)]
    run = compare_rules(cases(4, days=20), tight, BEST, BEST, {})
    assert [one.partner_after for one in run.outcomes] == [A, None, A, None]
    assert run.moved == 0


def test_scores_of_both_rules_stand_side_by_side() -> None:
    scoring = LeadRules(parts=(ScorePart("Has a company", "company", "filled", (), 25),))
    run = compare_rules(cases(2), CANDIDATES, BEST, scoring, {A: "Osterly"})
    assert [(one.score_before, one.score_after) for one in run.outcomes] == [(0, 25), (0, 25)]
    assert (run.rescored, run.names[A]) == (2, "Osterly")
