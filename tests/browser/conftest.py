"""One running product, one browser and the demo's people for every browser test."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import dealing, history, launching, seed, vendor_leads
from app.demo.plan import DemoPlan, read_plan
from app.demo.sign_ins import SignIns
from campaigns.core.actor import SYSTEM, Actor, Role
from campaigns.launches.models import Launch
from campaigns.mailroom.models import KeptMessage
from campaigns.mailroom.service import Letter
from campaigns.partners.service.founding import add_person
from campaigns.partners.service.invitations import invite_partner
from tests.factories.starter import HEAT, ROOT, write_starter
from tests.fixtures.running import Running, embedded

LOCALES = ("en", "ar")
WIDE = {"width": 1440, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium and shares one stack, so it belongs to one xdist worker."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(400))
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass(frozen=True)
class Product:
    """The running stack, who can sign in to it, and a finished launch of each partner by slug."""

    running: Running
    sign_ins: SignIns
    plan: DemoPlan
    launches: dict[str, UUID]
    invitation: str

    @property
    def url(self) -> str:
        return self.running.url

    def launch(self, slug: str) -> Launch:
        with self.running.container.uow.reading() as session:
            found = session.scalars(select(Launch).where(Launch.id == self.launches[slug])).one()
            session.expunge(found)
        return found


@pytest.fixture(scope="session")
def product(chromium: str) -> Iterator[Product]:
    """`throughline up` with a starter kit in two languages, two partners with brands, and a launch of each."""
    del chromium  # no stack where nobody can look at it
    folder = Path(tempfile.mkdtemp(prefix="tlbr-"))
    write_starter(folder, HEAT, LOCALES)
    plan = read_plan(ROOT / "assets" / "demo" / "programme.toml")
    partners = tuple(replace(item, locales=_worked(item.locales)) for item in plan.partners if item.slug != "tanabe")
    plan = replace(plan, vendors=(replace(plan.vendors[0], kits=(HEAT,)),), launch=HEAT, partners=partners)
    sign_ins = SignIns(folder / "sign-ins.json")
    with embedded() as running:
        box = running.container
        programme_id, *_ = seed.seed(box, plan, folder, sign_ins, lambda _line: None)
        with box.uow() as uow:
            email = "arwa@halvorsen.example"
            add_person(
                uow, SYSTEM, email=email, name="أروى", role=Role.ADMIN, locale="ar",
                password=sign_ins.password(email), programme_id=programme_id,
            )  # fmt: skip
        dealing.seed_deals(box, plan)
        vendor_leads.seed_vendor_leads(box, plan)
        made = [launching.start(box, plan, item, seed.contact_list(box, item)) for item in plan.partners]
        *_, (ready, total) = launching.follow(box, made)
        assert ready == total > 0, running.tails()
        history.tell(box, made, {})
        with box.uow() as uow:
            vendor = Actor(kind="person", role=Role.ADMIN, programme_id=programme_id, name="Ragna")
            invited = invite_partner(
                uow, vendor, company="Quarry Lane", country="GB", email="jo@quarry.example", name="Jo", locale="en",
                compose=lambda _offer: Letter("Come in", "Come in", "<p>Come in</p>"),
            )  # fmt: skip
        found = Product(running, sign_ins, plan, {item.partner.slug: item.launch_id for item in made}, invited.secret)
        for item in made:
            _answer(found, item.partner.slug)
        yield found
    shutil.rmtree(folder, ignore_errors=True)


def _answer(product: Product, slug: str) -> None:
    """Somebody fills in the landing form, and a mail of the sequence is kept."""
    launch = product.launch(slug)
    address = f"{product.url}/l/{launch.slug}/{launch.locales[0]}"
    page = requests.get(address, timeout=20).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    fields = {"form_token": token, "via": "", "name": "Robin Hale", "email": f"robin@{slug}.example", "consent": "on"}
    time.sleep(3)  # a form filled in faster than that is not a person's
    answer = requests.post(address, data=fields, timeout=20)
    assert "/thanks" in answer.url, answer.text
    deadline = time.monotonic() + 30
    with product.running.container.uow.reading() as session:
        while not _kept(session, launch.partner_id):
            assert time.monotonic() < deadline, product.running.tails()
            time.sleep(0.2)


def _kept(session: Session, partner_id: UUID) -> bool:
    session.rollback()
    return session.scalar(select(KeptMessage.id).where(KeptMessage.partner_id == partner_id).limit(1)) is not None


def _worked(locales: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(LOCALES, key=lambda locale: locale != locales[0]))


class Watched:
    """Collects what a browser complains of, on every page of its context."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        context.on("console", lambda said: self._note(said.type, said.text) if said.type == "error" else None)
        context.on("weberror", lambda said: self._note("exception", str(said.error)))
        context.on(
            "response", lambda got: self._note("status", f"{got.status} {got.url}") if got.status >= 500 else None
        )

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")


def sign_in(page: Page, product: Product, email: str) -> None:
    """Through the form, as people do."""
    page.goto(f"{product.url}/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", product.sign_ins.password(email))
    page.click("form button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def states(browser: Browser, product: Product) -> dict[str, dict[str, object]]:
    """Cookies of somebody signed in, by address, made once each."""
    made: dict[str, dict[str, object]] = {}
    emails = ["ines.marlow@osterly.example", "layla.hamdan@naseem.example"]
    for email in [*emails, "ragna.nygard@halvorsen.example", "arwa@halvorsen.example"]:
        context = browser.new_context()
        sign_in(context.new_page(), product, email)
        made[email] = context.storage_state()  # type: ignore[assignment]
        context.close()
    return made
