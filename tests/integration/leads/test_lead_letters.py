"""Letters of offers: a link of each reader's own, in their language, without whom to call; the tick does the rest."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from campaigns.core.errors import DomainError
from campaigns.leads.letters import tell_idle, tell_offer, tell_request
from campaigns.leads.models import Lead
from campaigns.leads.offer_token import OfferLink, make_offer_token, read_offer_token
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service import accept_offer, ask_for, grant_request
from campaigns.mailroom.models import SystemMail
from tests.factories.routing import hand_in, make_network, route
from tests.factories.sending import settings

CONFIG = settings()


@pytest.fixture
def network(uow):
    return make_network(uow, "osterly")


def letters(uow):
    return uow.session.scalars(select(SystemMail).order_by(SystemMail.created_at)).all()


def test_an_offers_letter_has_a_link_and_no_contact(uow, network):
    lead_id = hand_in(
        uow, network, email="secret.buyer@firma.de", name="Secret Buyer", company="Firma AG", phone="0401"
    )
    route(uow, lead_id)
    offer = uow.session.scalars(select(LeadOffer)).one()
    assert tell_offer(uow, CONFIG, offer.id) == 1
    assert tell_offer(uow, CONFIG, offer.id) == 1
    (mail,) = letters(uow)  # twice is once
    assert "Firma AG" in mail.subject
    for secret in ("secret.buyer", "Secret Buyer", "998877"):
        assert secret not in mail.text_body + mail.html_body + mail.subject
    token = re.search(r"https://go\.example/lead/(\S+)", mail.text_body)[1]
    assert read_offer_token(CONFIG.secret_key, token).offer_id == offer.id
    with pytest.raises(DomainError, match=r"link\.not_found"):
        read_offer_token("another key", token)
    partner = network.partners["osterly"]
    accept_offer(uow, partner, offer.id, "Call", "2026-11-25")
    assert tell_offer(uow, CONFIG, offer.id) == 0


def test_a_grant_and_an_idle_lead_are_told_once(uow, network):
    lead_id = hand_in(uow, network, country="JP", company="Nippon")
    route(uow, lead_id)
    request = ask_for(uow, network.partners["osterly"], lead_id)
    assert tell_request(uow, CONFIG, request) == 0  # not granted
    grant_request(uow, network.vendor, request)
    assert tell_request(uow, CONFIG, request) == 1
    version = uow.session.get(Lead, lead_id).version
    assert tell_idle(uow, CONFIG, lead_id, version - 1) == 0  # somebody acted since
    assert tell_idle(uow, CONFIG, lead_id, version) == 1
    assert len(letters(uow)) == 2


def test_a_token_holds_what_it_was_made_of(uow, network):
    link = OfferLink(network.programme_id, network.vendor.programme_id, 3)
    assert read_offer_token("k", make_offer_token("k", link)) == link
