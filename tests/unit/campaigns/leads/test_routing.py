"""Whom a vendor's lead is offered to: exclusions, weights, turns, and that order of input never matters."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.leads.policy import LeadRules, Territory
from campaigns.leads.routing import Candidate, Place, choose

A, B, C = (UUID(int=number) for number in (1, 2, 3))
RULES = LeadRules(tiers={"gold": 100, "silver": 50}, territories=(Territory("DACH", ("DE", "AT", "CH")),))
HAMBURG = Place("DE", "20095", "heat-pumps")


def test_a_partner_of_the_territory_goes_before_one_that_serves_any() -> None:
    choice = choose(HAMBURG, [Candidate(A), Candidate(B, countries=("DE",))], RULES)
    assert choice.partner_id == B
    assert choice.reason[0] == {"code": "territory", "params": {"country": "DE", "name": "DACH"}}


def test_each_exclusion_is_said() -> None:
    cases = {
        "takes_none": Candidate(A, takes_leads=False),
        "refused": Candidate(A, refused=True),
        "full": Candidate(A, capacity=2, open_leads=2),
        "country": Candidate(A, countries=("FR",)),
        "postal_code": Candidate(A, countries=("DE",), postal_prefixes=("8",)),
        "product": Candidate(A, product_lines=("wifi",)),
    }
    for code, candidate in cases.items():
        choice = choose(HAMBURG, [candidate], RULES)
        assert choice.partner_id is None
        assert choice.considered[0].excluded == code
        assert choice.reason[0]["code"] == "nobody"


def test_of_equals_the_one_with_fewer_offers_has_its_turn() -> None:
    earlier, later = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC)
    assert choose(HAMBURG, [Candidate(A, offers=2), Candidate(B, offers=1)], RULES).partner_id == B
    both = [Candidate(A, offers=1, last_offer_at=later), Candidate(B, offers=1, last_offer_at=earlier)]
    assert choose(HAMBURG, both, RULES).partner_id == B
    assert choose(HAMBURG, both, RULES).reason[-1]["code"] == "in_turn"


def test_a_turn_does_not_outweigh_a_clearly_better_partner() -> None:
    strong = Candidate(A, tier="gold", countries=("DE",), product_lines=("heat-pumps",), won=9, decided=10, offers=30)
    assert choose(HAMBURG, [strong, Candidate(B)], RULES).partner_id == A


def test_whoever_knows_the_company_gets_it_unless_excluded() -> None:
    known = replace(HAMBURG, company_partner=B)
    both = [Candidate(A, tier="gold", countries=("DE",)), Candidate(B)]
    assert choose(known, both, RULES).partner_id == B
    assert choose(known, [both[0], replace(both[1], refused=True)], RULES).partner_id == A


def test_a_reason_names_no_other_partner() -> None:
    choice = choose(HAMBURG, [Candidate(A, tier="gold"), Candidate(B, tier="silver"), Candidate(C)], RULES)
    assert choice.partner_id is not None
    others = {str(partner) for partner in (A, B, C)} - {str(choice.partner_id)}
    assert not any(other in str(choice.reason) for other in others)


candidates = st.builds(
    Candidate,
    partner_id=st.integers(1, 50).map(lambda number: UUID(int=number)),
    tier=st.sampled_from(["", "gold", "silver"]),
    countries=st.sampled_from([(), ("DE",), ("FR",)]),
    capacity=st.one_of(st.none(), st.integers(0, 5)),
    open_leads=st.integers(0, 5),
    offers=st.integers(0, 3),
    refused=st.booleans(),
)


@given(st.lists(candidates, max_size=12, unique_by=lambda one: one.partner_id), st.randoms(use_true_random=False))
def test_the_order_of_candidates_never_matters(found: list[Candidate], chance: random.Random) -> None:
    shuffled = found[:]
    chance.shuffle(shuffled)
    assert choose(HAMBURG, found, RULES) == choose(HAMBURG, shuffled, RULES)


@given(st.integers(2, 6), st.integers(1, 60))
def test_equal_partners_get_equally_many(partners: int, leads: int) -> None:
    """Routing one after the other, the busiest of equals is never more than one offer ahead."""
    offers = {UUID(int=number): 0 for number in range(1, partners + 1)}
    for _ in range(leads):
        chosen = choose(HAMBURG, [Candidate(one, offers=count) for one, count in offers.items()], RULES).partner_id
        assert chosen is not None
        offers[chosen] += 1
    assert max(offers.values()) - min(offers.values()) <= 1
