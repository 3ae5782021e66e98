"""Runs over hand-made journeys, to the cent: what is gathered, what is credited, and what never changes."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from campaigns.attribution.models import AttributionCredit, AttributionDeal, AttributionRun, AttributionShare
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import RunRequest, ask_run, defaults_of, make_run, nightly, save_defaults
from campaigns.attribution.service.asking import run_asked, underway
from campaigns.attribution.service.running import RunPlan, read_plan
from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.deals.models import DealEvent, DealMember
from campaigns.leads.models import LeadMerge
from campaigns.reports.runs import shown_run
from campaigns.sequences.models import Delivery, Enrolment
from tests.factories.deals_made import CLOSE, add_deal, add_lead, add_note, add_touch, before
from tests.factories.mailing import add_person, make_partner, make_world

CUT_OFF = CLOSE + timedelta(days=30)


@pytest.fixture
def world(uow):
    return make_world(uow.session)


def plan(model="linear", cut_off=CUT_OFF, half_life=7, **rules):
    if model in ("markov", "shapley"):
        return RunPlan(RunSpec(Model(ModelName.LINEAR), PathRules(**rules), cut_off), model)
    return RunPlan(RunSpec(Model(ModelName(model), half_life), PathRules(**rules), cut_off))


def credits(uow, run_id, deal_id=None):
    uow.session.flush()
    query = select(AttributionCredit).where(AttributionCredit.run_id == run_id)
    if deal_id:
        query = query.where(AttributionCredit.deal_id == deal_id)
    rows = uow.session.execute(query.order_by(AttributionCredit.holder_id, AttributionCredit.place)).scalars().all()
    return [(row.kind, row.amount_minor) for row in rows]


def journey(uow, world):
    """Page, form (the lead), call, click: 60, 50, 30 and 10 days before the close; a deal of 1,000.00."""
    add_touch(uow.session, world, before(60), kind="page", visitor="v1", channel="")
    form = before(50)
    lead = add_lead(uow.session, world, form, visitor="v1")
    add_touch(uow.session, world, form + timedelta(milliseconds=40), kind="form", visitor="v1", channel="")
    add_note(uow.session, lead, before(30))
    add_touch(uow.session, world, before(10), visitor="v1", channel="linkedin")
    return lead, add_deal(uow.session, world, cents=100_000, lead_id=lead, opportunity_at=before(20))


@pytest.mark.parametrize(
    ("model", "cents"),
    [
        ("first", (100_000, 0, 0, 0)),
        ("last", (0, 0, 0, 100_000)),
        ("linear", (25_000, 25_000, 25_000, 25_000)),
        ("u_shaped", (40_000, 10_000, 10_000, 40_000)),
        # first, lead and opportunity stand on page, form and call: 30 each, the click has the others' 10
        ("w_shaped", (30_000, 30_000, 30_000, 10_000)),
        # page, form, call and click are its four milestones, and no touch is left over
        ("full_path", (25_000, 25_000, 25_000, 25_000)),
    ],
)
def test_each_model_shares_the_value_to_the_cent(uow, world, model, cents):
    journey(uow, world)
    run = make_run(uow.session, world.programme_id, plan(model))
    assert credits(uow, run) == list(zip(("page", "form", "activity", "click"), cents, strict=True))


def test_time_decay_is_the_fixture_of_the_books(uow, world):
    lead = add_lead(uow.session, world, before(40), visitor="v1")
    for days in (38, 33, 26, 8, 0):
        add_touch(uow.session, world, before(days), visitor="v1", channel=f"c{days}")
    add_deal(uow.session, world, cents=1_200_000, lead_id=lead)
    run = make_run(uow.session, world.programme_id, plan("time_decay"))
    assert [amount for _, amount in credits(uow, run)] == [17_519, 28_744, 57_488, 341_704, 754_545]
    weights = uow.session.execute(select(AttributionCredit.weight, AttributionCredit.weight_of)).all()
    assert sum(int(row.weight) for row in weights) == int(weights[0].weight_of)


def test_a_deal_is_found_its_touches_by_address_and_by_delivery(uow, world):
    session = uow.session
    contact = add_person(session, world.partner_id, world.list_id, "eva@stern.example")
    enrolment = Enrolment(launch_id=world.launch_id, contact_id=contact, locale="en")
    session.add(enrolment)
    session.flush()
    delivery = Delivery(
        launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id,
        enrolment_id=enrolment.id, contact_id=contact, step_id="s", locale="en", state="sent", due_at=before(80),
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    add_touch(session, world, before(80), kind="delivery", delivery_id=delivery.id, contact_id=contact)
    add_touch(session, world, before(79), delivery_id=delivery.id, visitor="elsewhere")
    add_touch(session, world, before(70), kind="event", contact_id=contact, channel="event")
    add_touch(session, world, before(69), kind="event", contact_id=add_person(
        session, world.partner_id, None, "other@x.example"), channel="event")  # fmt: skip
    add_deal(session, world, cents=1001)
    run = make_run(session, world.programme_id, plan())
    assert credits(uow, run) == [("click", 501), ("event", 500)]


def test_bots_deliveries_and_revised_rows_earn_nothing(uow, world):
    lead = add_lead(uow.session, world, before(50), visitor="v1")
    for verdict in ("human", "suspect", "bot"):
        add_touch(uow.session, world, before(45), visitor="v1", verdict=verdict, channel=verdict)
    was_human = add_touch(uow.session, world, before(44), visitor="v1", channel="burst")
    add_touch(
        uow.session, world, before(44), visitor="v1", channel="burst", verdict="bot", revises=was_human,
        created_at=before(43),
    )  # fmt: skip
    add_touch(uow.session, world, before(30), visitor="v1", kind="delivery")
    add_deal(uow.session, world, cents=300, lead_id=lead)
    assert credits(uow, make_run(uow.session, world.programme_id, plan())) == [("click", 300)]
    with_doubtful = make_run(uow.session, world.programme_id, plan(suspects=True))
    assert credits(uow, with_doubtful) == [("click", 150), ("click", 150)]
    # before the verdict was recomputed, the row counted
    assert len(credits(uow, make_run(uow.session, world.programme_id, plan(cut_off=before(43.5))))) == 0
    early = add_deal(uow.session, world, cents=90, lead_id=lead, protected_from=before(48), state="approved")
    known_then = make_run(uow.session, world.programme_id, plan(cut_off=before(43.5)))
    assert credits(uow, known_then, early) == [("click", 45), ("click", 45)]


def test_a_lead_merged_in_brings_its_touches(uow, world):
    lead = add_lead(uow.session, world, before(50), visitor="v1")
    other = add_lead(uow.session, world, before(49), "e.stern@stern.example", visitor="v2")
    add_touch(uow.session, world, before(49), kind="page", visitor="v2")
    add_deal(uow.session, world, cents=500, lead_id=lead)
    assert credits(uow, make_run(uow.session, world.programme_id, plan())) == [("", 500)]
    uow.session.add(LeadMerge(winner_id=lead, loser_id=other))
    uow.session.flush()
    assert credits(uow, make_run(uow.session, world.programme_id, plan())) == [("page", 500)]


def test_a_deal_of_two_partners_is_split_first_and_each_part_shared_out(uow, world):
    _, deal = journey(uow, world)
    second = make_partner(uow.session, "Zweite")
    for partner, parts, role in ((world.partner_id, 6667, "lead"), (second, 3333, "implementation")):
        uow.session.add(DealMember(deal_id=deal, partner_id=partner, role=role, split_bp=parts, created_at=before(30)))
    uow.session.flush()
    run = make_run(uow.session, world.programme_id, plan())
    by_holder = {}
    for row in uow.session.execute(select(AttributionCredit).where(AttributionCredit.run_id == run)).scalars():
        assert row.partner_id == world.partner_id  # every touch was the first partner's
        by_holder.setdefault(row.holder_id, []).append(row.amount_minor)
    assert sorted(by_holder[world.partner_id]) == [16_667, 16_667, 16_668, 16_668]
    assert sum(by_holder[second]) == 33_330


def test_a_deal_without_touches_is_unattributed_and_not_dropped(uow, world):
    deal = add_deal(uow.session, world, cents=777)
    run = make_run(uow.session, world.programme_id, plan())
    assert credits(uow, run) == [("", 777)]
    row = uow.session.get(AttributionRun, run)
    assert (row.deals, row.touches, row.unattributed) == (1, 0, 1)
    sums = row.totals["won"]["EUR"]
    # registered out of the partner's own business: sourced by it, influenced by nothing
    assert (sums["all_minor"], sums["sourced_minor"], sums["influenced_minor"]) == (777, 777, 0)
    assert (sums["either_minor"], sums["unattributed_minor"]) == (777, 777)
    known = uow.session.get(AttributionDeal, (run, deal))
    assert (known.sourced, known.influenced, known.state) == (True, False, "won")


def test_sourced_and_influenced_overlap_and_their_union_counts_once(uow, world):
    journey(uow, world)
    add_deal(uow.session, world, cents=50_000, contact={"email": "nobody@else.example"})
    row = uow.session.get(AttributionRun, make_run(uow.session, world.programme_id, plan()))
    sums = row.totals["won"]["EUR"]
    assert {name: sums[f"{name}_minor"] for name in ("all", "sourced", "influenced", "either")} == {
        "all": 150_000, "sourced": 150_000, "influenced": 100_000, "either": 150_000,
    }  # fmt: skip


def test_the_same_run_again_has_the_same_digest_and_late_data_makes_another(uow, world):
    journey(uow, world)
    first = make_run(uow.session, world.programme_id, plan())
    again = make_run(uow.session, world.programme_id, plan())
    old = credits(uow, first)
    add_touch(uow.session, world, before(5), visitor="v1", channel="qr", created_at=CUT_OFF + timedelta(days=1))
    unseen = make_run(uow.session, world.programme_id, plan())
    later = make_run(uow.session, world.programme_id, plan(cut_off=CUT_OFF + timedelta(days=2)))
    rows = {row.id: row for row in uow.session.execute(select(AttributionRun)).scalars()}
    assert len({rows[run].digest for run in (first, again, unseen)}) == 1
    assert rows[later].digest != rows[first].digest
    assert [rows[run].number for run in (first, again, unseen, later)] == [1, 2, 3, 4]
    assert credits(uow, first) == old
    assert [amount for _, amount in credits(uow, later)] == [20_000] * 5


def test_open_and_lost_deals_are_kept_apart(uow, world):
    for state in ("won", "lost", "converted", "rejected", "submitted"):
        add_deal(uow.session, world, cents=100, state=state)
    row = uow.session.get(AttributionRun, make_run(uow.session, world.programme_id, plan()))
    assert {state: sums["EUR"]["all_deals"] for state, sums in row.totals.items()} == {"won": 1, "lost": 1, "open": 1}
    early = uow.session.get(AttributionRun, make_run(uow.session, world.programme_id, plan(cut_off=before(1))))
    assert {state: sums["EUR"]["all_deals"] for state, sums in early.totals.items()} == {"open": 3}


def test_markov_and_shapley_are_of_the_programme_and_sum_to_what_was_touched(uow, world):
    def path(channels, state, cents=100):
        email = f"p{next(numbers)}@x.example"
        lead = add_lead(uow.session, world, before(60), email)
        for at, channel in enumerate(channels):
            add_touch(uow.session, world, before(30 - at), visitor=f"v-{email}", channel=channel)
        add_deal(uow.session, world, cents=cents, state=state, lead_id=lead, contact={"email": email})

    numbers = iter(range(100))
    for _ in range(3):
        path("ab", "won")
    path("ab", "lost")
    path("ac", "won", 333)
    path("ac", "lost")
    for model, conversions in (("markov", (2.0, 1.5, 0.5)), ("shapley", (2.0, 1.5, 0.5))):
        run = make_run(uow.session, world.programme_id, plan(model))
        rows = {
            row.key: row
            for row in uow.session.execute(
                select(AttributionShare).where(AttributionShare.run_id == run, AttributionShare.dimension == "channel")
            ).scalars()
        }
        assert tuple(rows[name].conversions for name in "abc") == pytest.approx(conversions)
        assert sum(row.amount_minor for row in rows.values()) == 633
        assert credits(uow, run) == []
        if model == "markov":
            assert [rows[name].removal for name in "abc"] == pytest.approx([1, 0.75, 0.25])


def test_rows_of_a_run_are_never_changed(uow, world):
    journey(uow, world)
    make_run(uow.session, world.programme_id, plan())
    for table, column in (("run", "id"), ("deal", "run_id"), ("credit", "run_id"), ("share", "run_id")):
        for statement in ("DELETE FROM attribution_{0}", "UPDATE attribution_{0} SET {1} = {1}"):
            with pytest.raises(DatabaseError, match="never changed"), uow.session.begin_nested():
                uow.session.execute(text(statement.format(table, column)))


@pytest.mark.parametrize("model", list(ModelName))
def test_the_credits_of_every_deal_sum_to_its_value(uow, world, model):
    chance = random.Random(11)
    second = make_partner(uow.session, "Zweite")
    for number in range(40):
        email = f"p{number}@x.example"
        lead = add_lead(uow.session, world, before(chance.uniform(20, 100)), email)
        for _ in range(chance.randrange(9)):
            add_touch(
                uow.session, world, before(chance.uniform(0, 120)), visitor=f"v-{email}",
                kind=chance.choice(["click", "page", "download", "form"]), channel=chance.choice("abc"),
            )  # fmt: skip
        deal = add_deal(
            uow.session, world, cents=chance.choice([0, 1, 7, 10**12 + 1, chance.randrange(10**6)]), lead_id=lead,
            currency=chance.choice(["EUR", "JPY", "KWD"]), state=chance.choice(["won", "lost", "converted"]),
        )  # fmt: skip
        if number % 3 == 0:
            first = chance.randrange(10_001)
            for partner, parts in ((world.partner_id, first), (second, 10_000 - first)):
                uow.session.add(
                    DealMember(
                        deal_id=deal, partner_id=partner, role="lead", split_bp=parts, created_at=before(19)
                    )
                )  # fmt: skip
    uow.session.flush()
    run = make_run(uow.session, world.programme_id, plan(model.value))
    apart = """
      SELECT count(*), count(*) FILTER (WHERE credited <> amount_minor OR NOT one_currency) FROM (
        SELECT deal.amount_minor, sum(credit.amount_minor) AS credited,
          bool_and(credit.currency = deal.currency) AS one_currency
        FROM attribution_deal AS deal JOIN attribution_credit AS credit USING (run_id, deal_id)
        WHERE run_id = :run GROUP BY deal.deal_id, deal.amount_minor) AS sums"""
    assert tuple(uow.session.execute(text(apart), {"run": run}).one()) == (40, 0)


def test_another_programme_is_not_read(uow, world):
    journey(uow, world)
    other = make_world(uow.session)
    run = make_run(uow.session, other.programme_id, plan())
    assert uow.session.get(AttributionRun, run).deals == 0


def test_a_run_is_asked_for_once_and_made_once(committing, clock):
    clock.at = CUT_OFF
    with committing() as uow:
        world = make_world(uow.session)
        journey(uow, world)
    actor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)
    with committing() as uow:
        job = ask_run(uow, actor, RunRequest({"name": "linear"}, {"look_back_days": 365}))
        assert ask_run(uow, actor, RunRequest({"name": "linear"})) is None
        assert [one.id for one in underway(uow.session, world.programme_id)] == [job]
        payload = {**_payload(uow, job)}
    assert run_asked(committing, job, payload) is True
    assert run_asked(committing, job, payload) is False
    with committing.reading() as session:
        (row,) = session.execute(select(AttributionRun)).scalars()
        assert (row.id, row.parameters["rules"]["look_back_days"]) == (job, 365)


def test_who_may_not_ask_and_what_cannot_be_asked(uow, world):
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner_id)
    with pytest.raises(DomainError, match="does not allow"):
        ask_run(uow, partner, RunRequest())
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)
    for request in (RunRequest({"name": "none"}), RunRequest(rules={"kinds": ["open"]}), RunRequest({"name": []})):
        with pytest.raises(DomainError) as refused:
            ask_run(uow, vendor, request)
        assert refused.value.code == "attribution.rules"
    with pytest.raises(DomainError) as refused:
        ask_run(uow, vendor, RunRequest(cut_off=uow.now + timedelta(days=1)))
    assert refused.value.code == "attribution.future"


def test_the_night_runs_by_the_saved_settings_and_not_by_those_of_a_run_somebody_made(uow, world, clock):
    clock.at = CUT_OFF
    make_world(uow.session)  # a programme without deals is left alone
    _, deal = journey(uow, world)
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)
    assert (
        save_defaults(uow, vendor, {"name": "time_decay", "half_life_days": 30}, {"look_back_days": 90}, after=0) == 1
    )
    wanted = defaults_of(uow.session, world.programme_id).as_json()
    assert nightly(uow) == 1
    assert _asked(uow) == wanted
    saved = read_plan(wanted, uow.now)
    make_run(uow.session, world.programme_id, saved)
    make_run(uow.session, world.programme_id, RunPlan(saved.spec, "markov"))
    make_run(uow.session, world.programme_id, plan("first"))
    assert nightly(uow) == 0
    uow.session.add(
        DealEvent(deal_id=deal, number=1, kind="note", by_side="partner", created_at=CUT_OFF + timedelta(hours=1))
    )
    uow.session.flush()
    clock.advance(timedelta(days=1))
    assert nightly(uow) == 1
    assert _asked(uow) == wanted
    shown = shown_run(uow.session, vendor)
    assert (shown.model, shown.parameters) == ("time_decay", wanted)


def test_settings_of_the_night_are_checked_and_nobody_overwrites_anothers(uow, world):
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme_id)
    for model, rules, code in (
        ({"name": "markov"}, {}, "attribution.default_model"),
        ({"name": "guess"}, {}, "attribution.rules"),
        ({"name": "linear"}, {"look_back_days": 0}, "attribution.rules"),
    ):
        with pytest.raises(DomainError) as refused:
            save_defaults(uow, vendor, model, rules, after=0)
        assert refused.value.code == code
    save_defaults(uow, vendor, {"name": "linear"}, {}, after=0)
    with pytest.raises(DomainError) as refused:
        save_defaults(uow, vendor, {"name": "first"}, {}, after=0)
    assert refused.value.code == "settings.changed"
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner_id)
    with pytest.raises(DomainError, match="does not allow"):
        save_defaults(uow, partner, {"name": "linear"}, {}, after=1)


def _asked(uow):
    """Model and rules of the one job there is, which is then gone."""
    (job,) = uow.session.execute(text("DELETE FROM job RETURNING payload")).scalars()
    return {name: job[name] for name in ("model", "rules")}


def _payload(uow, job_id):
    uow.session.flush()
    return uow.session.execute(text("SELECT payload FROM job WHERE id = :id"), {"id": job_id}).scalar_one()
