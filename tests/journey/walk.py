"""The way of a campaign over HTTP and SMTP, the same on every stack: from a kit's upload to a lead, and silence."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape
from typing import TypeVar
from uuid import UUID

import requests
from sqlalchemy import func, select, text, update

from campaigns.artifacts.models import Artifact
from campaigns.core.actor import SYSTEM, Role
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.leads.models import Lead, Submission
from campaigns.partners.service.founding import add_person, found_programme
from campaigns.sequences.models import Delivery
from tests.factories.starter import ROOT, starter_zip
from tests.fixtures.running import Running
from tests.fixtures.sink import Sink
from tests.fixtures.visitor import Visitor

Found = TypeVar("Found")
VENDOR, PARTNER = "vera@vendor.example", "piet@partner.example"
PASSWORD = "a lantern in the boiler room"
READER, LEAVER, SILENT = "reader@clients.example", "leaver@clients.example", "silent@clients.example"
CONTACTS = f"""email,first_name,last_name,company,basis,consent_date
{READER},Rhea,Dale,Dale & Sons,consent,2026-05-01
{LEAVER},Leo,Ash,Ash Ltd,consent,2026-05-01
{SILENT},Sita,Bell,Bell Inc,contract,2026-05-01
no-basis@clients.example,Nora,Pine,Pine,,
not an address,X,Y,Z,consent,2026-05-01
"""


@dataclass
class Walk:
    """One journey on one stack."""

    running: Running
    sink: Sink

    def until(self, seen: Callable[[], Found | None], what: str, within_s: float = 60) -> Found:
        """The first truthy answer; the processes' logs if none comes."""
        deadline = time.monotonic() + within_s
        while True:
            found = seen()
            if found:
                return found
            assert time.monotonic() < deadline, f"{what} did not happen in {within_s:.0f} s\n{self.running.tails()}"
            time.sleep(0.1)

    def mails(self, address: str, subject: str = "") -> list[EmailMessage]:
        """What the mail server took for an address, oldest first."""
        parsed = [
            BytesParser(EmailMessage, policy=policy.default).parsebytes(data) for data in self.sink.taken(address)
        ]
        return [mail for mail in parsed if subject in str(mail["Subject"])]

    def mail(self, address: str, subject: str = "") -> EmailMessage:
        return self.until(lambda: self.mails(address, subject), f"a mail “{subject}” to {address}")[0]


def html_of(mail: EmailMessage) -> str:
    """The HTML part as text."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def walk(running: Running, sink: Sink) -> None:
    """The journey; every step is asserted where it happens."""
    way = Walk(running, sink)
    vendor = _vendor_with_kit(way)
    partner = _partner_with_brand(way, vendor)
    list_id = _contacts(way, partner)
    launch_id = _launch(way, partner, list_id)
    slug = _ready(way, launch_id)
    _reader_answers(way, partner, slug)
    _leaver_leaves(way)
    _only_the_silent_one_hears_more(way, launch_id)


def _vendor_with_kit(way: Walk) -> Visitor:
    with way.running.container.uow() as uow:
        programme_id = found_programme(
            uow, SYSTEM, name="Halvorsen Climate", locale="en", time_zone="Europe/Oslo",
            postal_address="Fjordgata 11, Trondheim", sender_email="partners@vendor.example",
        )  # fmt: skip
        add_person(
            uow, SYSTEM, email=VENDOR, name="Vera", role=Role.ADMIN, locale="en",
            password=PASSWORD, programme_id=programme_id,
        )  # fmt: skip
    vendor = Visitor(way.running.url)
    vendor.sign_in(VENDOR, PASSWORD)
    page = vendor.submit(
        vendor.get("/studio/kits"), {}, action="/studio/kits", files={"kit": ("kit.zip", starter_zip(locales=("en",)))}
    )
    assert "/studio/kits/" in page.url, page.text[:3000]
    checked = way.until(lambda: _publishable(vendor, page.url), "the kit's check", 120)
    vendor.submit(checked, {}, action="/publish")
    return vendor


def _publishable(vendor: Visitor, address: str) -> requests.Response | None:
    page = vendor.get(address)
    return page if re.search(r'action="[^"]*/publish"', page.text) else None


def _partner_with_brand(way: Walk, vendor: Visitor) -> Visitor:
    invitation = {"company": "Brightwater Heating", "country": "GB", "email": PARTNER, "name": "Piet", "locale": "en"}
    vendor.submit(vendor.get("/studio/partners"), invitation, action="/studio/partners")
    letter = way.mail(PARTNER)
    link = re.search(r"https?://[^\s\"<>]+/invitation/[\w-]+", html_of(letter))
    assert link, html_of(letter)
    partner = Visitor(way.running.url)
    brand = partner.submit(partner.get(link[0]), {"name": "Piet Moor", "password": PASSWORD})
    assert brand.url.endswith("/portal/brand")
    for ground in ("light", "dark"):
        logo = (ROOT / "assets" / "demo" / "osterly" / f"logo-{ground}.svg").read_bytes()
        brand = partner.submit(
            brand, {"ground": ground}, action="/portal/brand/logo", files={"logo": ("logo.svg", logo)}
        )
    words = {"phone": "+44 117 496 0142", "url": "brightwater.example", "address": "1 Quayside, Bristol"}
    words["legal_line"] = "Brightwater Heating Ltd, 1 Quayside, Bristol"
    words["email"] = "hello@brightwater.example"
    partner.submit(partner.get("/portal/brand?edit=beside"), words, action="/portal/brand/save")
    return partner


def _contacts(way: Walk, partner: Visitor) -> str:
    page = partner.submit(partner.get("/portal/audience"), {"name": "Clients"}, action="/portal/audience/lists")
    list_id = page.url.rsplit("/", 1)[-1]
    draft = partner.submit(page, {}, action="/import", files={"file": ("clients.csv", CONTACTS.encode())})
    done = partner.submit(draft, {"source": "Journey", "act": "take"}, action="/portal/audience/imports/")
    taken = way.until(lambda: _imported(partner, done.url), "the import")
    assert "not an address" in taken.text, "the bad row is listed"
    return list_id


def _imported(partner: Visitor, address: str) -> requests.Response | None:
    page = partner.get(address)
    return page if "not an address" in page.text else None


def _launch(way: Walk, partner: Visitor, list_id: str) -> UUID:
    campaigns = partner.get("/portal/campaigns")
    href = re.search(r'href="(/portal/campaigns/[0-9a-f-]+/launch)"', campaigns.text)
    assert href, campaigns.text[:3000]
    panel = partner.get(f"{href[1]}?asked=1&locale=en&list={list_id}&when=now")
    assert "3 people" in panel.text
    form = partner.form(panel, "/launch")
    first = partner.submit(panel, {"when": "now"}, action="/launch")
    again = partner.submit(panel, {"when": "now"}, action="/launch")
    assert first.url == again.url, "the same click twice is one launch"
    assert dict(form.values)["client_token"]
    with way.running.container.uow.reading() as session:
        assert session.scalar(select(func.count()).select_from(Launch)) == 1
    return UUID(first.url.rsplit("/", 1)[-1])


def _ready(way: Walk, launch_id: UUID) -> str:
    def state() -> Launch | None:
        with way.running.container.uow.reading() as session:
            launch = session.get_one(Launch, launch_id)
            assert launch.state != "failed", launch.failure
            session.expunge(launch)
            return launch if launch.state == "running" else None

    launch = way.until(state, "the launch")
    with way.running.container.uow.reading() as session:
        states = dict(session.execute(select(LaunchPiece.state, func.count()).group_by(LaunchPiece.state)).all())
        made = session.scalars(select(Artifact.storage_key)).all()
    assert set(states) == {"ready"}
    assert states["ready"] == 12
    assert all(way.running.container.storage.stat(key) for key in made)
    return launch.slug


def _reader_answers(way: Walk, partner: Visitor, slug: str) -> None:
    mail = way.mail(READER)
    assert "Rhea" in html_of(mail)
    tracked = [unescape(url) for url in re.findall(r'href="([^"]*/t/[^"]+)"', html_of(mail))]
    assert tracked, html_of(mail)[:2000]
    reader = Visitor(way.running.url)
    pages = [reader.session.get(url, timeout=20) for url in tracked]
    landing = next(page for page in pages if f"/l/{slug}/en" in page.url and "form_token" in page.text)
    time.sleep(3)  # faster is taken for a machine's doing
    answers = {"name": "Rhea Dale", "email": READER, "company": "Dale & Sons", "consent": "on"}
    thanks = reader.submit(landing, answers, action=f"/l/{slug}/en")
    assert "/thanks" in thanks.url, thanks.text[-3000:]

    def lead() -> Lead | None:
        with way.running.container.uow.reading() as session:
            return session.scalars(select(Lead)).one_or_none()

    with way.running.container.uow.reading() as session:
        judged = [(row.verdict, row.reasons) for row in session.scalars(select(Submission))]
    assert [verdict for verdict, _reasons in judged] == ["human"], judged
    assert way.until(lead, "the lead", 20)
    assert "Rhea Dale" in partner.get("/portal/leads").text
    way.until(lambda: len(way.mails(READER)) == 2, "the confirmation")


def _leaver_leaves(way: Walk) -> None:
    mail = way.mail(LEAVER)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(r"<(https?://[^>]+/u/[^>]+)>", str(mail["List-Unsubscribe"]))
    assert link
    looked = requests.get(link[1], timeout=20)
    assert looked.status_code == 200
    answer = requests.post(link[1], data={"List-Unsubscribe": "One-Click"}, timeout=20, allow_redirects=False)
    assert answer.status_code == 200


def _only_the_silent_one_hears_more(way: Walk, launch_id: UUID) -> None:
    """The days pass: what is due in three and seven days becomes due now, one step after the other."""
    container = way.running.container
    way.mail(SILENT)
    for heard in (2, 3):
        way.until(lambda: _next_is_planned(way, launch_id), "the next step's delivery")
        with container.uow() as uow:
            uow.session.execute(
                update(Delivery)
                .where(Delivery.launch_id == launch_id, Delivery.state == "due")
                .values(due_at=text("now()"))
            )
        way.until(lambda heard=heard: len(way.mails(SILENT)) == heard, f"mail {heard} to the silent one")
    # The mail is at the sink before its delivery is written down as sent.
    way.until(lambda: "claimed" not in _states(way, launch_id), "the last delivery written down")
    counts = _states(way, launch_id)
    assert counts["sent"] == 5, counts
    assert set(counts) <= {"sent", "skipped", "cancelled"}, counts
    assert len(way.mails(READER)) == 2, "the invitation and the confirmation, nothing after the answer"
    assert len(way.mails(LEAVER)) == 1, "nothing after the unsubscribe"
    assert way.mails("no-basis@clients.example") == []


def _states(way: Walk, launch_id: UUID) -> dict[str, int]:
    """How many deliveries of the launch are in each state."""
    with way.running.container.uow.reading() as session:
        states = session.execute(
            select(Delivery.state, func.count()).where(Delivery.launch_id == launch_id).group_by(Delivery.state)
        ).all()
    return {str(state): int(count) for state, count in states}


def _next_is_planned(way: Walk, launch_id: UUID) -> bool:
    with way.running.container.uow.reading() as session:
        planned = select(Delivery.id).where(Delivery.launch_id == launch_id, Delivery.state == "due")
        return session.scalar(planned.limit(1)) is not None
