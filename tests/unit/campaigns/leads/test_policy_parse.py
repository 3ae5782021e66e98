"""Rules from plain data: everything wrong at once with its place, and back to the same rules."""

from __future__ import annotations

import pytest

from campaigns.core.errors import DomainError
from campaigns.leads.policy import LeadRules, ScorePart, Territory
from campaigns.leads.policy_parse import parse_rules, read_rules, rules_as_dict

GOOD = {
    "parts": [{"name": "Chiefs", "of": "job_title", "test": "has", "values": ["chief"], "points": 20}],
    "territories": [{"name": "North", "countries": ["de"], "postal_prefixes": ["2"]}],
    "weights": {"territory": 50},
    "tiers": {"gold": 100},
    "engagement": {"click": 3},
    "rounds": 2,
    "zone": "Europe/Berlin",
    "hours": {"mon": ["08:00", "12:30"]},
    "holidays": ["2026-12-25"],
}


def test_good_rules_are_read_and_written_back():
    rules = parse_rules(GOOD)
    assert rules.parts == (ScorePart("Chiefs", "job_title", "has", ("chief",), 20),)
    assert rules.territories == (Territory("North", ("DE",), ("2",)),)
    assert (rules.rounds, rules.window_hours) == (2, LeadRules().window_hours)
    assert parse_rules(rules_as_dict(rules)) == rules
    assert parse_rules(rules_as_dict(LeadRules())) == LeadRules()


def test_everything_wrong_is_said_at_once_with_its_place():
    bad = {
        "parts": [{"name": "", "of": "shoe_size", "test": "like", "points": "many"}, {"name": "x", "of": "facts.size",
                   "test": "at_least", "values": ["big"], "points": 1}],
        "territories": [{"name": "N", "countries": ["Germany"]}],
        "weights": {"luck": 1, "tier": 101},
        "rounds": 0,
        "most_recycles": True,
        "zone": "Europe/Nowhere",
        "hours": {"mon": ["17:00", "09:00"], "someday": ["09:00", "10:00"]},
        "holidays": ["25.12."],
        "surprise": 1,
    }  # fmt: skip
    _, problems = read_rules(bad)
    assert {one.slot for one in problems} == {
        "parts.1.name", "parts.1.of", "parts.1.test", "parts.1.points", "parts.2.values", "territories.1.countries",
        "weights.luck", "weights.tier", "rounds", "most_recycles", "zone", "hours.mon", "hours.someday", "hours",
        "holidays", "surprise",
    }  # fmt: skip
    with pytest.raises(DomainError, match=r"rules\.invalid"):
        parse_rules(bad)


@pytest.mark.parametrize("name", ["parts", "territories", "hours", "weights", "holidays"])
@pytest.mark.parametrize("value", [None, 3, "text", [3], {"a": None}])
def test_no_shape_of_data_breaks_the_reading(name, value):
    assert read_rules({name: value})[1]
