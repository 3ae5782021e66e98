"""Brand, partners and people over the API."""

from __future__ import annotations

import pytest

from tests.factories.logos import plain_svg, wordmark_svg

BRAND = {"name": "Osterly", "primary": "#14304D", "secondary": "#f2a61c", "url": "www.osterly.example"}


def test_a_brand_is_saved_with_its_etag_and_restored(api):
    client = api("partner")
    first = client.get("/brand")
    assert first.get_json()["revision"] is None
    tag = {"If-Match": first.headers["ETag"]}
    assert client.put("/brand", json=BRAND).status_code == 428
    saved = client.put("/brand", json=BRAND, headers=tag)
    assert saved.get_json()["url"] == "https://www.osterly.example"
    assert client.put("/brand", json=BRAND | {"name": "X"}, headers=tag).status_code == 412
    second = client.put("/brand", json=BRAND | {"name": "Y"}, headers={"If-Match": saved.headers["ETag"]})
    back = client.post("/brand/revisions/1/restore", headers={"If-Match": second.headers["ETag"]})
    assert (back.get_json()["name"], back.get_json()["revision"]) == ("Osterly", 3)
    names = [one["name"] for one in client.get("/brand/revisions").get_json()["items"]]
    assert sorted(names) == ["Osterly", "Osterly", "Y"]


def test_a_brand_with_mistakes_names_them_all(api):
    client = api("partner")
    wrong = BRAND | {"email": "nobody", "phone": "call me", "url": "javascript:alert(1)"}
    answer = client.put("/brand", json=wrong, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {one["slot"] for one in answer.get_json()["problems"]} == {"email", "phone", "url"}


def test_a_logo_is_taken_in_shown_and_placed(api):
    client = api("partner")
    taken = client.post("/brand/logo?filename=o.svg", data=wordmark_svg(), content_type="image/svg+xml")
    assert taken.status_code == 200, taken.get_json()
    logo = taken.get_json()["logo_light"]["id"]
    assert client.get(f"/brand/logos/{logo}").get_data()[:4] == b"\x89PNG"
    tag = {"If-Match": taken.headers["ETag"]}
    assert client.put("/brand/logos/light", json={"logo_id": None}, headers=tag).status_code == 409
    assert client.put("/brand/logos/dark", json={"logo_id": logo}, headers=tag).status_code == 422
    assert client.put("/brand/logos/sideways", json={"logo_id": logo}, headers=tag).status_code == 404
    assert client.post("/brand/colours", json={"logo_id": logo}, headers=tag).status_code == 200


@pytest.mark.parametrize("data", [plain_svg(), b"not a picture", b""])
def test_a_logo_that_cannot_be_used_says_why_and_is_put_away(api, data):
    client = api("partner")
    answer = client.post("/brand/logo", data=data, content_type="application/octet-stream")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "logo.refused")
    assert answer.get_json()["problems"]
    upload = answer.get_json()["params"]["upload_id"]
    assert client.post(f"/brand/refusals/{upload}/dismiss").status_code == 204
    wrong_type = client.post("/brand/logo", data=data, content_type="text/html")
    assert wrong_type.status_code == 415


def test_a_vendor_lists_and_invites_partners(api):
    client = api("vendor")
    assert [one["name"] for one in client.get("/partners").get_json()["items"]] == ["Osterly"]
    assert client.get("/partners?search=nobody").get_json()["items"] == []
    made = client.post("/partners/invitations", json={"company": "Neu & Co", "email": "eva@neu.example"})
    assert made.status_code == 201, made.get_json()
    assert "http://localhost/" in made.get_json()["link"]
    pending = client.get("/partners/invitations").get_json()["items"]
    assert [one["email"] for one in pending] == ["eva@neu.example"]
    assert api("other_vendor").delete(f"/partners/invitations/{pending[0]['id']}").status_code == 404
    assert client.delete(f"/partners/invitations/{pending[0]['id']}").status_code == 204
    assert client.get("/partners/invitations").get_json()["items"] == []


def test_a_company_invites_and_dismisses_people(api, world):
    client = api("partner")
    people = client.get("/people").get_json()["items"]
    assert {one["email"] for one in people} == {"ines@osterly.example", "max@osterly.example"}
    wrong = client.post("/people/invitations", json={"email": "a@osterly.example", "role": "admin"})
    assert wrong.status_code == 422
    made = client.post("/people/invitations", json={"email": "a@osterly.example", "role": "partner_member"})
    assert made.status_code == 201
    assert len(client.get("/people/invitations").get_json()["items"]) == 1
    assert client.delete("/people/invitations/" + made.get_json()["id"]).status_code == 204
    max_ = f"/people/{world.grants['member']}"
    assert client.put(max_ + "/role", json={"role": "partner_admin"}).status_code == 204
    assert client.post(max_ + "/sign-out").status_code == 204
    assert client.delete(f"/people/{world.grants['partner']}").status_code == 409
    assert client.delete(max_).status_code == 204
    assert len(client.get("/people").get_json()["items"]) == 1


def test_a_token_makes_another_that_may_no_more_than_itself(api):
    client = api("partner", scopes=["token.manage", "self.read"])
    made = client.post("/tokens", json={"name": "Sync", "scopes": ["self.read"], "expires_at": None})
    assert made.status_code == 201, made.get_json()
    assert made.headers["Cache-Control"] == "no-store"
    secret = made.get_json()["secret"]
    as_made = client.client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert as_made.get_json()["scopes"] == ["self.read"]
    more = client.post("/tokens", json={"name": "More", "scopes": ["self.read", "contact.export"]})
    assert more.status_code == 422
    assert "contact.export" in more.get_json()["problems"][0]["message"]
    past = client.post("/tokens", json={"name": "Past", "scopes": ["self.read"], "expires_at": "2020-01-01T00:00:00Z"})
    assert past.get_json()["problems"][0]["code"] == "token.expiry"
    assert client.delete(f"/tokens/{made.get_json()['id']}").status_code == 204
    gone = client.client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert gone.status_code == 401
    assert client.delete(f"/tokens/{made.get_json()['id']}").status_code == 409


def test_ones_own_settings_and_sessions(api):
    client = api("partner")
    before = client.get("/me/profile").get_json()
    saved = client.put("/me/profile", json={"name": "Ines  Osterly", "locale": "ja", "theme": "dark"})
    assert saved.get_json() == before | {"name": "Ines Osterly", "locale": "ja", "theme": "dark"}
    assert client.put("/me/profile", json={"name": "Ines", "locale": "tlh"}).status_code == 422
    assert client.put("/me/profile", json={"name": " ", "locale": "ja"}).status_code == 422
    assert client.get("/me/sessions").status_code == 200
    assert client.delete("/me/sessions").status_code == 204
    assert client.get("/me/sessions").get_json() == {"items": []}


def test_a_programme_is_set_with_its_etag(api):
    client = api("vendor")
    first = client.get("/programme")
    wanted = {"name": "Halvorsen", "accent": "#ffee00", "time_zone": "Europe/Oslo", "sender_email": "hi@x.example"}
    assert client.put("/programme", json=wanted).status_code == 428
    tag = {"If-Match": first.headers["ETag"]}
    saved = client.put("/programme", json=wanted, headers=tag)
    assert saved.status_code == 200
    assert saved.get_json()["accent"] not in ("#ffee00", first.get_json()["accent"])  # too pale for white text
    assert client.put("/programme", json=wanted, headers=tag).status_code == 412
    wrong = wanted | {"time_zone": "Mars/Base", "sender_email": "nobody"}
    bad = client.put("/programme", json=wrong, headers={"If-Match": saved.headers["ETag"]})
    assert {one["slot"] for one in bad.get_json()["problems"]} == {"time_zone", "sender_email"}


def test_an_account_is_closed_but_not_ones_own(api):
    client = api("partner")
    mine = client.get("/people").get_json()["items"]
    me = client.get("/me/profile").get_json()["email"]
    own = next(one["id"] for one in mine if one["email"] == me)
    assert client.post(f"/people/{own}/disable").status_code == 409
    other = next(one for one in mine if one["email"] != me)
    assert other["disabled_at"] is None
    for verb, closed in (("disable", True), ("enable", False), ("enable", False)):
        assert client.post(f"/people/{other['id']}/{verb}").status_code == 204
        shown = next(one for one in client.get("/people").get_json()["items"] if one["id"] == other["id"])
        assert bool(shown["disabled_at"]) is closed
