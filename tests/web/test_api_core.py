"""The API's own rules: tokens, document, pages, conditional answers, idempotency."""

from __future__ import annotations

import threading

import pytest
from openapi_spec_validator import validate
from sqlalchemy import func, select

from campaigns.core.permissions import PERMISSIONS
from campaigns.kits.models import KitVersion
from campaigns.partners.models import ApiToken
from tests.factories import campaign_kits as kits


@pytest.fixture
def kit_zip() -> bytes:
    return kits.kit_zip()


def test_the_document_is_valid_and_names_every_permission_it_needs(app):
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    for path in document["paths"].values():
        for entry in path.values():
            assert entry["security"][0]["bearer"][0] in PERMISSIONS


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer tl_x_y", "Basic Zm9vOmJhcg==", "Bearer \x7f"])
def test_without_a_living_token_nothing_is_answered(app, header):
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_at_once(api, committing):
    client = api("partner")
    assert client.get("/me").get_json()["role"] == "partner_admin"
    with committing() as uow:
        for token in uow.session.scalars(select(ApiToken)):
            token.revoked_at = uow.now
    assert client.get("/me").status_code == 401


def test_scopes_limit_a_token(api):
    client = api("vendor", ["self.read"])
    assert client.get("/me").status_code == 200
    answer = client.get("/kits")
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "actor.forbidden"


def test_a_partner_cannot_use_what_is_the_vendors(api):
    assert api("partner").get("/kits").status_code == 403


@pytest.mark.parametrize("cursor", ["x", "bm90anNvbg", "W10", "WyIyMDI2IiwgMV0", "%00", "W251bGwsbnVsbF0"])
def test_a_foreign_cursor_is_refused(api, cursor):
    answer = api("vendor").get(f"/kits?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.get_json()["code"] == ("query.invalid" if cursor == "%00" else "page.cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "unknown=1"])
def test_a_query_out_of_bounds_lists_its_problems(api, query):
    answer = api("vendor").get(f"/kits?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["problems"]


def test_an_unchanged_answer_is_not_sent_again(api):
    client = api("partner")
    first = client.get("/me")
    again = client.get("/me", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.get_data() == b""


def test_the_same_key_gives_the_stored_answer_and_another_body_is_refused(api, committing, kit_zip):
    client = api("vendor")
    key = {"Idempotency-Key": "upload-1"}
    first = client.post("/kits", headers=key, data=kit_zip, content_type="application/zip")
    assert first.status_code == 201, first.get_json()
    again = client.post("/kits", headers=key, data=kit_zip, content_type="application/zip")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_data() == first.get_data()
    other = client.post("/kits", headers=key, data=kit_zip + b"x", content_type="application/zip")
    assert other.status_code == 422
    assert other.get_json()["code"] == "idempotency.other_body"
    with committing() as uow:
        assert uow.session.scalar(select(func.count()).select_from(KitVersion)) == 1


def test_a_refused_request_gives_its_key_back(api, kit_zip):
    client = api("vendor")
    key = {"Idempotency-Key": "upload-2"}
    refused = client.post("/kits", headers=key, data=b"not a zip", content_type="application/zip")
    assert refused.status_code == 422
    mended = client.post("/kits", headers=key, data=kit_zip, content_type="application/zip")
    assert mended.status_code == 201


def test_sixteen_same_requests_at_once_have_one_effect(api, committing, kit_zip):
    client = api("vendor")
    statuses: list[int] = []

    def ask() -> None:
        answer = client.post("/kits", headers={"Idempotency-Key": "once"}, data=kit_zip, content_type="application/zip")
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    with committing() as uow:
        assert uow.session.scalar(select(func.count()).select_from(KitVersion)) == 1


def test_another_media_type_is_refused(api):
    answer = api("vendor").post("/kits", data=b"{}", content_type="application/json")
    assert answer.status_code == 415
    assert answer.get_json()["status"] == 415
