"""Launches over the API: offered, made once, followed, stopped; their files, shares and totals."""

from __future__ import annotations

import io
import threading
import zipfile

from sqlalchemy import func, select

from campaigns.launches.models import Launch
from tests.factories.live import drain


def _body(stage, **changed):
    return {"kit_version_id": str(stage.kit_version_id), "locales": ["en", "de"]} | changed


def test_an_offer_says_what_a_click_would_do(api, stage):
    offer = api("partner").get(f"/campaigns/{stage.kit_version_id}/offer?locale=de").get_json()
    assert offer["chosen_locales"] == ["de"]
    assert {piece["kind"] for piece in offer["pieces"]} == {"image", "email", "landing", "post"}
    assert (offer["audience"]["list_id"], offer["audience"]["mailable"]) == (str(stage.list_id), 1)
    assert offer["blockers"] == []
    without = api("partner").get(f"/campaigns/{stage.kit_version_id}/offer?mail=no").get_json()
    assert without["audience"]["list_id"] is None


def test_a_launch_is_made_once_per_key_and_rendered(api, stage, container):
    client, key = api("partner"), {"Idempotency-Key": "spring-1"}
    made = client.post("/launches", json=_body(stage), headers=key)
    assert made.status_code == 201, made.get_json()
    path = "/launches/" + made.get_json()["id"]
    assert made.headers["Location"] == "/api/v1" + path
    again = client.post("/launches", json=_body(stage), headers=key)
    assert again.get_data() == made.get_data()
    other = client.post("/launches", json=_body(stage, locales=["en"]), headers=key)
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency.other_body")
    before = client.get(path + "/progress").get_json()
    assert (before["ready"], before["settled"]) == (0, False)
    drain(container)
    after = client.get(path).get_json()
    assert after["state"] == "running"
    assert after["progress"]["ready"] == after["progress"]["total"] == len(after["pieces"]) == 8
    assert set(after["landing_pages"]) == {"en", "de"}


def test_a_client_token_does_the_same_without_headers(api, stage):
    client = api("partner")
    first = client.post("/launches", json=_body(stage, client_token="t-1"))
    again = client.post("/launches", json=_body(stage, client_token="t-1"))
    assert first.get_json()["id"] == again.get_json()["id"]
    neither = client.post("/launches", json=_body(stage))
    assert (neither.status_code, neither.get_json()["code"]) == (422, "launch.no_token")


def test_eight_same_launches_at_once_are_one(api, stage, committing):
    client = api("partner")
    answers: list[tuple[int, str]] = []

    def ask() -> None:
        answer = client.post("/launches", json=_body(stage), headers={"Idempotency-Key": "once"})
        answers.append((answer.status_code, answer.get_json().get("id", "")))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} <= {201, 409}
    assert len({made for status, made in answers if status == 201}) == 1
    with committing() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Launch)) == 2  # the stage's and this one


def test_eight_same_tokens_at_once_are_one(api, stage, committing):
    client = api("partner")
    answers = []

    def ask() -> None:
        answer = client.post("/launches", json=_body(stage, client_token="once"))
        answers.append((answer.status_code, answer.get_json().get("id")))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 201


REFUSED = [
    ({"locales": ["fr"]}, 422, "launch.refused"),
    ({"locales": []}, 422, "body.invalid"),
    ({"fields": {"nope": "x"}}, 422, "launch.refused"),
    ({"fields": {"offer": "x" * 41}}, 422, "launch.refused"),
    ({"fields": {"offer": "a\0b"}}, 422, "body.invalid"),
    ({"fields": {"offer": 1}}, 422, "body.invalid"),
    ({"list_id": "00000000-0000-0000-0000-000000000000"}, 422, "launch.no_such_list"),
    ({"kit_version_id": "00000000-0000-0000-0000-000000000000"}, 404, "kit_version.not_found"),
    ({"starts_at": "2020-01-01T00:00:00Z"}, 422, "launch.starts_in_past"),
    ({"starts_at": "2026-02-30T00:00:00Z"}, 422, "body.invalid"),
    ({"starts_at": "2026-12-01T00:00:00"}, 422, "body.invalid"),
    ({"partner_id": "00000000-0000-0000-0000-000000000000"}, 422, "body.invalid"),
]


def test_a_launch_that_may_not_be_is_refused_and_gives_its_key_back(api, stage):
    client, key = api("partner"), {"Idempotency-Key": "k"}
    for changed, status, code in REFUSED:
        answer = client.post("/launches", json=_body(stage, **changed), headers=key)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code), changed
    assert client.post("/launches", json=_body(stage), headers=key).status_code == 201


def test_a_launch_is_paused_resumed_and_cancelled(api, stage):
    client, path = api("partner"), f"/launches/{stage.launch_id}"
    assert client.post(path + "/resume").status_code == 409
    assert client.post(path + "/pause").get_json()["state"] == "paused"
    assert client.post(path + "/resume").get_json()["state"] == "running"
    assert client.post(path + "/retry").status_code == 409
    assert client.post(path + "/cancel").get_json()["state"] == "cancelled"
    assert client.post(path + "/cancel").get_json()["state"] == "cancelled"
    found = client.get("/launches?state=cancelled").get_json()["items"]
    assert [one["id"] for one in found] == [str(stage.launch_id)]
    nothing_newer = client.post(path + "/relaunch", json={"client_token": "r"})
    assert (nothing_newer.status_code, nothing_newer.get_json()["code"]) == (409, "launch.nothing_newer")


def test_launches_come_in_pages(api, stage):
    client = api("partner")
    for number in range(2):
        assert client.post("/launches", json=_body(stage, client_token=f"t{number}")).status_code == 201
    first = client.get("/launches?limit=2").get_json()
    second = client.get(f"/launches?limit=2&cursor={first['next_cursor']}").get_json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 3
    assert ids[-1] == str(stage.launch_id)
    assert second["next_cursor"] is None


def test_files_of_a_launch_are_downloaded_under_their_names(api, stage):
    client, path = api("partner"), f"/launches/{stage.launch_id}"
    pieces = client.get(path).get_json()["pieces"]
    for piece in pieces:
        href = piece["file"]["href"].removeprefix("/api/v1")
        answer = client.get(href)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        if piece["kind"] == "image":
            assert answer.get_data()[:8] == b"\x89PNG\r\n\x1a\n"
            assert len(answer.get_data()) == piece["file"]["size"]
        unchanged = client.get(href, headers={"If-None-Match": answer.headers["ETag"]})
        assert unchanged.status_code == 304
    archive = client.get(path + "/archive")
    names = zipfile.ZipFile(io.BytesIO(archive.get_data())).namelist()
    assert {name.split("/")[0] for name in names} == {"en", "de"}


def test_shares_and_totals_of_a_launch(api, stage):
    client, path = api("partner"), f"/launches/{stage.launch_id}"
    shares = client.get(path + "/shares").get_json()["items"]
    assert {(one["channel"], one["locale"]) for one in shares} == {("linkedin", "en"), ("linkedin", "de")}
    assert all("/t/" in one["url"] for one in shares)
    totals = client.get(path + "/totals").get_json()
    assert totals["audience"] == 1
    assert sum(totals["deliveries"].values()) == 1
    assert totals["leads"] == {"new": 1}


def test_a_vendor_sees_totals_of_its_partners_and_nobody_else_does(api, stage, world):
    mine = api("vendor").get("/partners/totals").get_json()["items"]
    assert [(one["partner_id"], one["launches"], one["leads"]) for one in mine] == [
        (str(world.partner), {"running": 1}, 1)
    ]
    others = api("other_vendor").get("/partners/totals").get_json()["items"]
    assert [(one["partner_id"], one["launches"], one["leads"]) for one in others] == [(str(world.other_partner), {}, 0)]
    assert api("partner").get("/partners/totals").status_code == 403


def test_leads_are_found_and_decided_with_their_etag(api, stage):
    client, path = api("partner"), f"/leads/{stage.lead_id}"
    assert [one["id"] for one in client.get("/leads?state=new&search=ADA").get_json()["items"]] == [str(stage.lead_id)]
    assert client.get("/leads?state=closed").get_json()["items"] == []
    lead = client.get(path)
    assert lead.get_json()["campaign"] == "Quiet heat"
    assert len(lead.get_json()["submissions"]) == 1
    tag = {"If-Match": lead.headers["ETag"]}
    assert client.put(path + "/state", json={"decision": "accept"}).status_code == 428
    taken = client.put(path + "/state", json={"decision": "accept"}, headers=tag)
    assert taken.get_json()["state"] == "accepted"
    assert client.put(path + "/state", json={"decision": "close"}, headers=tag).status_code == 412
    now = {"If-Match": taken.headers["ETag"]}
    assert client.put(path + "/state", json={"decision": "accept"}, headers=now).status_code == 409


def test_a_doubtful_form_becomes_a_lead_once(api, stage):
    client = api("partner")
    assert [one["id"] for one in client.get("/submissions/doubtful").get_json()["items"]] == [str(stage.submission_id)]
    first = client.post(f"/submissions/{stage.submission_id}/take")
    again = client.post(f"/submissions/{stage.submission_id}/take")
    assert first.get_json()["id"] == again.get_json()["id"]
    assert client.get("/submissions/doubtful").get_json()["items"] == []
