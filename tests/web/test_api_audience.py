"""Lists, contacts, suppressions, imports and exports over the API."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from campaigns.audience.models import Contact
from tests.factories.live import drain

CSV = "Email,First name,Sprache\nmia@example.com,Mia,de\nbroken,Max,en\nzed@example.com,Zed,fr\n"
BASIS = {"basis": "consent", "source": "fair"}


def _contact(client, email="mia@example.com", **more):
    answer = client.post("/contacts", json={"email": email, "first_name": "Mia", "basis": BASIS} | more)
    assert answer.status_code == 201, answer.get_json()
    return answer


def test_a_list_is_made_renamed_with_its_etag_and_put_away(api):
    client = api("partner")
    made = client.post("/lists", json={"name": "Customers"})
    assert made.status_code == 201
    path = "/lists/" + made.get_json()["id"]
    assert made.headers["Location"] == "/api/v1" + path
    tag = made.headers["ETag"]
    assert client.put(path, json={"name": "Friends"}).status_code == 428
    renamed = client.put(path, json={"name": "Friends"}, headers={"If-Match": tag})
    assert renamed.get_json()["name"] == "Friends"
    assert renamed.headers["ETag"] != tag
    assert client.put(path, json={"name": "Foes"}, headers={"If-Match": tag}).status_code == 412
    assert client.get(path).get_json()["name"] == "Friends"
    assert client.delete(path, headers={"If-Match": tag}).status_code == 412
    assert client.delete(path, headers={"If-Match": renamed.headers["ETag"]}).status_code == 204
    assert client.get("/lists").get_json()["items"] == []
    assert client.post(path + "/restore").get_json()["archived"] is False


def test_a_contact_is_added_found_edited_and_erased(api, committing):
    client = api("partner")
    list_id = client.post("/lists", json={"name": "L"}).get_json()["id"]
    made = _contact(client, list_id=list_id, company="100% Öl_AG")
    path = "/contacts/" + made.get_json()["id"]
    assert made.get_json()["list_ids"] == [list_id]
    assert [one["basis"] for one in made.get_json()["consents"]] == ["consent"]
    again = client.post("/contacts", json={"email": "MIA@example.com", "basis": BASIS})
    assert again.status_code == 409
    _contact(client, "zed@example.com")
    for search, found in (("0% öl_", 1), ("%", 1), ("mia@", 1), ("nobody", 0), ("", 2)):
        answer = client.get("/contacts", query_string={"search": search})
        assert len(answer.get_json()["items"]) == found, search
    assert len(client.get(f"/contacts?list_id={list_id}").get_json()["items"]) == 1
    change = {"email": "mia@example.com", "first_name": "Maria"}
    saved = client.put(path, json=change, headers={"If-Match": made.headers["ETag"]})
    assert saved.get_json()["first_name"] == "Maria"
    assert client.put(path, json=change, headers={"If-Match": made.headers["ETag"]}).status_code == 412
    assert client.post(path + "/withdraw-consent").get_json() == {"ended": 1}
    assert client.delete(path, headers={"If-Match": '"99"'}).status_code == 412
    assert client.delete(path, headers={"If-Match": saved.headers["ETag"]}).status_code == 204
    assert client.get(path).get_json()["email"] == ""
    with committing() as uow:
        assert "mia@example.com" not in uow.session.scalars(select(Contact.email)).all()


def test_pages_of_contacts_hold_each_once(api):
    client = api("partner")
    for number in range(5):
        _contact(client, f"p{number}@example.com")
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/contacts", query_string=query).get_json()
        seen += [one["email"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == [f"p{number}@example.com" for number in range(5)]


def test_suppressions_are_added_and_only_ones_own_are_lifted(api, stage):
    client = api("partner")
    added = client.post("/suppressions", json={"addresses": ["a@example.com", "A@example.com", "nope"]})
    assert added.get_json() == {"added": 1, "known": 0, "refused": ["nope"]}
    found = client.get("/suppressions?search=a@ex").get_json()["items"]
    assert [one["email"] for one in found] == ["a@example.com"]
    assert client.delete("/suppressions/" + found[0]["id"]).status_code == 204
    assert client.get("/suppressions?search=a@ex").get_json()["items"] == []


def test_a_csv_is_uploaded_looked_at_confirmed_and_taken(api, container):
    client = api("partner")
    list_id = client.post("/lists", json={"name": "L"}).get_json()["id"]
    sent = client.post(f"/imports?list_id={list_id}&filename=x.csv", data=CSV.encode(), content_type="text/csv")
    assert sent.status_code == 201, sent.get_json()
    path = "/imports/" + sent.get_json()["id"]
    look = client.get(path + "/preview").get_json()
    assert (look["total"], look["good"], look["bad"]) == (3, 2, 1)
    assert look["mapping"]["email"] == 0
    refused = client.post(path + "/confirm", json={"basis_source": "fair"})
    assert refused.status_code == 422
    assert [one["code"] for one in refused.get_json()["problems"]] == ["import.no_basis"]
    taken = client.post(path + "/confirm", json={"basis": "consent", "basis_source": "fair"})
    assert taken.get_json()["state"] == "waiting"
    drain(container)
    done = client.get(path).get_json()
    assert (done["state"], done["rows_done"]) == ("done", 3)
    assert done["problems"][0]["line"] == 3
    assert len(client.get(f"/contacts?list_id={list_id}").get_json()["items"]) == 2
    assert len(client.get("/imports").get_json()["items"]) == 1


def test_a_file_only_looked_at_is_put_away(api, container):
    client = api("partner")
    list_id = client.post("/lists", json={"name": "L"}).get_json()["id"]
    made = client.post(f"/imports?list_id={list_id}", data=CSV.encode(), content_type="text/csv").get_json()
    assert client.delete("/imports/" + made["id"]).status_code == 204
    assert client.get("/imports/" + made["id"]).status_code == 404
    assert not list(container.storage.keys("imports/"))


def test_exports_are_csv_without_formulas(api, stage):
    client = api("partner")
    _contact(client, "mia@example.com", company="=HYPERLINK(1)")
    text = client.get("/exports/contacts.csv").get_data().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("id,email,first_name")
    assert "'=HYPERLINK(1)" in text
    leads = client.get("/exports/leads.csv")
    assert leads.mimetype == "text/csv"
    assert "'=cmd|Ada" in leads.get_data(as_text=True)


HOSTILE = [
    (b'{"name": "a\\u0000b"}', 422),
    (b'{"name": "\\ud800"}', 422),
    (b'{"na\\u0000me": "a"}', 422),
    (b'{"name": 7}', 422),
    (b'{"name": null}', 422),
    (b'{"name": ["a"]}', 422),
    (b'{"name": "a", "partner_id": "x"}', 422),
    (b'["name"]', 422),
    (b"null", 422),
    (b"1" * 5000, 400),
    (b"[" * 200_000, 400),
    (b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
    (b'{"name": "\xff\xfe"}', 400),
    ('{"name": "a"}'.encode("utf-16"), 400),
    (b"", 400),
    (b'{"name": "' + b"a" * 100_000 + b'"}', 422),
    (b'{"name": "' + b"a" * 3_000_000 + b'"}', 413),
    (b'\xef\xbb\xbf{"name": "with a byte order mark"}', 201),
    ('{"name": "Ṱ̺̺h̷e⁠ 🏳️‍🌈 \u202ereversed \u200b\'; DROP TABLE contact;--"}'.encode(), 201),
]


@pytest.mark.parametrize(("body", "status"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_refused_by_name_and_never_break(api, body, status):
    answer = api("partner").post("/lists", data=body, content_type="application/json")
    assert answer.status_code == status, answer.get_json()
    if status >= 400:
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/contacts?search=%00", 422),
        ("/contacts?search=%ff%fe", 200),
        ("/contacts?list_id=%00", 422),
        ("/contacts?limit=99999999999999999999999999", 422),
        ("/contacts?limit=1e3", 422),
        ("/contacts/9999999999", 404),
        ("/contacts/%00", 404),
        ("/audit?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", 422),
        ("/audit?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgLTFd", 422),
        ("/launches?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgNV0", 422),
    ],
)
def test_hostile_addresses_are_refused(api, path, status):
    answer = api("partner").get(path)
    assert answer.status_code == status, answer.get_json()
    if status >= 400:
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "given_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "2026-01-01", 0]
)
def test_instants_out_of_range_are_refused(api, given_at):
    body = {"email": "a@example.com", "basis": BASIS | {"given_at": given_at}}
    assert api("partner").post("/contacts", json=body).status_code == 422


def test_a_revision_number_beyond_the_database_is_not_found(api):
    headers = {"If-Match": '"1"'}
    client = api("partner")
    assert client.post(f"/brand/revisions/{10**30}/restore", headers=headers).status_code == 404
    assert client.post(f"/brand/revisions/{2**31 - 1}/restore", headers=headers).status_code == 404
