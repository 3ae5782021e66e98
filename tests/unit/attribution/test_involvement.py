"""Sourced, influenced and either: who brought a deal, who helped it, and totals that never add the two."""

from __future__ import annotations

from campaigns.attribution.involvement import Involvement, Sum, involvement, tally
from campaigns.attribution.paths import assemble
from campaigns.attribution.touches import Journey
from tests.factories.attribution import CLOSE, CUT_OFF, DAY, EVERYTHING, journey, touch

A, B, NOBODY = touch("a", 9, partner="p"), touch("b", 5, partner="q"), touch("c", 7)


def of(deal: Journey, by: str = "partner") -> Involvement:
    return involvement(deal, assemble(deal, EVERYTHING, CUT_OFF), by)


def named(sourced: str, influenced: str) -> Involvement:
    return Involvement(frozenset(sourced), frozenset(influenced))


def test_the_touch_that_made_the_lead_sourced_the_deal() -> None:
    assert of(journey(A, B, lead_at=CLOSE - 5 * DAY)) == named("q", "pq")
    assert of(journey(A, B, lead_at=CLOSE - 9 * DAY)) == named("p", "pq")
    assert of(journey(A, B, lead_at=CLOSE - 5 * DAY), "channel") == named("b", "ab")


def test_a_lead_nobody_touched_before_was_sourced_by_nobody() -> None:
    assert of(journey(A, B, lead_at=CLOSE - 20 * DAY)) == named("", "pq")


def test_without_a_lead_the_first_touch_before_the_opportunity_did() -> None:
    assert of(journey(A, B)) == named("p", "pq")
    assert of(journey(A, B, opportunity_at=CLOSE - 8 * DAY)) == named("p", "pq")
    assert of(journey(A, B, opportunity_at=CLOSE - 10 * DAY)) == named("", "pq")


def test_who_registered_a_deal_of_its_own_brought_it() -> None:
    assert of(journey(B, brought_by="p")) == named("p", "q")
    assert of(journey(B, brought_by="p")).either == {"p", "q"}
    assert of(journey(B, brought_by="p"), "channel") == named("b", "b")
    assert of(journey(brought_by="p")) == named("p", "")


def test_a_touch_without_a_partner_involves_none() -> None:
    assert of(journey(NOBODY, B, lead_at=CLOSE - 7 * DAY)) == named("", "q")
    assert of(journey()) == named("", "")


def test_totals_count_a_deal_once_in_each_view() -> None:
    deals = [
        journey(A, B, cents=100, deal="both"),  # p sourced, p and q influenced
        journey(B, cents=30, deal="q", brought_by="p"),  # p sourced, q influenced
        journey(B, cents=-5, currency="USD", deal="refund"),
        journey(cents=7, deal="nobody"),
    ]
    found = tally((deal, of(deal)) for deal in deals)
    assert list(found) == ["", "p", "q"]
    assert found["p"].sourced == Sum(2, (("EUR", 130),))
    assert found["p"].influenced == Sum(1, (("EUR", 100),))
    assert found["p"].either == Sum(2, (("EUR", 130),))
    assert found["q"].sourced == Sum(1, (("USD", -5),))
    assert found["q"].influenced == found["q"].either == Sum(3, (("EUR", 130), ("USD", -5)))
    assert found[""].sourced == found[""].influenced == found[""].either == Sum(3, (("EUR", 130), ("USD", -5)))
