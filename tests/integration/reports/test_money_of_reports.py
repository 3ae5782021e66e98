"""Sums by plan rates, forecasts against targets, and the return on what marketing cost, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.core.money import Money
from campaigns.deals.models import Deal, ProductLine
from campaigns.partners.models import Membership, Partner
from campaigns.rates.book import Dated, RateBook
from campaigns.rates.service import set_plan_rate
from campaigns.reports.asked import Asks, read_asks
from campaigns.reports.building import build
from campaigns.reports.costs import Spent
from campaigns.reports.ropi import returns
from campaigns.reports.runs import run
from campaigns.reports.service.costs import CostForm, add_cost, costs, remove_cost, restore_cost, set_margin
from campaigns.reports.service.targets import (
    TargetForm,
    change_target,
    import_targets,
    put_target,
    remove_target,
    restore_target,
    targets,
)
from campaigns.reports.settings import save_settings, settings_of
from campaigns.reports.tables import csv_of, json_of
from tests.factories.deals_made import CLOSE, add_deal, add_lead, add_touch, before
from tests.factories.mailing import make_partner, make_world

NOW = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)


@pytest.fixture
def world(uow, clock):
    clock.at = NOW
    made = make_world(uow.session)
    uow.session.add(Membership(programme_id=made.programme_id, partner_id=made.partner_id))
    uow.session.add(ProductLine(id=new_id(), programme_id=made.programme_id, code="pumps", name="Heat pumps"))
    uow.session.flush()
    return made


@pytest.fixture
def vendor(world):
    return Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)


def rate(uow, vendor, currency, base, day, value):
    set_plan_rate(uow, vendor, currency=currency, base=base, starts_on=date.fromisoformat(day), rate=value)


def open_deal(uow, world, cents, **about):
    values = {"state": "approved", "close_on": date(2026, 6, 20), "product_line": "pumps"}
    return add_deal(uow.session, world, cents=cents, **(values | about))


def cell(table, row, code):
    return table.rows[row][[column.code for column in table.columns].index(code)]


def test_a_sum_takes_the_rate_of_its_day_and_lists_what_has_none(uow, world, vendor):
    rate(uow, vendor, "USD", "EUR", "2026-01-01", "0.9")
    rate(uow, vendor, "USD", "EUR", "2026-04-01", "0.8")
    rate(uow, vendor, "EUR", "JPY", "2026-01-01", "160")
    book = RateBook(uow.session, world.programme_id)
    found = book.total(
        [
            Dated("EUR", 100, date(2026, 5, 1)), Dated("USD", 1000, date(2026, 3, 31)),
            Dated("USD", 1000, date(2026, 4, 1)), Dated("JPY", 1600, date(2026, 2, 1)),
            Dated("USD", 77, date(2025, 12, 31)), Dated("NOK", 50, date(2026, 5, 1)),
        ],
        "EUR",
    )  # fmt: skip
    assert found.amount_minor == 100 + 900 + 800 + 1000  # ¥1,600 are €10.00
    assert found.lacking == (("NOK", 50), ("USD", 77))
    assert [(one.currency, one.starts_on.isoformat(), one.inverse) for one in found.used] == [
        ("JPY", "2026-01-01", True), ("USD", "2026-01-01", False), ("USD", "2026-04-01", False),
    ]  # fmt: skip


def test_a_sum_is_rounded_once_and_half_to_even(uow, world, vendor):
    rate(uow, vendor, "USD", "EUR", "2026-01-01", "0.5")
    book = RateBook(uow.session, world.programme_id)
    day = date(2026, 5, 1)
    assert book.total([Dated("USD", 1, day)] * 3, "EUR").amount_minor == 2  # 1.5, not three times a half
    assert book.total([Dated("USD", 1, day)], "EUR").amount_minor == 0
    assert book.total([Dated("EUR", 250, day)], "EUR", over=100).amount_minor == 2


@pytest.mark.parametrize("value", ["0", "-1", "abc", "NaN", "Infinity", "1e20", "0.12345678901", ""])
def test_a_rate_is_a_number_above_zero(uow, vendor, value):
    with pytest.raises(DomainError) as refused:
        set_plan_rate(uow, vendor, currency="USD", base="EUR", starts_on=NOW.date(), rate=value)
    assert refused.value.code == "rate.number"


def test_the_forecast_is_won_plus_open_deals_by_their_weights(uow, world, vendor):
    save_settings(uow, vendor, {"weights": {"approved": 25}, "stages": {"Offer ": 80}}, after=0)
    rate(uow, vendor, "USD", "EUR", "2026-01-01", "0.5")
    add_deal(uow.session, world, cents=50_000, product_line="pumps")  # won on 30 June
    open_deal(uow, world, 40_000)  # 25 %
    open_deal(uow, world, 10_001, stage="OFFER", state="converted", product_line="x")  # 80 %
    open_deal(uow, world, 30_000, state="under_review", currency="USD", protected_from=None)  # 10 % of 150.00
    open_deal(uow, world, 9_000, currency="NOK", product_line="z")
    open_deal(uow, world, 11_111, close_on=date(2026, 7, 1), product_line="y")  # next quarter
    open_deal(uow, world, 22_222, close_on=None, product_line="w")
    put_target(uow, vendor, TargetForm("2026-Q2", 100_000, "EUR"))
    put_target(uow, vendor, TargetForm("2026-Q2", 1, "EUR", region="DE"))  # not the whole programme's
    table = build(uow.session, vendor, read_asks(vendor, {"report": "forecast"}), NOW)
    assert (table.period.first, table.period.last) == (date(2026, 4, 1), date(2026, 6, 30))
    assert dict(table.facts) == {"undated": 1}
    assert cell(table, 0, "won") == Money(50_000, "EUR")
    assert cell(table, 0, "open") == Money(40_000 + 10_001 + 15_000, "EUR")
    assert cell(table, 0, "weighted") == Money(10_000 + 8_001 + 1_500, "EUR")  # 8,000.8 is rounded with its rate
    assert cell(table, 0, "forecast") == Money(69_501, "EUR")
    of_target = cell(table, 0, "of_target")
    assert (of_target.numerator, of_target.denominator) == (69_501, 100_000)
    assert {one.column: one.sum.lacking for one in table.totals}["open"] == (("NOK", 9_000),)
    stages = {(row[0], row[1]): row[2:4] for row in table.more[0].rows}
    assert stages == {
        ("approved", ""): (2, 25), ("converted", "OFFER"): (1, 80), ("submitted", ""): (1, 10),
    }  # fmt: skip
    text = csv_of(table)
    assert "0.5" in text
    assert "no rate" in text
    assert json_of(table)["rates"] == [{"currency": "USD", "base": "EUR", "rate": "0.5", "starts_on": "2026-01-01"}]


def test_without_a_target_or_deals_nothing_is_nought(uow, vendor):
    table = build(uow.session, vendor, Asks("forecast", "partner"), NOW)
    assert table.rows == ()
    put_target(uow, vendor, TargetForm("2026-Q2", 0, "EUR", region="DE"))
    table = build(uow.session, vendor, Asks("forecast", "region"), NOW)
    assert cell(table, 0, "of_target").value is None
    open_table = build(uow.session, vendor, Asks("forecast", "region", period="2026-Q3"), NOW)
    assert open_table.rows == ()


def test_targets_are_one_for_each_thing_and_quarter(uow, world, vendor):
    slug = uow.session.get(Partner, world.partner_id).slug
    first = put_target(uow, vendor, TargetForm("2026-Q2", 100, "EUR", partner=slug))
    assert put_target(uow, vendor, TargetForm("2026-q2", 200, "EUR", partner=slug)) == first
    (row,) = targets(uow.session, vendor)
    assert (row.amount_minor, row.version, row.quarter, row.partner_slug) == (200, 2, "2026-Q2", slug)
    with pytest.raises(DomainError) as refused:
        change_target(uow, vendor, first, 300, version=1)
    assert refused.value.code == "target.changed"
    assert change_target(uow, vendor, first, 300, version=2) == 3
    remove_target(uow, vendor, first)
    assert targets(uow.session, vendor) == []
    put_target(uow, vendor, TargetForm("2026-Q2", 5, "EUR", partner=slug))
    with pytest.raises(DomainError) as refused:
        restore_target(uow, vendor, first)
    assert refused.value.code == "target.exists"


def test_a_file_of_targets_is_taken_whole_or_not_at_all(uow, world, vendor):
    slug = uow.session.get(Partner, world.partner_id).slug
    good = f"Quarter;Amount;Currency;Partner;Region;Product\n2026-Q3;1,234.50;EUR;{slug};;\n2026-Q3;99;JPY;;de;pumps\n"
    assert import_targets(uow, vendor, good.encode()) == 2
    assert {(row.amount_minor, row.currency, row.region) for row in targets(uow.session, vendor)} == {
        (123_450, "EUR", ""), (99, "JPY", "DE"),
    }  # fmt: skip
    lines = ("2026-Q4,5,EUR,", "2026-Q9,5,EUR,", "2026-Q4,x,EUR,", "2026-Q4,5,XXX,", "2026-Q4,5,EUR,no")
    bad = "\n".join(["quarter,amount,currency,partner", *lines])
    with pytest.raises(DomainError) as refused:
        import_targets(uow, vendor, bad.encode())
    assert [one.params["line"] for one in refused.value.problems] == [3, 4, 5, 6]
    for data in (b"", b"a,b\n1,2\n", b"PK\x03\x04", b"\xff\xfe\x00"):
        with pytest.raises(DomainError):
            import_targets(uow, vendor, data)


def test_the_return_is_on_margin_and_nothing_is_dropped(uow, world, vendor):
    add_touch(uow.session, world, before(60), kind="page", visitor="v1", channel="qr")
    lead = add_lead(uow.session, world, before(50), visitor="v1")
    add_touch(uow.session, world, before(50), kind="form", visitor="v1", channel="qr")
    add_deal(uow.session, world, cents=100_001, lead_id=lead, product_line="pumps")
    add_deal(uow.session, world, cents=700, contact={"email": "no@x.example"}, product_line="other")
    spec = RunSpec(Model(ModelName.LINEAR), PathRules(), CLOSE + timedelta(days=30))
    over = run(uow.session, vendor, make_run(uow.session, world.programme_id, RunPlan(spec)))
    asks = Asks("ropi", "launch", run=str(over.id))
    row = next(one for one in build(uow.session, vendor, asks, NOW).rows if one[0] == str(world.launch_id))
    assert row[3:7] == (Money(100_001, "EUR"), Money(0, "EUR"), Money(0, "EUR"), Money(100_001, "EUR"))
    assert row[7].value is None  # nothing spent is not nought

    set_margin(uow, vendor, product="pumps", share_bp=3_000, starts_on=date(2026, 1, 1))
    set_margin(uow, vendor, product="pumps", share_bp=9_000, starts_on=date(2026, 7, 1))  # after the close
    form = CostForm("Fair", date(2026, 4, 1), 20_000, "EUR", launch_id=world.launch_id)
    add_cost(uow, vendor, form)
    taken_back = add_cost(uow, vendor, replace(form, activity="Flyers", launch_id=None))
    remove_cost(uow, vendor, taken_back)
    rows = {one[0]: one for one in build(uow.session, vendor, asks, NOW).rows}
    launch = rows[str(world.launch_id)]
    assert launch[3:7] == (Money(100_001, "EUR"), Money(30_000, "EUR"), Money(20_000, "EUR"), Money(0, "EUR"))
    assert (launch[7].numerator, launch[7].denominator) == (10_000, 20_000)
    assert rows["unattributed"][3] == Money(700, "EUR")
    assert rows["unattributed"][6] == Money(700, "EUR")
    restore_cost(uow, vendor, taken_back)
    (whole,) = build(uow.session, vendor, Asks("ropi", "all", run=str(over.id)), NOW).rows
    assert whole[3:6] == (Money(100_701, "EUR"), Money(30_000, "EUR"), Money(40_000, "EUR"))
    assert whole[7].numerator == -10_000
    (partner,) = [one for one in build(uow.session, vendor, Asks("ropi", "partner", run=str(over.id)), NOW).rows
                  if one[0] == str(world.partner_id)]  # fmt: skip
    assert partner[5] == Money(20_000, "EUR")  # the launch's cost is its partner's


def test_a_ledger_joins_as_one_more_source(uow, world, vendor):
    class Ledger:
        def spent(self, session, programme_id, period):
            return [Spent("mdf", world.launch_id, world.partner_id, "Fair", date(2026, 4, 1), 12_345, "EUR")]

    spec = RunSpec(Model(ModelName.LINEAR), PathRules(), CLOSE)
    over = run(uow.session, vendor, make_run(uow.session, world.programme_id, RunPlan(spec)))
    settings = settings_of(uow.session, world.programme_id)
    book = RateBook(uow.session, world.programme_id)
    (only,) = returns(uow.session, vendor, over, settings, book, "launch", sources=[Ledger()])
    assert (only.key, only.label, only.cost.amount_minor) == (str(world.launch_id), world.slug, 12_345)


def test_costs_say_who_and_when_and_only_what_is_the_programmes(uow, world, vendor):
    other = make_world(uow.session)
    good = CostForm("Fair", date(2026, 4, 1), 100, "EUR")
    for wrong, code in (
        (replace(good, activity=" "), "cost.activity"),
        (replace(good, amount_minor=0), "cost.amount"),
        (replace(good, currency="XXX"), "money.currency_unknown"),
        (replace(good, launch_id=other.launch_id), "launch.not_found"),
        (replace(good, partner_id=other.partner_id), "partner.not_found"),
        (replace(good, partner_id=uuid4()), "partner.not_found"),
    ):
        with pytest.raises(DomainError) as refused:
            add_cost(uow, vendor, wrong)
        assert refused.value.code == code
    add_cost(uow, vendor, good)
    (row,) = costs(uow.session, vendor)
    assert row.created_at == NOW
    stranger = Actor(kind="person", role=Role.CHANNEL, programme_id=other.programme_id)
    assert costs(uow.session, stranger) == []
    for act in (remove_cost, restore_cost):
        with pytest.raises(DomainError) as refused:
            act(uow, stranger, row.id)
        assert refused.value.code == "cost.not_found"


def test_nobody_sets_anothers_figures(uow, world):
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner_id)
    marketing = Actor(kind="person", role=Role.MARKETING, programme_id=world.programme_id)
    for actor in (partner, marketing):
        for act in (
            lambda who: put_target(uow, who, TargetForm("2026-Q2", 1, "EUR")),
            lambda who: save_settings(uow, who, {}, after=0),
            lambda who: set_margin(uow, who, product="", share_bp=1, starts_on=NOW.date()),
            lambda who: rate(uow, who, "USD", "EUR", "2026-01-01", "1"),
        ):
            with pytest.raises(DomainError, match="does not allow"):
                act(actor)


def test_settings_are_versions_and_checked(uow, vendor, world):
    bad = {"currency": "XXX", "fiscal_month": 13, "weights": {"won": 5}, "stages": {"x": 101}, "odd": 1}
    with pytest.raises(DomainError) as refused:
        save_settings(uow, vendor, bad, after=0)
    assert {one.slot for one in refused.value.problems} == set(bad)
    assert save_settings(uow, vendor, {"currency": "NOK", "fiscal_month": 4}, after=0) == 1
    with pytest.raises(DomainError) as refused:
        save_settings(uow, vendor, {}, after=0)
    assert refused.value.code == "settings.changed"
    found = settings_of(uow.session, world.programme_id)
    assert (found.number, found.currency, found.weights["approved"]) == (1, "NOK", 30)


def test_sums_of_credits_name_rate_and_period(uow, world, vendor):
    rate(uow, vendor, "USD", "EUR", "2026-04-01", "0.5")
    add_deal(uow.session, world, cents=1_000, currency="USD")
    add_deal(uow.session, world, cents=300, currency="NOK", contact={"email": "b@x.example"})
    spec = RunSpec(Model(ModelName.LINEAR), PathRules(), CLOSE + timedelta(days=1))
    make_run(uow.session, world.programme_id, RunPlan(spec))
    table = build(uow.session, vendor, Asks("credits", "channel"), NOW)
    (total,) = table.totals
    assert (total.sum.amount_minor, total.sum.lacking) == (500, (("NOK", 300),))
    assert [(one.currency, one.starts_on.isoformat()) for one in table.used] == [("USD", "2026-04-01")]
    assert build(uow.session, vendor, Asks("credits", "channel", period="2026-Q1"), NOW).rows == ()
    assert build(uow.session, vendor, Asks("credits", "channel", period="2026-Q2"), NOW).rows == table.rows


def test_registrations_are_filtered_and_timed_by_group(uow, world, vendor):
    other = make_partner(uow.session, "Naseem")
    uow.session.add(Membership(programme_id=world.programme_id, partner_id=other))
    add_deal(uow.session, world, product_line="pumps", company={"name": "A", "country": "de"})
    add_deal(uow.session, world, product_line="x", partner_id=other, state="rejected", protected_from=None)
    add_lead(uow.session, world, before(50), decided_at=before(48), product_line="pumps", country="DE")

    def rows(**asks):
        table = build(uow.session, vendor, Asks("registrations", **asks), NOW)
        return {row[0]: row[1:] for row in table.rows}

    assert rows(by="partner").keys() == {uow.session.get(Partner, one).name for one in (world.partner_id, other)}
    heat = rows(by="product")["Heat pumps"]
    assert heat[0] == 1
    assert [span.n for span in heat[3:]] == [1, 1, 1]
    assert heat[3].median_s == 2 * 86_400
    assert heat[5].median_s == 40 * 86_400
    assert rows(by="month", region="DE", product="pumps")["2026-05"][0] == 1
    assert rows(by="month", partner=str(other))["2026-05"][1].numerator == 0
    assert rows(by="month", period="2026-Q1") == {}
    with pytest.raises(DomainError) as refused:
        rows(partner=str(make_world(uow.session).partner_id))
    assert refused.value.code == "partner.not_found"


def test_first_deals_and_benchmarks_are_of_ones_own_programme(uow, world, vendor):
    partners = [world.partner_id]
    for at in range(5):
        made = make_partner(uow.session, f"Partner {at}")
        uow.session.add(Membership(programme_id=world.programme_id, partner_id=made))
        partners.append(made)
    uow.session.execute(update(Membership).values(created_at=before(100)))
    for at, partner_id in enumerate(partners):
        state = "won" if at else "rejected"
        about = {"protected_from": None} if state == "rejected" else {}
        add_deal(uow.session, world, partner_id=partner_id, state=state, submitted_at=before(100), **about)
    uow.session.execute(update(Deal).where(Deal.partner_id == partners[1]).values(submitted_at=before(95)))
    table = build(uow.session, vendor, Asks("first_deal"), NOW)
    assert [row[:4] for row in table.rows] == [(0, 6, 5, 0), (5, 1, 1, 0)]
    assert dict(table.facts) == {"partners": 6, "registered": 6, "median_days": 0}

    shown = {(row[0], row[2]): row[3:] for row in build(uow.session, vendor, Asks("benchmarks"), NOW).rows}
    name = uow.session.get(Partner, world.partner_id).name
    own, others = shown[name, "approval"]
    assert (own.numerator, own.denominator, others) == (0, 1, 100)
    mine = Actor(kind="person", role=Role.PARTNER_MEMBER, partner_id=world.partner_id)
    rows = build(uow.session, mine, Asks("benchmarks"), NOW).rows
    assert {row[0] for row in rows} == {name}
    assert {row[4] for row in rows if row[2] == "approval"} == {100}
    # with one more deal of one partner than all others together, nothing is told
    for _ in range(6):
        add_deal(uow.session, world, partner_id=partners[2], submitted_at=before(95))
    rows = build(uow.session, mine, Asks("benchmarks"), NOW).rows
    assert {row[4] for row in rows} == {None}
    stranger = Actor(kind="person", role=Role.CHANNEL, programme_id=make_world(uow.session).programme_id)
    assert build(uow.session, stranger, Asks("benchmarks"), NOW).rows == ()
    assert dict(build(uow.session, stranger, Asks("first_deal"), NOW).facts)["partners"] == 0
