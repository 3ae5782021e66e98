"""Markov and Shapley: domain.md's fixtures, and two computations that share nothing with ours."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.attribution.digest import canonical, report_digest
from campaigns.attribution.markov import markov
from campaigns.attribution.observed import Observed, combine, observe
from campaigns.attribution.paths import Milestones, Path
from campaigns.attribution.shapley import shapley
from campaigns.core.errors import DomainError
from tests.factories.attribution import touch
from tests.factories.chains import by_enumeration, by_walking, chain_of

FIXTURE = (Observed(("a", "b"), 3, 1), Observed(("a", "c"), 1, 1))
WINDOW = 1e-6

steps = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=7).map(tuple)
counts = st.tuples(st.integers(0, 50), st.integers(0, 50))
samples = st.dictionaries(steps, counts, min_size=1, max_size=25).map(
    lambda found: [Observed(path, *count) for path, count in found.items()]
)


def test_markov_by_hand() -> None:
    found = markov(FIXTURE)
    assert abs(found.conversion - Fraction(2, 3)) < Fraction(1, 10**12)
    assert found.removal == {"a": 1, "b": Fraction(3, 4), "c": Fraction(1, 4)}
    assert found.credits() == {"a": 2, "b": Fraction(3, 2), "c": Fraction(1, 2)}
    assert found.shared(1001) == {"a": 501, "b": 375, "c": 125}
    assert sum(found.shared(-999_999_999).values()) == -999_999_999


def test_the_fixture_by_every_path_there_is() -> None:
    chain = chain_of(FIXTURE)
    whole = by_enumeration(chain)
    assert whole == Fraction(2, 3)
    assert [1 - by_enumeration(chain, name) / whole for name in "abc"] == [1, Fraction(3, 4), Fraction(1, 4)]


@settings(deadline=None)
@given(samples)
def test_markov_in_closed_form_is_what_walking_finds(paths: list[Observed]) -> None:
    found = markov(paths)
    if not any(path.conversions + path.nulls for path in paths):
        assert (found.conversion, found.removal) == (0, {})
        return
    chain = chain_of(paths)
    whole = by_walking(chain)
    assert abs(float(found.conversion) - whole) < WINDOW
    for name, effect in found.removal.items():
        expected = 1 - by_walking(chain, name) / whole if whole else 0.0
        assert abs(float(effect) - expected) < WINDOW
    assert sum(found.credits().values()) == found.conversions == sum(path.conversions for path in paths)


@given(
    st.lists(st.tuples(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), counts), min_size=1)
)
def test_markov_in_closed_form_is_what_enumeration_finds(rows: list[tuple[list[str], tuple[int, int]]]) -> None:
    # steps in alphabetical order make no circle, so that there are finitely many paths
    paths = [Observed(tuple(sorted(names)), *count) for names, count in rows]
    if not sum(path.conversions for path in paths):
        return
    chain, found = chain_of(paths), markov(paths)
    whole = by_enumeration(chain)
    assert abs(found.conversion - whole) < WINDOW
    for name, effect in found.removal.items():
        assert abs(effect - (1 - by_enumeration(chain, name) / whole)) < WINDOW


def test_shapley_by_hand() -> None:
    found = shapley([Observed(("a",), 4), Observed(("a", "b"), 6)])
    assert found.credits == {"a": 7, "b": 3}


@given(samples)
def test_shapley_in_closed_form_is_the_sum_over_coalitions(paths: list[Observed]) -> None:
    names = sorted({step for path in paths for step in path.steps})
    found = shapley(paths).credits

    def worth(coalition: frozenset[str]) -> int:
        return sum(path.conversions for path in paths if set(path.steps) <= coalition)

    for name in names:
        others = [other for other in names if other != name]
        value = Fraction(0)
        for size in range(len(names)):
            weight = Fraction(factorial(size) * factorial(len(names) - size - 1), factorial(len(names)))
            for chosen in map(frozenset, combinations(others, size)):
                value += weight * (worth(chosen | {name}) - worth(chosen))
        assert found[name] == value
    assert sum(found.values()) == sum(path.conversions for path in paths)


@given(samples, st.randoms(use_true_random=False))
def test_order_of_reading_changes_no_byte(paths: list[Observed], random: object) -> None:
    shuffled = [Observed(path.steps, path.conversions, 0) for path in paths]
    shuffled += [Observed(path.steps, 0, path.nulls) for path in paths]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for model in (markov, shapley):
        one, other = model(paths), model(shuffled)
        assert one == other
        assert list(getattr(one, "removal", {})) == list(getattr(other, "removal", {}))
    told = [[path.steps, path.conversions, path.nulls] for path in combine(paths)]
    digests = {report_digest("markov", told, found.removal) for found in (markov(paths), markov(shuffled))}
    assert len(digests) == 1


def test_paths_without_a_touch_are_told_apart() -> None:
    paths = [*FIXTURE, Observed((), 5, 7)]
    assert (markov(paths).unattributed, shapley(paths).unattributed) == (5, 5)
    assert markov(paths).removal == markov(FIXTURE).removal


def test_nothing_converted_credits_nobody() -> None:
    found = markov([Observed(("a", "b"), 0, 3)])
    assert (found.conversion, found.credits(), found.shared(100)) == (0, {"a": 0, "b": 0}, {})
    assert shapley([Observed(("a",), 0, 3)]).credits == {"a": 0}
    assert markov([]).shared(100) == {}


def test_some_hundred_channels_are_solved_exactly_enough() -> None:
    count = 150
    names = [f"c{at:03}" for at in range(count)]
    paths = [
        Observed((names[at], names[at * 7 % count], names[(at * at + 3) % count]), at % 4, 2) for at in range(count)
    ]
    found, chain = markov(paths), chain_of(paths)
    whole = by_walking(chain)
    assert abs(float(found.conversion) - whole) < WINDOW
    for name in names[::15]:
        assert abs(float(found.removal[name]) - (1 - by_walking(chain, name) / whole)) < WINDOW


def test_paths_are_counted_by_a_dimension() -> None:
    one = Path((), (touch("a", 2, launch="l1"), touch("b", 1, launch="l2")), Milestones())
    assert observe([(one, True), (one, False), (one, True)], "launch") == (Observed(("l1", "l2"), 2, 1),)
    assert observe([(one, True)], "channel") == (Observed(("a", "b"), 1, 0),)
    asset = Path((), (touch("a", kit="k", kit_version="k1", asset="sheet", step="s"), touch("b", 1)), Milestones())
    seen = {name: observe([(asset, True)], name)[0].steps for name in ("asset", "asset_version", "step", "kit")}
    assert seen == {"asset": ("k/sheet", ""), "asset_version": ("k1/sheet", ""), "step": ("k/s", ""), "kit": ("k", "")}
    with pytest.raises(DomainError, match=r"attribution\.dimension"):
        observe([], "id")
    with pytest.raises(DomainError, match=r"attribution\.count"):
        combine([Observed(("a",), -1)])


def test_canonical_bytes_take_no_float() -> None:
    assert canonical({"b": [Fraction(1, 3), None, True], "ä": (1,)}) == b'{"b":["1/3",null,true],"\\u00e4":[1]}'
    with pytest.raises(TypeError):
        canonical([1.0])
