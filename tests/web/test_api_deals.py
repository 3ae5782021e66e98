"""Deals by the programming interface: a partner registers, a vendor decides, versions and keys hold."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from campaigns.bootstrap import Container
from campaigns.core.actor import Role
from campaigns.core.ids import digest, new_id
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.deals.models import Deal, ProductLine
from campaigns.partners.models import ApiToken
from campaigns.partners.service.tokens import scopes_of
from tests.web.conftest import World

DEAL = {
    "company_name": "Fjordvarme AS", "country": "NO", "website": "https://www.fjordvarme.no",
    "contact_name": "Kari Hansen", "contact_email": "kari@fjordvarme.no", "product_line": "pumps",
    "amount_minor": 5_000_000, "currency": "EUR", "close_on": "2027-03-01",
}  # fmt: skip


class Caller:
    """A program with a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client, self.token = app.test_client(), token

    def __call__(self, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.token}"} | {key.replace("_", "-"): one for key, one in headers.items()}
        return self.client.open(f"/api/v1{path}", method=verb, json=body, headers=given)


@pytest.fixture
def callers(app: Flask, world: World, committing: UnitOfWorkFactory) -> dict[str, Caller]:
    made = {}
    with committing() as uow:
        uow.session.add(ProductLine(id=new_id(), programme_id=world.programme, code="pumps", name="Heat pumps"))
        for who, role in (
            ("partner", Role.PARTNER_ADMIN),
            ("other_partner", Role.PARTNER_ADMIN),
            ("vendor", Role.ADMIN),
        ):
            secret = f"tl_{who}"
            uow.session.add(
                ApiToken(
                    id=new_id(), prefix=who[:8], secret_digest=digest(secret), name=who, grant_id=world.grants[who],
                    scopes=scopes_of(role),
                )
            )  # fmt: skip
            made[who] = Caller(app, secret)
    return made


def register(partner: Caller, world: World, **changes: Any) -> Any:
    body = DEAL | {"programme_id": str(world.programme), "client_token": "one"} | changes
    return partner("POST", "/deals", body, Idempotency_Key=str(new_id()))


def test_a_registration_is_made_once_and_reviewed(
    callers: dict[str, Caller], world: World, committing: UnitOfWorkFactory
) -> None:
    partner, vendor = callers["partner"], callers["vendor"]
    first, again = register(partner, world), register(partner, world)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["id"] == again.json["id"]
    with committing() as uow:
        assert uow.session.query(Deal).count() == 1
    deal_id = first.json["id"]
    assert first.json["state"] == "in_review"
    queue = vendor("GET", "/registrations/queue").json["items"]
    assert [one["id"] for one in queue] == [deal_id]
    path = f"/registrations/{deal_id}/decisions"
    stale = vendor("POST", path, {"decision": "pick_up"}, If_Match='"99"')
    assert stale.status_code == 412
    assert stale.content_type == "application/problem+json"
    assert vendor("POST", path, {"decision": "pick_up"}).status_code == 428
    taken = vendor("POST", path, {"decision": "pick_up"}, If_Match=f'"{queue[0]["version"]}"')
    assert taken.status_code == 200, taken.json
    done = vendor("POST", path, {"decision": "approve", "words": "Go"}, If_Match=taken.headers["ETag"])
    assert done.status_code == 200, done.json
    deal = partner("GET", f"/deals/{deal_id}")
    assert deal.json["state"] == "approved"
    moved = partner("PATCH", f"/deals/{deal_id}/progress", {"next_step": "Visit"}, If_Match=deal.headers["ETag"])
    assert moved.json["next_step"] == "Visit"
    won = partner("POST", f"/deals/{deal_id}/steps", {"step": "convert"}, If_Match=moved.headers["ETag"])
    won = partner("POST", f"/deals/{deal_id}/steps", {"step": "win"}, If_Match=won.headers["ETag"])
    assert won.json["won_amount_minor"] == 5_000_000


def test_every_problem_is_named_at_once(callers: dict[str, Caller], world: World) -> None:
    refused = register(callers["partner"], world, company_name="", country="", product_line="boats")
    assert refused.status_code == 422
    assert {one["slot"] for one in refused.json["problems"]} >= {"company_name", "country", "product_line"}


def test_a_program_of_another_company_finds_nothing(callers: dict[str, Caller], world: World) -> None:
    deal_id = register(callers["partner"], world).json["id"]
    other = callers["other_partner"]
    assert other("GET", f"/deals/{deal_id}").status_code == 404
    assert other("GET", "/deals").json["items"] == []
    assert other("GET", f"/registrations/{deal_id}").status_code == 403


def test_rules_and_accounts_by_program(callers: dict[str, Caller], world: World, container: Container) -> None:
    vendor = callers["vendor"]
    rules = vendor("GET", "/deal-policy")
    tried = vendor("POST", "/deal-policy/try", {"data": rules.json["data"]})
    assert tried.json["deals"] == 0
    changed = rules.json["data"] | {"protection_days": 120}
    assert vendor("PUT", "/deal-policy", {"data": changed}, If_Match='"5"').status_code == 412
    put = vendor("PUT", "/deal-policy", {"data": changed}, If_Match=f'"{rules.json["number"]}"')
    assert (put.status_code, put.json["number"]) == (200, 1)
    wrong = vendor("PUT", "/deal-policy", {"data": {"protection_days": "long"}}, If_Match='"1"')
    assert wrong.json["code"] == "policy.invalid"
    body = {"source": "crm", "external_id": "1", "name": "Fjordvarme AS", "country": "NO", "website": "fjordvarme.no"}
    made, known = vendor("PUT", "/accounts", body), vendor("PUT", "/accounts", body)
    assert (made.json["made"], known.json["made"]) == (True, False)
    sale = body | {"external_id": "o1", "account_external_id": "1", "title": "Hotel", "product_line": "pumps"}
    assert vendor("PUT", "/opportunities", sale).json["made"]
    assert [one["title"] for one in vendor("GET", "/opportunities").json["items"]] == ["Hotel"]
    deal = register(callers["partner"], world).json
    found = vendor("GET", f"/registrations/{deal['id']}").json
    assert {one["kind"] for one in found["matches"]} == {"account", "opportunity"}
    assert found["state"] == "in_conflict"
    assert deal["state"] == "in_review"
