"""Reports over hand-made journeys: money by piece, the path of a deal, funnels, times, and who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.deals.models import Deal, DealMember
from campaigns.leads.models import Lead
from campaigns.partners.models import Membership
from campaigns.reports.credits import credits_by, deals_of
from campaigns.reports.figures import Rate, Span
from campaigns.reports.funnels import durations, funnels
from campaigns.reports.paths import deal_path
from campaigns.reports.registrations import registrations
from campaigns.reports.runs import newest_run, run, runs
from tests.factories.deals_made import CLOSE, add_deal, add_lead, add_note, add_touch, before
from tests.factories.mailing import make_partner, make_world

CUT_OFF = CLOSE + timedelta(days=30)


@pytest.fixture
def world(uow):
    made = make_world(uow.session)
    uow.session.add(Membership(programme_id=made.programme_id, partner_id=made.partner_id))
    uow.session.flush()
    return made


@pytest.fixture
def vendor(world):
    return Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)


@pytest.fixture
def journey(uow, world):
    """A page, the form, a call and a click on a piece of the kit; a deal of 1,000.00 won, one of 7.00 untouched."""
    add_touch(uow.session, world, before(60), kind="page", visitor="v1", channel="qr")
    lead = add_lead(uow.session, world, before(50), visitor="v1", decided_at=before(48))
    add_touch(uow.session, world, before(50), kind="form", visitor="v1", channel="qr")
    add_note(uow.session, lead, before(30))
    add_touch(uow.session, world, before(10), visitor="v1", channel="mail", asset_id="sheet", step_id="invite")
    deal = add_deal(uow.session, world, cents=100_000, lead_id=lead, title="Cooling", product_line="pumps")
    add_deal(uow.session, world, cents=700, contact={"email": "no@x.example"}, product_line="pumps")
    return deal


def made(uow, world, actor, model="linear"):
    plan = RunPlan(RunSpec(Model(ModelName.LINEAR), PathRules(), CUT_OFF), model if model == "shapley" else "")
    return run(uow.session, actor, make_run(uow.session, world.programme_id, plan))


def amounts(rows):
    return {row.key.rpartition("/")[2]: row.amount_minor for row in rows}


def test_money_by_each_dimension_sums_to_what_was_won(uow, world, vendor, journey):
    over = made(uow, world, vendor)
    expected = {
        "channel": {"qr": 50_000, "call": 25_000, "mail": 25_000, "unattributed": 700},
        "kind": {"page": 25_000, "form": 25_000, "activity": 25_000, "click": 25_000, "unattributed": 700},
        "activity": {"call": 25_000, "": 75_000, "unattributed": 700},
        "asset": {"sheet": 25_000, "": 75_000, "unattributed": 700},
        "step": {"invite": 25_000, "": 75_000, "unattributed": 700},
        "locale": {"en": 100_000, "unattributed": 700},
        "partner": {str(world.partner_id): 100_000, "unattributed": 700},
        "launch": {str(world.launch_id): 100_000, "unattributed": 700},
    }
    for dimension, wanted in expected.items():
        assert amounts(credits_by(uow.session, vendor, over, dimension)) == wanted, dimension
    (kit, _) = credits_by(uow.session, vendor, over, "kit")
    assert (kit.label, kit.amount_minor, kit.touches, kit.deals) == ("Spring", 100_000, 4, 1)
    assert credits_by(uow.session, vendor, over, "kit", "lost") == []


def test_from_a_kit_to_its_deals_and_from_a_deal_to_its_touches(uow, world, vendor, journey):
    over = made(uow, world, vendor)
    kit = next(row.key for row in credits_by(uow.session, vendor, over, "kit") if row.label)
    (deal,) = deals_of(uow.session, vendor, over, dimension="kit", key=kit)
    assert (deal.deal_id, deal.earned_minor, deal.amount_minor, deal.touches) == (journey, 100_000, 100_000, 4)
    (only,) = deals_of(uow.session, vendor, over, dimension="channel", key="mail")
    assert only.earned_minor == 25_000
    path = deal_path(uow.session, vendor, over, journey)
    assert [(touch.kind, touch.asset_id, touch.amount_minor) for touch in path.touches] == [
        ("page", "", 25_000), ("form", "", 25_000), ("activity", "", 25_000), ("click", "sheet", 25_000),
    ]  # fmt: skip
    assert (path.others, path.unattributed_minor, path.amount_minor) == (0, 0, 100_000)
    assert (path.lead_at, path.opportunity_at, path.closed_at) == (before(50), before(20), CLOSE)


def test_a_programme_model_gives_shares_and_no_deals(uow, world, vendor, journey):
    over = made(uow, world, vendor, "shapley")
    assert amounts(credits_by(uow.session, vendor, over, "channel")) == {"call": 33_334, "mail": 33_333, "qr": 33_333}
    assert deals_of(uow.session, vendor, over) == []
    assert credits_by(uow.session, world.actor, over, "channel") == []


def test_a_partner_sees_what_its_own_touches_earned_and_nothing_of_others(uow, world, vendor, journey):
    rival = make_partner(uow.session, "Rival")
    uow.session.add(Membership(programme_id=world.programme_id, partner_id=rival))
    for partner, parts in ((world.partner_id, 8000), (rival, 2000)):
        uow.session.add(
            DealMember(deal_id=journey, partner_id=partner, role="lead", split_bp=parts, created_at=before(30))
        )
    uow.session.flush()
    over = made(uow, world, vendor)
    other = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=rival)
    mine, theirs = run(uow.session, world.actor, over.id), run(uow.session, other, over.id)
    assert mine.totals is None
    assert amounts(credits_by(uow.session, world.actor, mine, "channel")) == {
        "qr": 50_000, "call": 25_000, "mail": 25_000, "unattributed": 700,
    }  # fmt: skip
    assert credits_by(uow.session, other, theirs, "channel") == []
    assert deals_of(uow.session, other, theirs) == []
    shared = deal_path(uow.session, other, theirs, journey)
    assert shared.partner == "", "the vendor did not decide that they read each other's names"
    uow.session.execute(update(Deal).where(Deal.id == journey).values(team_named=True))
    assert deal_path(uow.session, other, theirs, journey).partner != ""
    assert (shared.touches, shared.others) == ((), 4)
    stranger = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=make_partner(uow.session, "Stranger"))
    assert runs(uow.session, stranger) == []
    for action in (
        lambda: run(uow.session, stranger, over.id),
        lambda: deal_path(uow.session, stranger, over, journey),
        lambda: credits_by(uow.session, world.actor, mine, "partner"),
        lambda: registrations(uow.session, world.actor, "partner"),
        lambda: credits_by(uow.session, vendor, over, "contact"),
        lambda: credits_by(uow.session, vendor, over, "kit", "dreamt"),
    ):
        with pytest.raises(DomainError) as refused:
            action()
        assert refused.value.code in (
            "attribution_run.not_found", "deal.not_found", "report.dimension", "report.grouping", "report.state",
        )  # fmt: skip


def test_another_vendor_sees_no_run(uow, world, vendor, journey):
    over = made(uow, world, vendor)
    other = Actor(kind="person", role=Role.ADMIN, programme_id=make_world(uow.session).programme_id)
    assert newest_run(uow.session, other) is None
    with pytest.raises(DomainError) as refused:
        run(uow.session, other, over.id)
    assert refused.value.code == "attribution_run.not_found"
    assert newest_run(uow.session, vendor).id == over.id
    assert newest_run(uow.session, vendor, "markov") is None


def test_the_funnel_counts_people_and_follows_leads_to_money(uow, world, vendor, journey):
    add_touch(uow.session, world, before(9), visitor="robot", verdict="bot")
    for actor in (vendor, world.actor):
        (way,) = funnels(uow.session, actor)
        assert way.stations == (
            ("deliveries", 0), ("clicks", 1), ("pages", 1), ("leads", 1), ("accepted", 1), ("deals", 1), ("won", 1),
        )  # fmt: skip
    assert funnels(uow.session, Actor(kind="person", role=Role.ADMIN, programme_id=make_world(
        uow.session).programme_id))[0].leads == 0  # fmt: skip


def test_times_have_a_median_a_tail_and_a_number(uow, world, vendor, journey):
    day = 86_400
    found = durations(uow.session, vendor)
    assert found["accept"] == Span(1, 2 * day, 2 * day)
    assert found["approve"] == Span(2, 2 * day, 2 * day)
    assert found["win"] == Span(2, 40 * day, 40 * day)
    uow.session.execute(update(Lead).values(decided_at=None))
    assert durations(uow.session, vendor)["accept"] == Span(0, None, None)


def test_rates_keep_what_they_count_and_say_nothing_of_nothing(uow, world, vendor, journey):
    add_deal(uow.session, world, state="lost", product_line="fans")
    add_deal(uow.session, world, state="rejected", product_line="fans", protected_from=None)
    add_deal(uow.session, world, state="submitted", product_line="tubes", protected_from=None)
    rows = {row.key: row for row in registrations(uow.session, vendor, "product")}
    assert (rows["pumps"].approval, rows["pumps"].conversion) == (Rate(2, 2), Rate(2, 2))
    assert (rows["fans"].approval, rows["fans"].conversion) == (Rate(1, 2), Rate(0, 1))
    assert rows["tubes"].approval.value is None
    assert rows["tubes"].submitted == 1
    assert [(row.key, row.submitted) for row in registrations(uow.session, vendor, "region")] == [("DE", 5)]
    assert [(row.key, row.submitted) for row in registrations(uow.session, world.actor)] == [("2026-05", 5)]
