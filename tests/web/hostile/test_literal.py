"""Texts that mean harm, from the forms where people type them to every artifact that carries them: letters, no more.

One launch through the real entrances: the brand by its form, the contacts by their file, the confirm by the panel.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from campaigns.audience.models import ContactList
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead
from campaigns.sequences.sending import send_due
from renderer.kit.archive import pack_kit
from tests.factories.hostile_texts import EVERYTHING, FORMULAS, HEADERS
from tests.factories.kits import MANIFEST, small_kit
from tests.factories.live import drain, publish
from tests.web.conftest import csrf_of

TEMPLATE = "{{7*7}} {% if %} {{ ''.__class__ }}"
SCRIPT = "<script>alert(1)</script>"
TYPED = {
    "name": f"{{{{7*7}}}} {{% if %}} {SCRIPT}",
    "legal_name": f"Legal {TEMPLATE} {SCRIPT}",
    "tagline": f"Tag {TEMPLATE} {SCRIPT}",
    "address": f"Address {TEMPLATE} {SCRIPT}",
    "legal_line": f"Line {TEMPLATE} {SCRIPT}",
}
CHECKED = {"phone": "+44 117 496 0142", "email": "hello@osterly.example", "url": "https://osterly.example"}
COLOURS = {"primary": "#14304d", "secondary": "#f2a61c"}
OFFER = f"Offer {TEMPLATE} {SCRIPT}"
CELLS = {
    "first_name": f"First {TEMPLATE} {SCRIPT}",
    "last_name": "Last\r\nBcc: all@evil.example",
    "company": "Firm\u2028X-Evil: 1\u2029{{7*7}}\x85%0d%0aX-Evil: 1",
}
LIST = 'List {{7*7}} <script>alert(1)</script> "; x=\\..\\'
FILE = 'Kunden {{7*7}}"\r\nX-Evil: 1<script>.csv'
BREAKS = [name for name in HEADERS if name not in ("encoded-word", "percent-crlf")]
EVERY = " | ".join(f"{{{{ brand.{name} }}}}" for name in (*TYPED, *CHECKED)) + " | {{ field.offer }}"
CONTACT = "{{ contact.first_name }} | {{ contact.last_name }} | {{ contact.company }}"
WANTED = {
    "from", "to", "reply-to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post",
    "feedback-id", "auto-submitted", "content-language", "mime-version", "content-type",
}  # fmt: skip
LITERAL = [*TYPED.values(), *CHECKED.values(), OFFER]


def kit() -> bytes:
    """Every text of a partner in every kind of piece."""
    files = {path: data for path, data in small_kit().items() if not path.startswith("locales/")}
    manifest = MANIFEST.replace('["en", "de", "ar"]', '["en"]').replace('channel = "x"', 'channel = "linkedin"')
    slots = '{"schema": 1, "unit": "%s", "slots": [{"id": "all", "type": "text", "box": %s, "value": "%s", %s}]}'
    small = '"size": 6, "min_size": 3, "overflow": "shrink"'
    return pack_kit(
        files
        | {
            "kit.toml": manifest.replace("max_chars = 80", "max_chars = 120").encode(),
            "pdf/sheet.layout.json": (slots % ("mm", "[5, 5, 90, 90]", EVERY, small)).encode(),
            "images/banner.layout.json": (slots % ("px", "[5, 5, 280, 150]", EVERY, small)).encode(),
            "email/invite.mjml": (
                "<mjml><mj-body><mj-section><mj-column>"
                f"<mj-text>{EVERY}</mj-text><mj-text>{CONTACT}</mj-text>"
                '<mj-button href="{{ link.landing }}">x</mj-button>'
                '<mj-text><a href="{{ link.unsubscribe }}">x</a></mj-text></mj-column></mj-section></mj-body></mjml>'
            ).encode(),
            "landing/page.html": (
                "<!doctype html><html><head><title>{{ brand.name }}</title></head>"
                f'<body><p title="{{{{ brand.tagline }}}}">{EVERY}</p>{{{{ form }}}}</body></html>'
            ).encode(),
            "posts/x.txt": f"{EVERY} {{{{ link.channels.linkedin }}}}\n".encode(),
        }
    )


def flat(text: str) -> str:
    return "".join(text.split())


def post(client: Any, path: str, **data: Any) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client, "/account"), **data})


@pytest.fixture
def partner(sign_in: Any) -> Any:
    return sign_in("partner")


def brand_version(client: Any) -> str:
    return re.search(r'name="version" value="(\d+)"', client.get("/portal/brand").get_data(as_text=True)).group(1)


def save_brand(client: Any, **changed: str) -> Any:
    data = TYPED | CHECKED | COLOURS | {"version": brand_version(client)} | changed
    return post(client, "/portal/brand/save", **data)


def import_contacts(client: Any, container: Any) -> Any:
    assert post(client, "/portal/audience/lists", name=LIST).status_code == 303
    with container.uow.reading() as session:
        list_id = session.scalars(select(ContactList.id)).one()
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["email", *CELLS])
    rows.writerow(["ada@clients.example", *CELLS.values()])
    rows.writerow(["ada@clients.example\r\nBcc: all@evil.example", "Bo", "B", "C"])
    rows.writerow([f"{TEMPLATE}@clients.example", "Cy", "C", "C"])
    rows.writerows([f"f{at}@clients.example", text, text, text] for at, text in enumerate(FORMULAS.values()))
    taken = post(client, f"/portal/audience/lists/{list_id}/import", file=(io.BytesIO(out.getvalue().encode()), FILE))
    where = taken.headers["Location"]
    assert "<script>alert" not in client.get(where).get_data(as_text=True)
    chosen = {"c0": "email", "c1": "first_name", "c2": "last_name", "c3": "company", "has_header": "1"}
    answer = post(client, where, act="take", basis="consent", source="fair", given_on="2026-05-01", **chosen)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    drain(container)
    assert "<script>alert" not in client.get(where).get_data(as_text=True)
    return list_id


@pytest.fixture
def launched(partner: Any, container: Any, world: Any) -> Any:
    version = publish(container, world.programme, kit())
    assert save_brand(partner).status_code == 303
    list_id = import_contacts(partner, container)
    data = {
        "client_token": "t", "asked": "1", "locale": "en", "list": str(list_id), "when": "now", "f.offer": OFFER,
    }  # fmt: skip
    answer = post(partner, f"/portal/campaigns/{version}/launch", **data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    drain(container)
    with container.uow.reading() as session:
        launch = session.scalars(select(Launch)).one()
        session.expunge(launch)
    send_due(container, launch.id)
    assert launch.state in {"running", "finished"}
    return SimpleNamespace(launch=launch, list_id=list_id, page=f"/portal/launches/{launch.id}")


def one_header(answer: Any, name: str) -> str:
    values = answer.headers.getlist(name)
    assert len(values) == 1
    assert values[0].isprintable()
    assert values[0].isascii()
    assert "X-Evil" not in answer.headers
    return str(values[0])


def test_what_a_partner_types_is_letters_in_every_artifact(launched: Any, partner: Any, container: Any) -> None:
    answer = partner.get(f"{launched.page}/everything.zip")
    assert answer.status_code == 200
    one_header(answer, "Content-Disposition")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    assert all(name.isprintable() and ".." not in name and not name.startswith("/") for name in files)
    sheet = next(data for name, data in files.items() if name.endswith(".pdf"))
    drawn = flat("".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages))
    posted = next(data for name, data in files.items() if name.endswith(".txt") and b"|" in data).decode()
    visited = partner.application.test_client().get(f"/l/{launched.launch.slug}/en")
    page = visited.get_data(as_text=True)
    for text in LITERAL:
        assert flat(text) in drawn
        assert text in posted
        assert text in unescape(page)
    for name, data in files.items():
        if not name.endswith((".pdf", ".txt", ".png", ".jpg", ".jpeg")):
            assert b"<script>alert" not in data, name
    assert "<script>alert" not in page
    assert "X-Evil" not in visited.headers
    for path in ("", "/pieces"):
        shown = partner.get(launched.page + path).get_data(as_text=True)
        assert "<script>alert" not in shown


def test_a_mail_has_its_headers_and_no_others(launched: Any, container: Any) -> None:
    mails = {one.recipient: one.data for one in container.mail.sent if one.delivery_id}
    assert "ada@clients.example" in mails
    assert not any("evil" in recipient or "{" in recipient for recipient in mails)
    for recipient, raw in mails.items():
        head = raw.partition(b"\r\n\r\n")[0]
        head.decode("ascii")
        mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
        names = [name.lower() for name in mail]
        assert len(names) == len(set(names))
        assert set(names) == WANTED
        assert not mail.defects
        assert [box.addr_spec for box in mail["To"].addresses] == [recipient]
        assert mail["From"].addresses[0].display_name == TYPED["name"]
        assert mail["Subject"] == f"News from {TYPED['name']}"
        html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
        assert "<script>alert" not in html
        for literal in LITERAL:
            assert flat(literal) in flat(unescape(html))
            assert flat(literal) in flat(text)
    ada = BytesParser(EmailMessage, policy=policy.default).parsebytes(mails["ada@clients.example"])
    shown = flat(unescape(ada.get_body(("html",)).get_content()))
    assert flat(CELLS["first_name"]) in shown
    assert flat("Last Bcc: all@evil.example") in shown
    assert "Firm X-Evil: 1 {{7*7}} %0d%0aX-Evil: 1".replace(" ", "") in shown


def test_no_export_holds_a_formula(launched: Any, partner: Any, api: Any, container: Any) -> None:
    whose = {key: getattr(launched.launch, key) for key in ("programme_id", "partner_id")}
    with container.uow() as uow:
        from campaigns.core.ids import new_id
        from campaigns.leads.models import Submission

        for at, text in enumerate(FORMULAS.values()):
            form = Submission(
                id=new_id(), locale="en", form_token=str(at), data={"email": "a@x.example", "name": text},
                launch_id=launched.launch.id, **whose,
            )  # fmt: skip
            uow.session.add(form)
            uow.session.flush()
            email = f"lead{at}@x.example"
            uow.session.add(
                Lead(submission_id=form.id, name=text, company=text, phone=text, email=email, email_key=email,
                     locale="en", launch_id=launched.launch.id, **whose)
            )  # fmt: skip
    calls = api("partner")
    lists = f"/portal/audience/lists/{launched.list_id}.csv"
    answers = [partner.get(path) for path in (lists, "/portal/audience/contacts.csv", "/portal/leads/leads.csv")]
    answers += [calls.get(path) for path in ("/exports/contacts.csv", "/exports/leads.csv")]
    for answer in answers:
        assert answer.status_code == 200, answer.request.path
        one_header(answer, "Content-Disposition")
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
        assert len(rows) > len(FORMULAS)
        cells = [cell for row in rows for cell in row]
        begins = [cell for cell in cells if re.match('[\\s"\u200b\ufeff\u00ad]*[=+\\-@\uff1d]', cell)]
        assert begins == []
        assert sum(cell.startswith("'") for cell in cells) >= len(FORMULAS)


def test_a_line_break_in_a_brand_field_is_refused_by_name(partner: Any) -> None:
    for name in BREAKS:
        for field in (*TYPED, *CHECKED):
            answer = save_brand(partner, **{field: HEADERS[name]})
            assert (answer.status_code, field in marked(answer)) == (422, True), (name, field)


def test_what_has_a_form_of_its_own_takes_no_template(partner: Any) -> None:
    for field in (*CHECKED, *COLOURS):
        for text in (TEMPLATE, SCRIPT, "{% if %}"):
            answer = save_brand(partner, **{field: text})
            assert (answer.status_code, field in marked(answer)) == (422, True), (text, field)


def test_a_line_break_in_a_launch_field_is_refused_by_name(partner: Any, container: Any, world: Any) -> None:
    version = publish(container, world.programme, kit())
    assert save_brand(partner).status_code == 303
    for name in (*BREAKS, "override"):
        data = {"client_token": "t", "asked": "1", "locale": "en", "list": "none", "when": "now"}
        answer = post(partner, f"/portal/campaigns/{version}/launch", **data, **{"f.offer": EVERYTHING[name]})
        assert (answer.status_code, "f.offer" in marked(answer)) == (422, True), name
    with container.uow.reading() as session:
        assert session.scalars(select(Launch)).all() == []


def marked(answer: Any) -> set[str]:
    """The fields a page shows as wrong."""
    inputs = re.findall(r"<(?:input|textarea)[^>]*aria-invalid=.true.[^>]*>", answer.get_data(as_text=True))
    return {found.group(1) for one in inputs if (found := re.search(r'name="([\w.]+)"', one))}
