"""Vendor leads: offered by business hours, answered, lapsed, pooled, granted, recycled; every step says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from campaigns.leads.models import Lead, LeadNote
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.service import (
    accept_offer,
    add_note,
    ask_for,
    decide,
    decline_offer,
    give_back,
    grant_request,
    hand_over,
    plan_next,
    publish_rules,
    refuse_request,
    route_again,
    withdraw_request,
)
from campaigns.leads.service.offering import due_offers, forgotten_leads, lapse_offer
from campaigns.leads.service.recycling import idle_leads, stir
from tests.factories.routing import add_partner, hand_in, make_network, route

DAY = "2026-11-25"


@pytest.fixture
def network(uow):
    return make_network(uow, "osterly", "tanabe")


def lead_of(uow, lead_id):
    return uow.session.get(Lead, lead_id, populate_existing=True)


def offers(uow, lead_id):
    query = select(LeadOffer).where(LeadOffer.lead_id == lead_id).order_by(LeadOffer.created_at, LeadOffer.id)
    return uow.session.scalars(query.execution_options(populate_existing=True)).all()


def jobs_of(uow, task):
    return uow.session.scalars(select(Job.payload).where(Job.task == task)).all()


def test_a_lead_is_offered_with_its_reason_until_business_hours_are_over(uow, network):
    lead_id = hand_in(uow, network)
    assert {"lead_id": str(lead_id)} in jobs_of(uow, "leads.route")
    assert route(uow, lead_id) == "offered"
    (offer,) = offers(uow, lead_id)
    # Monday 09:00 UTC is 10:00 in Berlin: seven hours of Monday, eight of Tuesday, one of Wednesday
    assert offer.due_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert offer.reason[0]["code"] == "territory"
    assert len(offer.considered) == 2
    assert lead_of(uow, lead_id).state == "offered"
    assert route(uow, lead_id) == ""
    assert {"offer_id": str(offer.id)} in jobs_of(uow, "leads.tell_offer")


def test_accepting_asks_for_a_next_action_and_gives_the_lead(uow, network):
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    (offer,) = offers(uow, lead_id)
    winner = network.partners[network.name_of(offer.partner_id)]
    loser = next(actor for actor in network.partners.values() if actor is not winner)
    with pytest.raises(DomainError) as missing:
        accept_offer(uow, winner, offer.id, " ", "2026-11-01")
    assert {one.code for one in missing.value.problems} == {"action.text", "action.day"}
    with pytest.raises(DomainError, match=r"offer\.not_found"):
        accept_offer(uow, loser, offer.id, "Call", DAY)
    assert accept_offer(uow, winner, offer.id, "Call", DAY) == lead_id
    lead = lead_of(uow, lead_id)
    assert (lead.state, lead.partner_id, lead.next_action) == ("accepted", winner.partner_id, "Call")
    assert lead.next_action_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    with pytest.raises(DomainError, match=r"offer\.state"):
        decline_offer(uow, winner, offer.id, "other")
    # a vendor's lead is not declined like one of one's own
    with pytest.raises(DomainError, match=r"lead\.state"):
        decide(uow, winner, lead_id, "decline", lead.version)


def test_a_declined_lead_goes_to_the_next_and_never_back(uow, network):
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    first = offers(uow, lead_id)[0]
    partner = network.partners[network.name_of(first.partner_id)]
    with pytest.raises(DomainError, match=r"offer\.reason"):
        decline_offer(uow, partner, first.id, "mood")
    decline_offer(uow, partner, first.id, "no_capacity", "full until May")
    assert lead_of(uow, lead_id).state == "unrouted"
    assert route(uow, lead_id) == "offered"
    second = offers(uow, lead_id)[1]
    assert second.partner_id != first.partner_id
    assert [one["excluded"] for one in second.considered if one["partner_id"] == str(first.partner_id)] == ["refused"]
    decline_offer(uow, network.partners[network.name_of(second.partner_id)], second.id, "product")
    assert route(uow, lead_id) == "pooled"


def test_an_offer_lapses_only_when_its_time_is_over(uow, network, clock):
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    (offer,) = offers(uow, lead_id)
    assert due_offers(uow.session, uow.now) == []
    assert lapse_offer(uow, offer.id) is False
    clock.advance(offer.due_at - uow.now)
    assert due_offers(uow.session, uow.now) == [offer.id]
    partner = network.partners[network.name_of(offer.partner_id)]
    with pytest.raises(DomainError) as late:  # in time is before, even while nobody has ended it yet
        accept_offer(uow, partner, offer.id, "Call", "2026-12-01")
    assert late.value.params["state"] == "expired"
    assert lapse_offer(uow, offer.id) is True
    assert lapse_offer(uow, offer.id) is False
    assert (lead_of(uow, lead_id).state, offers(uow, lead_id)[0].state) == ("unrouted", "expired")


def test_after_the_rounds_comes_the_pool_even_with_partners_left(uow, network, clock):
    publish_rules(uow, network.vendor, {"rounds": 1, "zone": "Europe/Berlin"}, after=0)
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    offer = offers(uow, lead_id)[0]
    decline_offer(uow, network.partners[network.name_of(offer.partner_id)], offer.id, "other")
    assert route(uow, lead_id) == "pooled"
    clock.advance(timedelta(minutes=1))
    route_again(uow, network.vendor, lead_id)
    assert route(uow, lead_id) == "offered"  # the rounds begin anew, among those not asked yet


def pooled(uow, network):
    lead_id = hand_in(uow, network, country="JP")  # nobody covers it
    assert route(uow, lead_id) == "pooled"
    return lead_id


def test_a_grant_gives_the_lead_and_refuses_the_others(uow, network):
    lead_id = pooled(uow, network)
    osterly, tanabe = network.partners.values()
    asked = ask_for(uow, osterly, lead_id, "we know them")
    assert ask_for(uow, osterly, lead_id) == asked
    other = ask_for(uow, tanabe, lead_id)
    assert grant_request(uow, network.vendor, asked) == lead_id
    states = dict(uow.session.execute(select(PoolRequest.id, PoolRequest.state)).tuples().all())
    assert (states[asked], states[other]) == ("granted", "refused")
    lead = lead_of(uow, lead_id)
    assert (lead.state, lead.partner_id, lead.next_action) == ("accepted", osterly.partner_id, "")
    with pytest.raises(DomainError, match=r"lead\.state"):
        grant_request(uow, network.vendor, other)
    with pytest.raises(DomainError, match=r"pool\.gone"):
        ask_for(uow, tanabe, lead_id)
    assert jobs_of(uow, "leads.tell_request") == [{"request_id": str(asked)}]


def test_refused_and_withdrawn_requests_leave_the_lead_in_the_pool(uow, network):
    lead_id = pooled(uow, network)
    osterly, tanabe = network.partners.values()
    refuse_request(uow, network.vendor, ask_for(uow, osterly, lead_id))
    mine = ask_for(uow, tanabe, lead_id)
    with pytest.raises(DomainError, match=r"request\.not_found"):
        withdraw_request(uow, osterly, mine)
    withdraw_request(uow, tanabe, mine)
    with pytest.raises(DomainError, match=r"pool\.state"):
        withdraw_request(uow, tanabe, mine)
    assert lead_of(uow, lead_id).state == "pooled"


def test_a_partner_outside_learns_nothing_of_a_lead(uow, network):
    lead_id, other = pooled(uow, network), make_network(uow, "cordant")
    with pytest.raises(DomainError, match=r"lead\.not_found"):
        ask_for(uow, other.partners["cordant"], lead_id)
    offered = hand_in(uow, network)
    route(uow, offered)
    third = add_partner(uow, network, "third")
    with pytest.raises(DomainError, match=r"lead\.not_found"):  # not even that it is there, offered to another
        ask_for(uow, third, offered)


def taken(uow, network):
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    offer = offers(uow, lead_id)[0]
    partner = network.partners[network.name_of(offer.partner_id)]
    accept_offer(uow, partner, offer.id, "Call", "2026-11-23")
    return lead_id, partner


def test_an_idle_lead_is_asked_about_and_then_offered_anew(uow, network, clock):
    lead_id, partner = taken(uow, network)
    assert idle_leads(uow.session, uow.now) == []
    clock.advance(timedelta(days=15))
    assert idle_leads(uow.session, uow.now) == [lead_id]
    assert stir(uow, lead_id) == "ask"
    assert (stir(uow, lead_id), idle_leads(uow.session, uow.now)) == ("", [])
    add_note(uow, partner, lead_id, "call", "Nobody there")  # an act ends the waiting
    assert lead_of(uow, lead_id).asked_at is None
    clock.advance(timedelta(days=15))
    assert stir(uow, lead_id) == "ask"
    clock.advance(timedelta(days=15))
    assert stir(uow, lead_id) == "recycle"
    lead = lead_of(uow, lead_id)
    assert (lead.state, lead.partner_id, lead.recycled, lead.next_action) == ("unrouted", None, 1, "")
    assert route(uow, lead_id) == "offered"
    assert offers(uow, lead_id)[-1].partner_id != partner.partner_id


def test_a_next_action_ahead_keeps_a_lead_and_rules_may_forbid_recycling(uow, network, clock):
    publish_rules(uow, network.vendor, {"most_recycles": 0, "idle_days": 5}, after=0)
    lead_id, partner = taken(uow, network)
    plan_next(uow, partner, lead_id, "Visit", "2027-01-10", lead_of(uow, lead_id).version)
    clock.advance(timedelta(days=30))
    assert stir(uow, lead_id) == ""
    clock.advance(timedelta(days=60))
    assert stir(uow, lead_id) == "ask"
    clock.advance(timedelta(days=60))
    assert stir(uow, lead_id) == ""
    assert lead_of(uow, lead_id).state == "accepted"


def test_an_accepted_lead_may_be_given_back(uow, network):
    lead_id, partner = taken(uow, network)
    version = lead_of(uow, lead_id).version
    with pytest.raises(DomainError, match=r"lead\.state"):
        give_back(uow, partner, lead_id, "other", version - 1)
    give_back(uow, partner, lead_id, "territory", version)
    assert lead_of(uow, lead_id).state == "unrouted"
    with pytest.raises(DomainError, match=r"lead\.not_found"):
        add_note(uow, partner, lead_id, "note", "still mine?")


def test_a_lead_becomes_a_deal_once(uow, network):
    lead_id, partner = taken(uow, network)
    hand_over(uow, partner, lead_id, network.programme_id)
    hand_over(uow, partner, lead_id, network.programme_id)
    assert lead_of(uow, lead_id).state == "handed"
    said = uow.session.scalars(select(LeadNote).where(LeadNote.lead_id == lead_id)).all()
    assert [one.data["to"] for one in said].count("handed") == 1


def test_a_lead_whose_job_was_lost_is_found_again(uow, network, clock):
    lead_id = hand_in(uow, network)
    assert forgotten_leads(uow.session, uow.now) == []
    clock.advance(timedelta(minutes=3))
    assert forgotten_leads(uow.session, uow.now) == [lead_id]


def test_a_partner_that_works_with_the_company_goes_first(uow, network):
    lead_id, partner = taken(uow, network)
    domain = lead_of(uow, lead_id).company_key
    add_partner(uow, network, "fresh")
    second = hand_in(uow, network, email=f"colleague@{domain}")
    route(uow, second)
    (offer,) = offers(uow, second)
    assert (offer.partner_id, offer.reason) == (partner.partner_id, [{"code": "knows_company", "params": {}}])
