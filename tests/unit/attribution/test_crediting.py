"""Money: for each model, currency and split the credits are the value, in any order of reading, twice the same."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.attribution.crediting import attribute, attribute_deal
from campaigns.attribution.digest import RunDigest, deal_bytes
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.touches import Journey, Split, Touch
from campaigns.core.apportion import apportion
from campaigns.core.errors import DomainError
from campaigns.core.money import MOST_MINOR, Money
from tests.factories.attribution import CLOSE, CUT_OFF, EVERYTHING, journey, spec, touch

words = st.sampled_from(["mail", "qr", "linkedin", "event"])
moments = st.integers(-40 * 86_400_000_000, 400 * 86_400_000_000).map(lambda us: CLOSE - timedelta(microseconds=us))
few_moments = st.sampled_from([CLOSE - timedelta(days=days) for days in (0, 1, 1, 7, 60, 200)])
kinds = st.sampled_from(["click", "page", "form", "download", "activity", "delivery", "open"])


@st.composite
def touches(draw: st.DrawFn) -> tuple[Touch, ...]:
    """Up to twelve, many at the same instants, of each verdict, some received after the cut-off."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        at = draw(st.one_of(moments, few_moments))
        late = timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 90])))
        verdict = draw(st.sampled_from(["human", "human", "human", "suspect", "bot"]))
        found.append(Touch(f"t{number:02}", at, at + late, draw(words), draw(kinds), verdict=verdict))
    return tuple(found)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Deals of up to three currencies, refunds too, and up to four partners."""
    currencies = draw(st.lists(st.sampled_from(["EUR", "JPY", "KWD", "CLF"]), min_size=1, max_size=3, unique=True))
    values = tuple(Money(draw(st.integers(-MOST_MINOR, MOST_MINOR)), currency) for currency in currencies)
    parts = draw(st.lists(st.integers(0, 100), max_size=4).filter(lambda parts: not parts or any(parts)))
    splits = tuple(Split(f"p{at}", part) for at, part in enumerate(parts))
    at = [draw(st.none() | moments) for _ in range(3)]
    return Journey("deal", values, draw(touches()), at[0], at[1], at[2], "holder", splits=splits)


rules = st.builds(
    PathRules,
    look_back_days=st.none() | st.integers(1, 400),
    anchor=st.sampled_from(["close", "opportunity"]),
    suspects=st.booleans(),
    same_within_s=st.sampled_from([0, 1800, 86_400]),
    most_touches=st.integers(2, 8),
)
specs = st.builds(RunSpec, st.builds(Model, st.sampled_from(ModelName), st.integers(1, 60)), rules, st.just(CUT_OFF))


@settings(max_examples=400)
@given(journeys(), specs)
def test_credits_are_the_value_to_the_last_unit(deal: Journey, run: RunSpec) -> None:
    found = attribute_deal(deal, run)
    by_part: defaultdict[tuple[str, str], int] = defaultdict(int)
    shares: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for credit in found.credits:
        by_part[credit.partner, credit.currency] += credit.amount_minor
        shares[credit.partner, credit.currency] += credit.share
        assert credit.share > 0
        assert (credit.touch is None) == (not found.path.touches)
    expected = {}
    for value in deal.values:
        weights = [split.weight for split in deal.splits] or [1]
        partners = [split.partner for split in deal.splits] or ["holder"]
        for partner, part, weight in zip(partners, apportion(value.amount_minor, weights), weights, strict=True):
            if weight:
                expected[partner, value.currency] = part
    assert dict(by_part) == expected
    assert set(shares.values()) == {1}
    for value in deal.values:
        assert (
            sum(credit.amount_minor for credit in found.credits if credit.currency == value.currency)
            == value.amount_minor
        )


@settings(max_examples=200)
@given(journeys(), specs, st.randoms(use_true_random=False))
def test_order_of_reading_changes_no_byte(deal: Journey, run: RunSpec, random: Random) -> None:
    shuffled = [list(deal.touches) * 2, list(deal.values), list(deal.splits)]
    for items in shuffled:
        random.shuffle(items)
    again = Journey(
        deal.deal, tuple(shuffled[1]), tuple(shuffled[0]), deal.lead_at, deal.opportunity_at, deal.closed_at,
        deal.partner, splits=tuple(shuffled[2]),
    )  # fmt: skip
    one, other = attribute_deal(deal, run), attribute_deal(again, run)
    assert one.credits == other.credits
    assert deal_bytes(one, run.cut_off) == deal_bytes(other, run.cut_off)


@given(journeys(), specs)
def test_a_refund_is_the_mirror_of_its_sale(deal: Journey, run: RunSpec) -> None:
    back = Journey(
        deal.deal, tuple(-value for value in deal.values), deal.touches, deal.lead_at, deal.opportunity_at,
        deal.closed_at, deal.partner, splits=deal.splits,
    )  # fmt: skip
    sold, refunded = attribute_deal(deal, run).credits, attribute_deal(back, run).credits
    assert [credit.amount_minor for credit in refunded] == [-credit.amount_minor for credit in sold]


@pytest.mark.parametrize("model", list(ModelName))
def test_without_a_touch_the_value_is_unattributed_not_lost(model: ModelName) -> None:
    for deal in (journey(), journey(touch("bot", 1, verdict="bot")), journey(touch("open", 1, kind="open"))):
        (credit,) = attribute_deal(deal, spec(model)).credits
        assert (credit.touch, credit.place, credit.amount_minor, credit.share) == (None, None, 10_000, 1)


def test_odd_cents_go_to_the_earliest_of_equals() -> None:
    found = attribute_deal(journey(touch("a", 3), touch("b", 2), touch("c", 1), cents=1001), spec())
    assert [credit.amount_minor for credit in found.credits] == [334, 334, 333]


def test_each_partner_of_a_split_deal_gets_its_part_along_the_whole_path() -> None:
    deal = journey(
        touch("a", 2), touch("b", 1), cents=1001, splits=(Split("q", 1), Split("p", 2), Split("none", 0)),
    )  # fmt: skip
    found = attribute_deal(deal, spec()).credits
    rows = [(credit.partner, credit.touch.id, credit.amount_minor) for credit in found if credit.touch]
    assert rows == [("p", "a", 334), ("p", "b", 333), ("q", "a", 167), ("q", "b", 167)]


def test_touches_without_a_share_have_no_credit() -> None:
    found = attribute_deal(journey(touch("a", 3), touch("b", 2)), spec(ModelName.FIRST))
    assert [(credit.touch.id, credit.place) for credit in found.credits if credit.touch] == [("a", 0)]


def test_a_deal_is_read_once() -> None:
    with pytest.raises(DomainError, match=r"attribution\.deal_twice"):
        list(attribute([journey(), journey()], spec()))


def test_deals_are_credited_as_they_are_read() -> None:
    read: list[str] = []

    def reading() -> object:
        for name in ("one", "two"):
            read.append(name)
            yield journey(deal=name)

    run = attribute(reading(), spec())  # type: ignore[arg-type]
    assert read == []
    assert next(run).journey.deal == "one"
    assert read == ["one"]


def a_run(order: list[int], run: RunSpec) -> str:
    digest = RunDigest(run)
    deals = [journey(touch(f"t{at}", at), touch("x", 1), deal=f"d{at}", cents=at) for at in range(8)]
    for found in attribute((deals[at] for at in order), run):
        digest.add(found)
    return digest.hexdigest()


def test_a_runs_digest_knows_no_order_and_everything_else() -> None:
    straight = a_run(list(range(8)), spec())
    assert a_run([3, 1, 7, 0, 2, 6, 5, 4], spec()) == straight
    others = {
        a_run(list(range(7)), spec()),
        a_run(list(range(8)), spec(ModelName.FIRST)),
        a_run(list(range(8)), spec(cut_off=CUT_OFF + timedelta(microseconds=1))),
        a_run(list(range(8)), spec(rules=PathRules(look_back_days=None, same_within_s=1, most_touches=1000))),
        a_run(list(range(8)), spec(ModelName.TIME_DECAY)),
        a_run(list(range(8)), spec(ModelName.TIME_DECAY, half_life_days=8)),
        straight,
    }
    assert len(others) == 7


def test_the_bytes_are_these_on_every_machine() -> None:
    assert a_run(list(range(8)), spec(ModelName.TIME_DECAY)) == PINNED


def test_every_fact_of_a_deal_is_in_its_bytes() -> None:
    run = spec(rules=EVERYTHING)
    plain = touch("a", 2)
    changed = {
        name: touch("a", 2, **{name: "other"})
        for name in (
            "channel",
            "kind",
            "launch",
            "kit",
            "kit_version",
            "asset",
            "step",
            "locale",
            "partner",
            "activity",
            "verdict",
        )
    }
    deals = [journey(plain), journey(plain, cents=1), journey(plain, currency="USD"), journey(plain, partner="p")]
    deals += [journey(plain, brought_by="p"), journey(plain, lead_at=CLOSE), journey(plain, opportunity_at=CLOSE)]
    deals += [journey(plain, splits=(Split("p", weight),)) for weight in (1, 2)]
    deals += [journey(item) for item in changed.values()]
    assert len({deal_bytes(attribute_deal(deal, run), run.cut_off) for deal in deals}) == len(deals)


PINNED = "25ff21e2e43bae272cd887a69fb17b5f0571d8b804c77cc05e8c63aa4ab3de36"
