"""Settings of a run: as JSON and back, every fault reported at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaigns.attribution.rules import Model, ModelName, PathRules, read_model, read_rules
from campaigns.core.errors import DomainError


@pytest.mark.parametrize(
    "rules",
    [PathRules(), PathRules(None, "opportunity", frozenset({"form"}), suspects=True, same_within_s=0, most_touches=2)],
)
def test_rules_are_read_back(rules: PathRules) -> None:
    assert read_rules(json.loads(json.dumps(rules.as_json()))) == rules


def test_missing_rules_are_the_usual_ones() -> None:
    assert read_rules({}) == PathRules()
    assert read_rules({"look_back_days": None}) == PathRules(look_back_days=None)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(DomainError) as caught:
        PathRules(0, "never", frozenset({"open", "stare"}), same_within_s=-1, most_touches=1)  # type: ignore[arg-type]
    slots = ["same_within_s", "most_touches", "look_back_days", "anchor", "kinds", "kinds"]
    assert [problem.slot for problem in caught.value.problems] == slots
    assert [problem.code for problem in caught.value.problems] == [
        "attribution.out_of_range", "attribution.out_of_range", "attribution.out_of_range", "attribution.anchor",
        "attribution.kind_never", "attribution.kind",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"lookback": 3}, "attribution.unknown_setting"),
        ({"kinds": "form"}, "attribution.kind"),
        ({"kinds": [1]}, "attribution.kind"),
        ({"kinds": ["stare"]}, "attribution.kind"),
        ({"suspects": "yes"}, "attribution.suspects"),
        ({"suspects": 1}, "attribution.suspects"),
        ({"look_back_days": 1.5}, "attribution.out_of_range"),
        ({"look_back_days": True}, "attribution.out_of_range"),
        ({"most_touches": 10**9}, "attribution.out_of_range"),
        ({"anchor": ["close"]}, "attribution.anchor"),
    ],
)
def test_settings_from_outside_are_checked(value: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_rules(value)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("model", [*map(Model, ModelName), Model(ModelName.TIME_DECAY, 30)])
def test_models_are_read_back(model: Model) -> None:
    assert read_model(json.loads(json.dumps(model.as_json()))) == model


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, "attribution.model"),
        ({"name": "markov"}, "attribution.model"),  # never of a single deal
        ({"name": ["first"]}, "attribution.model"),
        ({"name": "time_decay", "half_life": 7}, "attribution.model"),
        ({"name": "time_decay", "half_life_days": 0}, "attribution.out_of_range"),
        ({"name": "time_decay", "half_life_days": 7.0}, "attribution.out_of_range"),
    ],
)
def test_models_from_outside_are_checked(value: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_model(value)
    assert [problem.code for problem in caught.value.problems] == [code]
