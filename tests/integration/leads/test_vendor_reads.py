"""What a vendor reads of its leads, what it never reads, whom a recycled lead may meet again, and what is measured."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.deals.standing import deal_standing
from campaigns.leads.coverage import coverage_of, coverage_page
from campaigns.leads.dry_run import dry_run
from campaigns.leads.models import Lead
from campaigns.leads.occupation import occupation
from campaigns.leads.policy import LeadRules
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service import (
    accept_offer,
    ask_for,
    decide,
    decline_offer,
    give_back,
    hand_over,
    publish_rules,
    route_again,
    take_lead,
)
from campaigns.leads.service.offering import lapse_offer
from campaigns.leads.vendor_queries import VendorFilter, pool_requests, vendor_lead_page, vendor_leads
from tests.factories.routing import add_partner, hand_in, make_network, route


@pytest.fixture
def network(uow):
    return make_network(uow, "osterly", "tanabe")


def open_offer(uow, lead_id):
    return uow.session.query(LeadOffer).filter_by(lead_id=lead_id, state="open").populate_existing().one()


def asked(uow, network, lead_id):
    return network.partners[network.name_of(open_offer(uow, lead_id).partner_id)]


def day(uow):
    return uow.now.date().isoformat()


def names(uow, actor, now, **more):
    sort, page = more.pop("sort", "new"), more.pop("page", 1)
    found = vendor_leads(uow.session, actor, VendorFilter(**more), now, sort=sort, page=page)
    return [one.name for one in found.lines], found


def test_the_list_filters_sorts_and_pages(uow, network, clock):
    first = hand_in(uow, network, name="First", company="Acme 100%", product_line="pumps")
    clock.advance(timedelta(minutes=1))
    second = hand_in(uow, network, name="Second", country="FR")
    clock.advance(timedelta(minutes=1))
    hand_in(uow, network, name="Third")
    for lead_id, points in ((first, 5), (second, 50)):
        uow.session.get(Lead, lead_id).score = points
    uow.session.flush()
    route(uow, first)
    vendor = network.vendor
    assert names(uow, vendor, uow.now)[0] == ["Third", "Second", "First"]
    assert names(uow, vendor, uow.now, sort="old")[0] == ["First", "Second", "Third"]
    assert names(uow, vendor, uow.now, sort="score")[0] == ["Second", "First", "Third"]
    assert names(uow, vendor, uow.now, sort="due")[0][0] == "First"
    assert names(uow, vendor, uow.now, sort="nonsense' --")[0] == ["Third", "Second", "First"]
    assert names(uow, vendor, uow.now, state="offered")[0] == ["First"]
    assert names(uow, vendor, uow.now, country="FR")[0] == ["Second"]
    assert names(uow, vendor, uow.now, product_line="pumps")[0] == ["First"]
    assert names(uow, vendor, uow.now, text="100%")[0] == ["First"]
    assert names(uow, vendor, uow.now, text="_")[0] == []
    partner = asked(uow, network, first)
    assert names(uow, vendor, uow.now, partner_id=partner.partner_id)[0] == ["First"]
    lines, found = names(uow, vendor, uow.now, page=99)
    assert (len(lines), found.page, found.pages, found.total) == (3, 1, 1, 3)
    assert found.counts == {"offered": 1, "unrouted": 2}
    line = next(one for one in found.lines if one.id == first)
    assert (line.partner, line.left_s > 0, found.products, found.countries) == (
        partner.name,
        True,
        ("pumps",),
        ("DE", "FR"),
    )


def test_a_partners_own_leads_and_another_vendors_are_never_here(uow, network):
    own = take_lead(
        uow, network.partners["osterly"], {"email": "secret@firma.de", "name": "Secret"}, {}, kind="page", source="x",
        programme_id=network.programme_id,
    )  # fmt: skip
    other = make_network(uow, "elsewhere")
    theirs = hand_in(uow, other, name="Elsewhere")
    assert names(uow, network.vendor, uow.now)[1].total == 0
    assert names(uow, network.vendor, uow.now)[1].counts == {}
    for lead_id in (own, theirs, new_id()):
        with pytest.raises(DomainError, match=r"lead\.not_found"):
            vendor_lead_page(uow.session, network.vendor, lead_id)
    for actor in (network.partners["osterly"], network.partners["tanabe"]):
        with pytest.raises(DomainError):
            vendor_leads(uow.session, actor, VendorFilter(), uow.now)
    with pytest.raises(DomainError, match=r"partner\.not_found"):
        coverage_of(uow.session, network.vendor, other.partners["elsewhere"].partner_id)
    assert {one.name for one in coverage_page(uow.session, network.vendor, (), uow.now).partners} == {
        "osterly",
        "tanabe",
    }


def test_one_lead_shows_candidates_answers_requests_and_why_it_is_in_the_pool(uow, network):
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    first = asked(uow, network, lead_id)
    decline_offer(uow, first, open_offer(uow, lead_id).id, "product", "We sell boilers")
    route(uow, lead_id)
    second = asked(uow, network, lead_id)
    decline_offer(uow, second, open_offer(uow, lead_id).id, "no_capacity")
    assert route(uow, lead_id) == "pooled"
    ask_for(uow, second, lead_id, "Now we have room")
    page = vendor_lead_page(uow.session, network.vendor, lead_id)
    assert [(one.state, one.decline_reason) for one in page.offers] in (
        [("declined", "no_capacity"), ("declined", "product")], [("declined", "product"), ("declined", "no_capacity")],
    )  # fmt: skip
    assert {one["name"] for one in page.offers[0].considered} == {"osterly", "tanabe"}
    assert {(one["name"], one["excluded"]) for one in page.nobody} == {("osterly", "refused"), ("tanabe", "refused")}
    assert [(one.partner, one.note) for one in page.requests] == [(second.name, "Now we have room")]
    assert [one.lead_id for one in pool_requests(uow.session, network.vendor)] == [lead_id]
    assert pool_requests(uow.session, make_network(uow).vendor) == []


def test_who_only_let_an_offer_lapse_is_asked_again_after_recycling_and_who_declined_is_not(uow, network, clock):
    add_partner_to = add_partner(uow, network, "third")
    network.partners["third"] = add_partner_to
    lead_id = hand_in(uow, network)
    route(uow, lead_id)
    lapsed = asked(uow, network, lead_id)
    offer = open_offer(uow, lead_id)
    clock.advance(offer.due_at - uow.now + timedelta(seconds=1))
    lapse_offer(uow, offer.id)
    route(uow, lead_id)
    declined = asked(uow, network, lead_id)
    assert declined is not lapsed, "in the same rounds others come first"
    decline_offer(uow, declined, open_offer(uow, lead_id).id, "no_capacity")
    route(uow, lead_id)
    taker = asked(uow, network, lead_id)
    accept_offer(uow, taker, open_offer(uow, lead_id).id, "Call", day(uow))
    clock.advance(timedelta(hours=1))
    lead = uow.session.get(Lead, lead_id, populate_existing=True)
    give_back(uow, taker, lead_id, "no_capacity", lead.version)
    assert route(uow, lead_id) == "offered"
    assert asked(uow, network, lead_id) is lapsed
    decline_offer(uow, lapsed, open_offer(uow, lead_id).id, "product")
    assert route(uow, lead_id) == "pooled", "who declined and who gave back are remembered"
    clock.advance(timedelta(hours=1))
    route_again(uow, network.vendor, lead_id)
    assert route(uow, lead_id) == "pooled"


def test_occupation_is_the_median_of_what_happened_and_thirty_days_without_data(uow, network, clock):
    assert (occupation(uow.session, network.programme_id, uow.now).days, dry(uow, network).occupied.measured) == (30, 0)
    ended = []
    for number, days in enumerate((2, 4, 6, 8, 10)):
        lead_id = hand_in(uow, network)
        route(uow, lead_id)
        partner = asked(uow, network, lead_id)
        accept_offer(uow, partner, open_offer(uow, lead_id).id, "Call", day(uow))
        ended.append((days, number, lead_id, partner))
    passed = 0
    for days, number, lead_id, partner in ended:
        clock.advance(timedelta(days=days - passed))
        passed = days
        version = uow.session.get(Lead, lead_id, populate_existing=True).version
        if number % 3 == 0:
            hand_over(uow, partner, lead_id, new_id())
        elif number % 3 == 1:
            give_back(uow, partner, lead_id, "other", version)
        else:
            decide(uow, partner, lead_id, "close", version)
    found = occupation(uow.session, network.programme_id, uow.now)
    assert (found.days, found.measured) == (6, 5)
    assert dry(uow, network).occupied == found
    other = make_network(uow, "x")
    assert occupation(uow.session, other.programme_id, uow.now).measured == 0


def dry(uow, network):
    return dry_run(uow.session, network.vendor, deal_standing, LeadRules(), uow.now)


def test_coverage_counts_what_waits(uow, network):
    publish_rules(uow, network.vendor, {"territories": [{"name": "DACH", "countries": ["DE", "AT"]}]}, after=0)
    hand_in(uow, network, product_line="pumps")
    page = coverage_page(uow.session, network.vendor, ("wifi",), uow.now)
    (row,) = page.rows
    assert (page.products, row.name, row.came) == (("", "pumps", "wifi"), "DACH", 1)
    assert [(cell.partners, cell.missing, cell.waiting) for cell in row.cells] == [
        (2, ("AT",), 0), (2, ("AT",), 1), (2, ("AT",), 0),
    ]  # fmt: skip
    assert page.gaps == 3
    covered = coverage_of(uow.session, network.vendor, network.partners["osterly"].partner_id)
    assert (covered.countries, covered.capacity, covered.version) == (("DE",), 10, 1)
