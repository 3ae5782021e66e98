"""The partner's pages of contacts, imports, leads and outbox; and that another partner finds nothing there."""

from __future__ import annotations

import io
import re

import pytest

from campaigns.audience.models import Contact, ContactImport, ContactList, Suppression
from campaigns.core.ports import Envelope
from campaigns.gateways.kept_files import KeptFiles
from campaigns.leads.models import Lead, Submission
from campaigns.mailroom.models import KeptMessage
from tests.factories.live import drain
from tests.factories.mailing import add_person, make_world
from tests.factories.sending import states

CSV = "E-Mail;Vorname;Firma\nada@x.example;Ada;=1+1\nbo@x.example;<b>Bo</b>;X\nnope;;\n".encode("cp1252")


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


def csrf(client, path="/portal/audience"):
    page = client.get(path).get_data(as_text=True)
    return page.split('"X-CSRF-Token": "')[1].split('"')[0]


def post(client, path, **data):
    return client.post(path, data={"csrf_token": csrf(client), **data})


@pytest.fixture
def partner(sign_in):
    return sign_in("partner")


@pytest.fixture
def people(container, world):
    with container.uow() as uow:
        made = ContactList(partner_id=world.partner, name="Customers")
        uow.session.add(made)
        uow.session.flush()
        add_person(uow.session, world.partner, made.id, "old@x.example", first_name="Olga", company="<i>100%</i>")
    return made.id


def test_empty_pages_teach_and_every_page_opens(partner):
    audience = ("", "/contacts", "/contacts/new", "/blocked")
    paths = [f"/portal/audience{path}" for path in audience]
    for path in (*paths, "/portal/leads", "/portal/leads/doubtful", "/portal/outbox"):
        answer = partner.get(path)
        assert answer.status_code == 200, path
        assert "<h1>" in answer.get_data(as_text=True)


def test_a_list_is_made_once(partner, container):
    assert post(partner, "/portal/audience/lists", name="Fair").status_code == 303
    answer = post(partner, "/portal/audience/lists", name="Fair")
    assert answer.status_code == 422
    assert len(look(container, ContactList)) == 1


def test_a_file_goes_from_drop_to_contacts(partner, container, people):
    answer = partner.post(
        f"/portal/audience/lists/{people}/import",
        data={"csrf_token": csrf(partner), "file": (io.BytesIO(CSV), "Kunden.csv")},
    )
    assert answer.status_code == 303
    where = answer.headers["Location"]
    html = partner.get(where).get_data(as_text=True)
    assert "&lt;b&gt;Bo" in html
    assert "<b>Bo" not in html
    assert re.search(r'name="c0".*?value="email" selected', html, re.S)
    chosen = {"c0": "email", "c1": "first_name", "c2": "company", "has_header": "1"}
    refused = post(partner, where, act="take", **chosen)
    assert refused.status_code == 422
    assert refused.get_data(as_text=True).count('class="error"') == 2
    assert look(container, Contact, email_key="ada@x.example") == []
    again = post(partner, where, act="look", encoding="utf-16", **chosen)
    assert again.status_code in (200, 303)
    assert post(partner, where, act="take", basis="consent", source="fair", **chosen).status_code == 303
    assert "every 1s" in partner.get(where).get_data(as_text=True)
    drain(container)
    html = partner.get(where).get_data(as_text=True)
    assert "every 1s" not in html
    assert look(container, ContactImport)[0].counts == {
        "added": 2,
        "known": 0,
        "on_list": 2,
        "suppressed": 0,
        "row.email_invalid": 1,
    }
    table = partner.get(f"/portal/audience/lists/{people}?q=bo").get_data(as_text=True)
    assert "bo@x.example" in table
    assert "ada@x.example" not in table
    exported = partner.get(f"/portal/audience/lists/{people}.csv").get_data(as_text=True)
    assert exported.startswith("\ufeffemail,")
    assert ",'=1+1," in exported


def test_a_bad_file_is_refused_by_name(partner, people):
    answer = partner.post(
        f"/portal/audience/lists/{people}/import",
        data={"csrf_token": csrf(partner), "file": (io.BytesIO(b"PK\x03\x04zip"), "a.xlsx")},
        follow_redirects=True,
    )
    assert "CSV" in answer.get_data(as_text=True)


def test_a_contact_is_edited_with_its_version_and_erased(partner, container, people):
    (contact,) = look(container, Contact)
    path = f"/portal/audience/contacts/{contact.id}"
    fields = {"email": "new@x.example", "first_name": "Olga", "version": "1"}
    assert post(partner, path, **fields).status_code == 303
    assert post(partner, path, **fields).status_code == 422
    assert post(partner, path + "/erase").status_code == 303
    (contact,) = look(container, Contact)
    assert (contact.email, contact.first_name) == ("", "")
    assert partner.get(path).status_code == 200


def test_blocking_and_allowing(partner, container):
    post(partner, "/portal/audience/blocked", addresses="a@x.example\nnonsense\nA@x.example\n")
    (row,) = look(container, Suppression)
    assert "a@x.example" in partner.get("/portal/audience/blocked?q=A@X").get_data(as_text=True)
    post(partner, f"/portal/audience/blocked/{row.id}/lift")
    assert look(container, Suppression)[0].lifted_at is not None


def test_another_partner_finds_nothing(sign_in, container, people):
    stranger = sign_in("other_partner")
    (contact,) = look(container, Contact)
    for path in (
        f"/portal/audience/lists/{people}",
        f"/portal/audience/contacts/{contact.id}",
        f"/portal/audience/lists/{people}.csv",
    ):
        assert stranger.get(path).status_code == 404
    assert "old@x.example" not in stranger.get("/portal/audience/contacts").get_data(as_text=True)
    answer = stranger.post(
        f"/portal/audience/lists/{people}/import",
        data={"csrf_token": csrf(stranger), "file": (io.BytesIO(CSV), "a.csv")},
    )
    assert answer.status_code == 404


def test_a_vendor_sees_no_contacts(sign_in, people):
    vendor = sign_in("vendor")
    for path in ("/portal/audience", "/portal/audience/contacts", "/portal/leads", "/portal/outbox"):
        assert vendor.get(path).status_code == 403


def test_a_member_may_not_export(sign_in, people):
    assert sign_in("member").get(f"/portal/audience/lists/{people}.csv").status_code == 403


def test_leads_are_decided_and_exported(partner, container, world):
    with container.uow() as uow:
        made = make_world(uow.session, manifest={"title": "Quiet heat", "assets": [{"id": "sheet", "title": "Sheet"}]})
        common = {"launch_id": made.launch_id, "programme_id": made.programme_id, "partner_id": world.partner}
        kept = Submission(**common, locale="en", form_token="t", data={"name": "@Ada", "email": "ada@x.example"})
        apart = Submission(
            **common, locale="en", form_token="u", data={"name": "Eve", "email": "eve@x.example"}, verdict="suspect",
            reasons=["too_fast"],
        )  # fmt: skip
        uow.session.add_all([kept, apart])
        uow.session.flush()
        uow.session.add(
            Lead(
                **common, submission_id=kept.id, name="@Ada", email="ada@x.example", email_key="ada@x.example",
                locale="en", message="<b>hi</b>", source_channel="qr", source_asset_id="sheet",
            )
        )  # fmt: skip
    (lead,) = look(container, Lead)
    assert "Sheet" in partner.get("/portal/leads").get_data(as_text=True)
    html = partner.get(f"/portal/leads/{lead.id}").get_data(as_text=True)
    assert "&lt;b&gt;hi" in html
    post(partner, f"/portal/leads/{lead.id}", decision="accept", version="1")
    post(partner, f"/portal/leads/{lead.id}", decision="close", version="1")
    assert look(container, Lead)[0].state == "accepted"
    assert ",'@Ada," in partner.get("/portal/leads/leads.csv").get_data(as_text=True)
    assert "Eve" in partner.get("/portal/leads/doubtful").get_data(as_text=True)
    post(partner, f"/portal/leads/doubtful/{apart.id}")
    assert len(look(container, Lead)) == 2


def test_the_outbox_shows_a_message_in_a_locked_frame(partner, sign_in, container, world):
    data = (
        b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Hello\r\nMessage-ID: <x@y>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative; boundary="z"\r\n\r\n'
        b"--z\r\nContent-Type: text/plain\r\n\r\nplain words\r\n"
        b"--z\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>rich</p>\r\n--z--\r\n"
    )
    keep = KeptFiles(container.storage, container.uow.sessions)
    keep.send([Envelope("a@b.example", "c@d.example", "<x@y>", data, 7, world.partner)])
    (row,) = look(container, KeptMessage)
    page = partner.get(f"/portal/outbox/{row.id}").get_data(as_text=True)
    assert "plain words" in page
    assert re.search(r"<iframe[^>]* sandbox ", page)
    framed = partner.get(f"/portal/outbox/{row.id}/html")
    policy = framed.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src 'none'" in policy
    assert partner.get(f"/portal/outbox/{row.id}.eml").data == data
    assert sign_in("other_partner").get(f"/portal/outbox/{row.id}").status_code == 404


def test_a_contacts_country_and_language_are_chosen_and_odd_ones_kept(partner, container, people, world):
    with container.uow() as uow:
        who = add_person(uow.session, world.partner, people, "odd@x.example", locale="pt-BR")
        uow.session.get(Contact, who).country = "Brasil"
    page = partner.get(f"/portal/audience/contacts/{who}").get_data(as_text=True)
    for name, value in (("country", "Brasil"), ("locale", "pt-BR")):
        box = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL).group()
        assert f'<option value="{value}" selected' in box
        assert f'<option value="{"NO" if name == "country" else "ja"}"' in box
