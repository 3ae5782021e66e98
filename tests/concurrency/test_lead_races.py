"""Two at once: people accept, an offer lapses meanwhile, routers meet, requests are granted. Exactly one wins."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.service import accept_offer, ask_for, decline_offer, grant_request, take_lead
from campaigns.leads.service.offering import lapse_offer
from tests.factories.routing import hand_in, make_network, route

ROUNDS = 8
DAY = "2026-11-30"


@pytest.fixture
def network(committing):
    with committing() as uow:
        return make_network(uow, "osterly", "tanabe", "third")


def together(*works):
    """Each in a thread, begun at one instant; what it returned, or the error's code."""
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except DomainError as error:
            return error.code

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def within(factory, act, *given):
    def work():
        with factory() as uow:
            return act(uow, *given)

    return work


def offered(committing, network):
    with committing() as uow:
        lead_id = hand_in(uow, network)
    with committing() as uow:
        route(uow, lead_id)
        offer = uow.session.scalars(select(LeadOffer).where(LeadOffer.lead_id == lead_id)).one()
        partner = network.partners[network.name_of(offer.partner_id)]
        return lead_id, offer.id, partner, offer.due_at


def stand(committing, lead_id, offer_id):
    with committing.reading() as session:
        lead, offer = session.get_one(Lead, lead_id), session.get_one(LeadOffer, offer_id)
        return lead.state, lead.partner_id, offer.state


def test_of_people_who_accept_at_once_one_has_it(committing, network):
    for _ in range(ROUNDS):
        lead_id, offer_id, partner, _ = offered(committing, network)
        results = together(*[within(committing, accept_offer, partner, offer_id, f"Call {n}", DAY) for n in range(4)])
        assert Counter(map(str, results)) == {str(lead_id): 1, "offer.state": 3}
        assert stand(committing, lead_id, offer_id) == ("accepted", partner.partner_id, "accepted")


def test_accept_against_decline_ends_in_one_of_both(committing, network):
    for _ in range(ROUNDS):
        lead_id, offer_id, partner, _ = offered(committing, network)
        results = together(
            within(committing, accept_offer, partner, offer_id, "Call", DAY),
            within(committing, decline_offer, partner, offer_id, "other"),
        )
        assert sorted(map(str, results)).count("offer.state") == 1
        accepted = results[0] != "offer.state"
        wanted = ("accepted", partner.partner_id, "accepted") if accepted else ("unrouted", None, "declined")
        assert stand(committing, lead_id, offer_id) == wanted


def test_accept_against_lapse_ends_in_one_of_both(committing, network, clock, waker):
    for _ in range(ROUNDS):
        lead_id, offer_id, partner, due = offered(committing, network)
        late = UnitOfWorkFactory(committing.sessions, SetClock(due), waker)  # another process, a moment further
        results = together(
            within(committing, accept_offer, partner, offer_id, "Call", DAY), within(late, lapse_offer, offer_id)
        )
        if results[0] == "offer.state":
            assert results[1] is True
            assert stand(committing, lead_id, offer_id) == ("unrouted", None, "expired")
        else:
            assert results[1] is False
            assert stand(committing, lead_id, offer_id) == ("accepted", partner.partner_id, "accepted")


def test_of_routers_that_meet_one_offers(committing, network):
    for _ in range(ROUNDS):
        with committing() as uow:
            lead_id = hand_in(uow, network)
        results = together(*[within(committing, route, lead_id) for _ in range(4)])
        assert sorted(results) == ["", "", "", "offered"]
        with committing.reading() as session:
            query = select(func.count()).select_from(LeadOffer).where(LeadOffer.lead_id == lead_id)
            assert session.execute(query).scalar_one() == 1


def test_routers_of_many_leads_take_turns(committing, network):
    with committing() as uow:
        leads = [hand_in(uow, network) for _ in range(9)]
    assert together(*[within(committing, route, one) for one in leads]) == ["offered"] * 9
    with committing.reading() as session:
        counts = Counter(session.scalars(select(LeadOffer.partner_id)))
    assert sorted(counts.values()) == [3, 3, 3]


def test_of_grants_at_once_one_partner_has_the_lead(committing, network):
    for _ in range(ROUNDS):
        with committing() as uow:
            lead_id = hand_in(uow, network, country="JP")
        with committing() as uow:
            assert route(uow, lead_id) == "pooled"
        with committing() as uow:
            asked = [ask_for(uow, partner, lead_id) for partner in network.partners.values()]
        results = together(*[within(committing, grant_request, network.vendor, one) for one in asked])
        assert Counter(map(str, results)) == {str(lead_id): 1, "lead.state": 2}
        with committing.reading() as session:
            states = session.scalars(select(PoolRequest.state).where(PoolRequest.lead_id == lead_id)).all()
        assert sorted(states) == ["granted", "refused", "refused"]


def test_one_person_handed_in_by_many_at_once_is_one_lead(committing, network):
    def take(uow, number):
        given = {"email": "rush@firma.de", "name": "Rush"}
        return take_lead(uow, network.vendor, given, {"n": str(number)}, kind="api", source="crm")

    results = together(*[within(committing, take, number) for number in range(6)])
    assert len(set(results)) == 1
    with committing.reading() as session:
        assert session.execute(select(func.count()).select_from(Lead)).scalar_one() == 1
