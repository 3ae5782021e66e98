"""Rules from JSON: everything wrong at once, and what is right comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.business_time import DAYS
from campaigns.core.ids import new_id
from campaigns.deals.policy import Policy, Route
from campaigns.deals.policy_parse import NUMBERS, from_json, parse_policy, policy_json
from campaigns.deals.rules import OPEN, OVER, PROTECTED, STEPS, may_step, steps_from
from campaigns.deals.service.steps import shown_state
from campaigns.deals.verdict import DealFacts, decide

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def found(data: object) -> set[tuple[str, str]]:
    policy, problems = parse_policy(data)
    assert (policy is None) == bool(problems)
    return {(one.slot, one.code) for one in problems}


def test_nothing_said_is_the_defaults():
    assert parse_policy({}) == (Policy(), [])
    assert from_json(policy_json(Policy())) == Policy()


def test_everything_wrong_is_told_at_once():
    person = str(new_id())
    bad = {
        "protection_days": 0, "review_hours": "16", "most_extensions": True, "currency": "Euro", "zone": "Mars/Base",
        "warn_days": [3, 14], "ladder": [100, 50], "auto_clear_tiers": "gold", "words": 7, "colour": "red",
        "hours": {"mon": ["17:00", "09:00"], "moon": ["09:00", "17:00"], "tue": ["9", "17"]},
        "holidays": ["2026-02-30", "2026-12-25", "2026-12-25"],
        "routes": [
            {"name": "", "countries": ["Norway"], "persons": ["rae"], "approvals": 9, "from_minor": -1, "x": 1},
            {"name": "a", "persons": [person], "approvals": 2}, {"name": "a"}, "all",
        ],
    }  # fmt: skip
    assert found(bad) == {
        ("protection_days", "policy.number"), ("review_hours", "policy.number"), ("most_extensions", "policy.number"),
        ("currency", "policy.currency"), ("zone", "policy.zone"), ("warn_days", "policy.steps"),
        ("ladder", "policy.steps"), ("auto_clear_tiers", "policy.list"), ("words", "policy.words"),
        ("colour", "policy.unknown"), ("hours.mon", "policy.order"), ("hours.moon", "policy.day"),
        ("hours.tue", "policy.time"), ("holidays", "policy.date"), ("holidays", "policy.twice"),
        ("routes.0.name", "policy.name"), ("routes.0.countries", "policy.country"),
        ("routes.0.persons", "policy.person"), ("routes.0.approvals", "policy.number"),
        ("routes.0.from_minor", "policy.number"), ("routes.0.x", "policy.unknown"),
        ("routes.1.approvals", "policy.too_few"), ("routes.3", "policy.form"), ("routes", "policy.twice"),
    }  # fmt: skip
    assert found([]) == {("", "policy.form")}
    assert found({"hours": {}}) == {("hours", "policy.hours")}
    assert found({"minimum_minor": 5, "auto_clear_minor": 4}) == {("auto_clear_minor", "policy.below_minimum")}


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(sorted(policy_json(Policy())))


@given(st.dictionaries(members, json, max_size=6))
def test_any_json_is_taken_or_refused_and_never_breaks(data):
    policy, problems = parse_policy(data)
    assert (policy is None) == bool(problems)
    if policy is not None:
        assert parse_policy(policy_json(policy)) == (policy, [])


@given(
    st.fixed_dictionaries({name: st.integers(least, min(most, 10**6)) for name, (least, most) in NUMBERS.items()}),
    st.dictionaries(st.sampled_from(DAYS), st.just(["08:00", "18:30"]), min_size=1),
    st.lists(st.sampled_from([50, 75, 100, 150]), unique=True).map(sorted),
)
def test_what_is_written_is_read_back(numbers, hours, ladder):
    numbers["auto_clear_minor"] = max(numbers["auto_clear_minor"], numbers["minimum_minor"])
    policy, problems = parse_policy({**numbers, "hours": hours, "ladder": ladder})
    assert problems == []
    assert from_json(policy_json(policy)) == policy


@pytest.mark.parametrize(
    ("rules", "facts", "outcome"),
    [
        ({}, {}, "review"),
        ({"auto_clear_minor": 100}, {"amount_minor": 100}, "cleared"),
        ({"auto_clear_minor": 100}, {"amount_minor": 101}, "review"),
        ({"auto_clear_minor": 100}, {"amount_minor": 100, "matches": 1}, "review"),
        ({"auto_clear_minor": 100, "auto_clear_tiers": ("gold",)}, {"amount_minor": 1, "tier": "silver"}, "review"),
        ({"auto_clear_minor": 100, "auto_clear_tiers": ("gold",)}, {"amount_minor": 1, "tier": "gold"}, "cleared"),
        ({"auto_clear_minor": 100}, {"amount_minor": None}, "review"),
        ({"minimum_minor": 100}, {"amount_minor": 99}, "refused"),
        ({"minimum_minor": 100}, {"amount_minor": None}, "review"),
    ],
)
def test_the_verdict_of_the_rules(rules, facts, outcome):
    base = {"country": "NO", "tier": "", "amount_minor": 50, "matches": 0, "submitted_at": MONDAY}
    verdict = decide(Policy(**rules), DealFacts(**(base | facts)))
    assert verdict.outcome == outcome
    assert verdict.due_at == MONDAY + timedelta(days=1, hours=8)
    assert verdict.protected_until == MONDAY + timedelta(days=90)


def test_the_dearest_route_that_fits_is_taken_and_an_unknown_amount_takes_it_too():
    routes = (Route("all"), Route("north", ("NO",)), Route("large", (), 1000, (), 2), Route("far", ("JP",), 5000))
    policy = Policy(routes=routes)

    def route(country: str, amount: int | None) -> str:
        return decide(policy, DealFacts(country, "", amount, 0, MONDAY)).route.name

    assert route("DE", 10) == "all"
    assert route("NO", 10) == "north"
    assert route("NO", 1000) == "large"
    assert route("JP", 5000) == "far"
    assert route("DE", None) == "large"


def test_every_state_is_reached_and_what_is_over_is_left_by_nobody_but_an_appeal():
    states = {*OPEN, *PROTECTED, *OVER}
    assert {step.to for step in STEPS.values()} - {""} == states - {"draft"}
    for state in OVER:
        leaving = [name for name, step in STEPS.items() if state in step.sources]
        assert leaving == (["reopen"] if state == "rejected" else [])
    for state in (*OPEN, *PROTECTED):
        assert may_step("withdraw", state, "partner")
        assert not may_step("withdraw", state, "vendor")
    assert not [name for state in states for name in steps_from(state, "partner") if name in ("approve", "extend")]


def test_a_partner_could_do_the_same_in_all_that_it_is_told_as_one_state():
    told = [steps_from(state, "partner") for state in (*OPEN, *PROTECTED) if shown_state(state) == "in_review"]
    assert told == [("withdraw",)] * 3
