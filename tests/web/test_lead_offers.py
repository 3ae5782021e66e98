"""A vendor's lead from its letter and in the inbox: masked until accepted, only a POST decides, over is said kindly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.clock import SetClock
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.leads.models import Lead
from campaigns.leads.offer_token import OfferLink, make_offer_token
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service import take_lead
from campaigns.partners.models import Person
from tests.factories.routing import route
from tests.web.conftest import World, csrf_of

GIVEN = {
    "email": "ada.buyer@firma.de", "name": "Ada Buyer", "company": "Firma AG", "phone": "+49 40 998877",
    "country": "DE", "message": "Please call Ada Buyer at +49 40 998877 or ada.buyer@firma.de about heat",
}  # fmt: skip
SECRETS = ("ada.buyer@", "Ada Buyer", "998877")


@pytest.fixture
def offer_id(committing: UnitOfWorkFactory, world: World) -> UUID:
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme)
    with committing() as uow:
        lead_id = take_lead(uow, vendor, GIVEN, {}, kind="api", source="crm")
    with committing() as uow:
        assert route(uow, lead_id) == "offered"
        return uow.session.scalars(select(LeadOffer.id).where(LeadOffer.lead_id == lead_id)).one()


def link(container: Container, world: World, offer_id: UUID, epoch: int = 1) -> str:
    key = container.settings.secret_key
    return "/lead/" + make_offer_token(key, OfferLink(offer_id, world.grants["partner"], epoch))


def state(committing: UnitOfWorkFactory) -> str:
    with committing.reading() as session:
        return session.scalars(select(Lead.state)).one()


def test_looking_changes_nothing_and_shows_nobody_to_call(
    app: Flask, container: Container, world: World, offer_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client, at = app.test_client(), link(container, world, offer_id)
    for _ in range(3):  # a mail scanner looks first
        page = client.get(at)
        assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Firma AG" in text
    assert "A. B." in text
    assert not [secret for secret in SECRETS if secret in text]
    assert "Set-Cookie" not in page.headers
    assert state(committing) == "offered"


def test_accepting_by_the_link_asks_for_a_next_action_and_then_shows_whom_to_call(
    app: Flask, container: Container, world: World, offer_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client, at = app.test_client(), link(container, world, offer_id)
    wrong = client.post(at, data={"answer": "accept", "next_action": "", "next_action_on": "yesterday"})
    assert wrong.status_code == 422
    assert wrong.get_data(as_text=True).count('aria-invalid="true"') == 2
    day = (container.clock.now() + timedelta(days=2)).date().isoformat()
    done = client.post(at, data={"answer": "accept", "next_action": "Call", "next_action_on": day})
    assert done.status_code == 200
    assert all(secret in done.get_data(as_text=True) for secret in SECRETS)
    assert state(committing) == "accepted"
    again = client.get(at)
    assert (again.status_code, "accepted already" in again.get_data(as_text=True)) == (200, True)
    assert not [secret for secret in SECRETS if secret in again.get_data(as_text=True)]
    assert client.post(at, data={"answer": "decline", "reason": "other"}).status_code == 200
    assert state(committing) == "accepted"


def test_declining_by_the_link_needs_a_reason(
    app: Flask, container: Container, world: World, offer_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client, at = app.test_client(), link(container, world, offer_id)
    assert client.post(at, data={"answer": "decline"}).status_code == 422
    assert client.post(at, data={"answer": "decline", "reason": "product"}).status_code == 200
    assert state(committing) == "unrouted"


def test_links_that_are_over_forged_or_of_people_who_left_open_nothing(
    app: Flask, container: Container, world: World, offer_id: UUID, clock: SetClock, committing: UnitOfWorkFactory
) -> None:
    client, at = app.test_client(), link(container, world, offer_id)
    assert client.get(at[:-2]).status_code == 404
    clock.advance(timedelta(days=20))
    over = client.get(at)
    assert (over.status_code, "is over" in over.get_data(as_text=True)) == (200, True)
    with committing() as uow:
        uow.session.execute(update(Person).values(epoch=2))
    assert client.get(at).status_code == 410


def test_the_inbox_shows_offers_first_and_the_lead_after_accepting(
    sign_in: Callable[[str], FlaskClient], container: Container, offer_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("partner")
    inbox = client.get("/portal/leads").get_data(as_text=True)
    assert "Offered to you" in inbox
    assert not [secret for secret in SECRETS if secret in inbox]
    token = csrf_of(client, f"/portal/leads/offers/{offer_id}")
    day = (container.clock.now() + timedelta(days=2)).date().isoformat()
    form = {"csrf_token": token, "answer": "accept", "next_action": "Visit them", "next_action_on": day}
    taken = client.post(f"/portal/leads/offers/{offer_id}", data=form, follow_redirects=True)
    text = taken.get_data(as_text=True)
    assert "Visit them" in text
    assert "ada.buyer@firma.de" in text
    assert "You can take it." in text
    assert "Visit them" in client.get("/portal/leads").get_data(as_text=True)
