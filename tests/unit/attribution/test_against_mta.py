"""The PathData sample of the `mta` wheel: first, last, linear, U and Shapley credits of its twelve channels are ours.

Its Markov and time decay follow other definitions; test_programme_models.py and test_weights.py hold those to fixtures.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from fractions import Fraction
from importlib.metadata import distribution
from typing import Any

import pytest

from campaigns.attribution.crediting import attribute
from campaigns.attribution.markov import markov
from campaigns.attribution.observed import Observed
from campaigns.attribution.rules import Model, ModelName
from campaigns.attribution.shapley import shapley
from campaigns.attribution.weights import shares
from tests.factories.attribution import journey, path, spec, touch
from tests.factories.chains import by_walking, chain_of

WINDOW = 1e-6
CHANNELS = ("alpha", "beta", "delta", "epsilon", "eta", "gamma", "iota", "kappa", "lambda", "mi", "theta", "zeta")
ALPHA = {"first": 6308, "last": 8447, "linear": 7574.718594, "u_shaped": 7444.823759}  # as domain.md has them


@pytest.fixture(scope="module")
def sample() -> list[Observed]:
    """The wheel's data file, read as a file."""
    found = distribution("mta").locate_file("mta/data/data.csv.gz")
    with gzip.open(str(found), "rt", encoding="utf-8", newline="") as handle:
        return [
            Observed(tuple(row["path"].split(" > ")), int(row["total_conversions"]), int(row["total_null"]))
            for row in csv.DictReader(handle)
        ]


@pytest.fixture(scope="module")
def peer() -> dict[str, dict[str, float]]:
    """What the wheel itself computes, with repeated channels kept, as we keep them."""
    from mta import MTA

    run: Any = MTA(allow_loops=True, add_timepoints=False, normalize_by_default=False)
    run.first_touch().last_touch().linear(share="proportional").position_based().shapley()
    return {
        ours: dict(run.attribution[theirs])
        for ours, theirs in (
            ("first", "first_touch"), ("last", "last_touch"), ("linear", "linear"), ("u_shaped", "pos_based"),
            ("shapley", "shapley"),
        )
    }  # fmt: skip


def test_the_sample_is_the_one_that_was_meant(sample: list[Observed]) -> None:
    assert len(sample) == 10_000
    assert sorted({step for path in sample for step in path.steps}) == list(CHANNELS)


@pytest.mark.parametrize("name", ["first", "last", "linear", "u_shaped"])
def test_our_shares_give_the_wheels_credits(
    name: str, sample: list[Observed], peer: dict[str, dict[str, float]]
) -> None:
    model = Model(ModelName(name))
    credited: defaultdict[str, Fraction] = defaultdict(Fraction)
    by_length = {count: shares(model, path(count)) for count in {len(row.steps) for row in sample}}
    for row in sample:
        for step, share in zip(row.steps, by_length[len(row.steps)], strict=True):
            credited[step] += row.conversions * share
    assert set(credited) == set(CHANNELS)
    for channel in CHANNELS:
        # the wheel adds floats up; ours are exact, and its whole numbers must be ours without any allowance
        allowed = 0.0 if name in ("first", "last") else 1e-9 * peer[name][channel]
        assert abs(float(credited[channel]) - peer[name].get(channel, 0.0)) <= allowed, channel
    assert float(credited["alpha"]) == pytest.approx(ALPHA[name], abs=1e-6)
    assert sum(credited.values()) == sum(row.conversions for row in sample)


def test_our_shapley_gives_the_wheels_credits(sample: list[Observed], peer: dict[str, dict[str, float]]) -> None:
    credited = shapley(sample).credits
    assert set(credited) == set(peer["shapley"]) == set(CHANNELS)
    for channel in CHANNELS:
        assert float(credited[channel]) == pytest.approx(peer["shapley"][channel], rel=1e-9), channel
    assert float(credited["alpha"]) == pytest.approx(7627.944048, abs=1e-6)


def test_the_sample_as_deals_in_money_is_credited_to_the_last_unit(
    sample: list[Observed], peer: dict[str, dict[str, float]]
) -> None:
    """Every row as one deal worth its conversions in kilos; each rounding moves less than one gram."""
    deals = [
        journey(
            *(touch(f"t{at:03}", len(row.steps) - at, channel=step) for at, step in enumerate(row.steps)),
            deal=f"row{number}", cents=1000 * row.conversions,
        )
        for number, row in enumerate(sample)
    ]  # fmt: skip
    earned: defaultdict[str, int] = defaultdict(int)
    for found in attribute(deals, spec(ModelName.U_SHAPED)):
        for credit in found.credits:
            assert credit.touch is not None
            earned[credit.touch.channel] += credit.amount_minor
    assert sum(earned.values()) == 1000 * sum(row.conversions for row in sample)
    for channel in CHANNELS:
        touched = sum(row.steps.count(channel) for row in sample)
        assert abs(earned[channel] - 1000 * peer["u_shaped"][channel]) <= touched


def test_markov_of_the_sample_is_what_walking_finds(sample: list[Observed]) -> None:
    found, chain = markov(sample), chain_of(sample)
    whole = by_walking(chain)
    assert abs(float(found.conversion) - whole) < WINDOW
    for channel in CHANNELS:
        assert abs(float(found.removal[channel]) - (1 - by_walking(chain, channel) / whole)) < WINDOW
    assert sum(found.credits().values()) == sum(row.conversions for row in sample)
