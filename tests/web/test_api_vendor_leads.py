"""A vendor's leads through the API: handed in, routed, considered, granted; own-launch leads are never among them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.leads.models import Lead
from tests.factories.routing import route
from tests.web.conftest import ApiClient, World


def test_a_lead_is_handed_in_considered_and_answered_by_the_partner(
    api: Callable[..., ApiClient], world: World, committing: UnitOfWorkFactory
) -> None:
    vendor, partner = api("vendor"), api("partner")
    made = vendor.post("/vendor-leads", json={"email": "ada@firma.de", "name": "Ada B", "facts": {"size": "9"}})
    assert made.status_code == 201
    lead_id = made.get_json()["id"]
    with committing() as uow:
        assert route(uow, uow.session.scalars(select(Lead.id)).one()) == "offered"
    shown = vendor.get(f"/vendor-leads/{lead_id}").get_json()
    assert (shown["state"], len(shown["offers"]), len(shown["offers"][0]["considered"])) == ("offered", 1, 1)
    (offer,) = partner.get("/lead-offers").get_json()["items"]
    assert (offer["lead"]["person"], "email" in offer["lead"]) == ("A. B.", False)
    planned = {"next_action": "Call", "next_action_on": "2026-11-27"}
    assert partner.post(f"/lead-offers/{offer['id']}/accept", json=planned).status_code == 200
    assert partner.post(f"/lead-offers/{offer['id']}/accept", json=planned).status_code == 409
    (own,) = partner.get("/leads").get_json()["items"]
    assert (own["email"], own["own"], own["next_action"]) == ("ada@firma.de", False, "Call")


def test_rules_are_tried_before_they_are_published(api: Callable[..., ApiClient], world: World) -> None:
    vendor = api("vendor")
    for number in range(3):
        vendor.post("/vendor-leads", json={"email": f"b{number}@firma{number}.de", "company": "Firma"})
    part = {"name": "A company", "of": "company", "test": "filled", "points": 20}
    tried = vendor.post("/lead-rules/try", json={"rules": {"parts": [part]}}).get_json()
    assert (tried["rescored"], [one["score_after"] for one in tried["items"]]) == (3, [20, 20, 20])
    assert vendor.get("/lead-rules").get_json()["number"] == 0
    wrong = vendor.post("/lead-rules", json={"rules": {"rounds": 0, "zone": "x"}, "after": 0})
    assert (wrong.status_code, len(wrong.get_json()["problems"])) == (422, 2)
    assert vendor.post("/lead-rules", json={"rules": {"parts": [part]}, "after": 0}).status_code == 201
    assert vendor.post("/lead-rules", json={"rules": {}, "after": 0}).status_code == 409
