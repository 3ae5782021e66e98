"""The partner's home and campaign pages: what stands on them, whose it is, and what it costs to make them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, update

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.clock import SetClock
from campaigns.core.ids import new_id
from campaigns.kits.models import Kit, KitVersion
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead, Submission
from campaigns.partners.models import BrandKit, BrandRevision
from tests.factories.campaign_kits import kit_zip
from tests.factories.launching import BRAND, make_list
from tests.factories.live import go_live, publish
from tests.web.conftest import World

SignIn = Callable[[str], FlaskClient]


def give_brand(container: Container, partner_id: UUID) -> UUID:
    with container.uow() as uow:
        revision = BrandRevision(id=new_id(), partner_id=partner_id, number=1, data=BRAND, digest=str(partner_id))
        uow.session.add(revision)
        uow.session.flush()
        uow.session.add(BrandKit(partner_id=partner_id, current_revision_id=revision.id))
    return revision.id


def add_lead(container: Container, launch: Launch, company: str) -> UUID:
    with container.uow() as uow:
        key = f"{company.lower()}@x.example"
        sent = Submission(
            id=new_id(), launch_id=launch.id, programme_id=launch.programme_id, partner_id=launch.partner_id,
            locale="en", form_token=company, data={},
        )  # fmt: skip
        uow.session.add(sent)
        uow.session.flush()
        lead = Lead(
            id=new_id(), launch_id=launch.id, programme_id=launch.programme_id, partner_id=launch.partner_id,
            submission_id=sent.id, name="Ada", email=key, email_key=key, company=company, locale="en",
            created_at=container.clock.now() - timedelta(hours=30),
        )  # fmt: skip
        uow.session.add(lead)
    return lead.id


def partner(world: World) -> Actor:
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner, name="Ines")


def home(client: FlaskClient) -> str:
    answer = client.get("/portal/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(("who", "target"), [("partner", "/portal/"), ("vendor", "/studio/")])
def test_the_root_leads_home_by_role(sign_in: SignIn, who: str, target: str) -> None:
    answer = sign_in(who).get("/")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(target)


def test_a_stranger_is_asked_to_sign_in(app: Flask, world: World) -> None:
    for path in ("/", "/portal/", "/portal/campaigns"):
        assert app.test_client().get(path).headers["Location"].startswith("/sign-in")


def test_a_vendor_has_no_partner_home(sign_in: SignIn) -> None:
    assert sign_in("vendor").get("/portal/").status_code == 403


def test_without_a_brand_one_thing_is_asked(container: Container, world: World, sign_in: SignIn) -> None:
    publish(container, world.programme)
    page = home(sign_in("partner"))
    assert 'name="logo"' in page
    assert "One campaign waits" in page
    assert "/portal/previews/" not in page


def test_the_cards_show_the_partners_own_pieces(container: Container, world: World, sign_in: SignIn) -> None:
    version = publish(container, world.programme)
    revision = give_brand(container, world.partner)
    client = sign_in("partner")
    page = home(client)
    src = f"/portal/previews/{version}/{revision}/en/banner/"
    assert src in page
    assert "Launch “Quiet" in page
    assert f"/portal/campaigns/{version}/launch" in page
    address = src + page.split(src)[1].split('"')[0]
    first = client.get(address)
    assert (first.status_code, first.content_type) == (200, "image/png")
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_leads_failures_and_lists_stand_in_order(container: Container, world: World, sign_in: SignIn) -> None:
    version = publish(container, world.programme)
    give_brand(container, world.partner)
    launch = go_live(container, partner(world), version)
    failed = go_live(container, partner(world), version, click="second")
    for company in ("Castellane", "Dresdner", "Elbe", "Fjord"):
        add_lead(container, launch, company)
    with container.uow() as uow:
        uow.session.execute(update(Launch).where(Launch.id == failed.id).values(state="failed"))
    list_id = make_list(container.uow, world.partner, people=0)
    page = home(sign_in("partner"))
    places = [
        page.index(text) for text in ("Answer Castellane", "Answer Dresdner", "Answer Elbe", "Mend “", "Fill your")
    ]
    assert places == sorted(places)
    assert "Answer Fjord" not in page
    assert "One more waits behind it." in page
    assert "all without a consent" in page or "without a consent that holds" in page
    assert list_id


def test_another_partner_sees_nothing_of_it(container: Container, world: World, sign_in: SignIn) -> None:
    version = publish(container, world.programme)
    revision = give_brand(container, world.partner)
    give_brand(container, world.other_partner)
    launch = go_live(container, partner(world), version)
    add_lead(container, launch, "Castellane")
    make_list(container.uow, world.partner, people=0)
    other = sign_in("other_partner")
    page = home(other)
    for secret in ("Castellane", "Quiet", str(launch.id), str(version), "Fill your"):
        assert secret not in page
    with container.uow.reading() as session:
        kit_id = session.scalar(select(KitVersion.kit_id).where(KitVersion.id == version))
    for path in (f"campaigns/{kit_id}", f"previews/{version}/{revision}/en/banner/jpeg@400x200"):
        assert other.get(f"/portal/{path}").status_code == 404


def test_a_running_launch_hears_of_a_newer_version(container: Container, world: World, sign_in: SignIn) -> None:
    version = publish(container, world.programme)
    give_brand(container, world.partner)
    go_live(container, partner(world), version)
    assert "new version" not in home(sign_in("partner"))
    publish(container, world.programme, kit_zip(version="2.0"))
    assert "version 2 is out" in home(sign_in("partner"))


def test_what_went_out_has_its_figures(container: Container, world: World, sign_in: SignIn, clock: SetClock) -> None:
    version = publish(container, world.programme)
    give_brand(container, world.partner)
    launch = go_live(container, partner(world), version)
    add_lead(container, launch, "Castellane")
    went = home(sign_in("partner")).split('id="out"')[1]
    assert f"/portal/launches/{launch.id}" in went
    assert "<dt>lead</dt><dd>1</dd>" in went


def test_the_list_is_searched_and_filtered_in_the_address(container: Container, world: World, sign_in: SignIn) -> None:
    publish(container, world.programme)
    publish(container, world.programme, kit_zip(slug="frost"))
    give_brand(container, world.partner)
    client = sign_in("partner")
    assert client.get("/portal/campaigns").get_data(as_text=True).count("<article") == 2
    assert client.get("/portal/campaigns?q=QUIET+heat").get_data(as_text=True).count("<article") == 2
    nothing = client.get("/portal/campaigns?q=submarine").get_data(as_text=True)
    assert "<article" not in nothing
    assert "Show all" in nothing
    assert client.get("/portal/campaigns?programme=cordant&page=x").get_data(as_text=True).count("<article") == 0


def test_a_campaign_shows_every_piece_in_every_language(container: Container, world: World, sign_in: SignIn) -> None:
    readme = (
        b"# Title\n\nHow it *runs*.\n\n<script>alert(1)</script> ![x](http://t.example/p.png) [a](javascript:alert(2))"
    )
    version = publish(container, world.programme, kit_zip(README=readme))
    revision = give_brand(container, world.partner)
    with container.uow.reading() as session:
        kit_id = session.scalar(select(Kit.id).join(KitVersion).where(KitVersion.id == version))
    page = sign_in("partner").get(f"/portal/campaigns/{kit_id}").get_data(as_text=True)
    for locale in ("en", "de"):
        for asset in ("banner", "invite", "page", "linkedin"):
            assert f"/portal/previews/{version}/{revision}/{locale}/{asset}/" in page
    assert "How it <em>runs</em>." in page
    assert "On the day you choose, to everybody on your list." in page
    assert "<script>alert" not in page
    assert '<img src="http' not in page
    assert 'href="javascript' not in page


def test_more_launches_and_kits_cost_no_more_queries(
    container: Container, world: World, sign_in: SignIn, engine: Engine
) -> None:
    version = publish(container, world.programme)
    give_brand(container, world.partner)
    launch = go_live(container, partner(world), version)
    client = sign_in("partner")
    home(client)

    def count() -> int:
        ran: list[str] = []

        def note(*args: object) -> None:
            ran.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            home(client)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(ran)

    few = count()
    multiply(container, launch, version, 12)
    assert count() == few


def multiply(container: Container, launch: Launch, version_id: UUID, times: int) -> None:
    """More kits and launches like those, as rows."""
    with container.uow() as uow:
        like = uow.session.get_one(KitVersion, version_id)
        for number in range(times):
            kit = Kit(id=new_id(), programme_id=like.programme_id, slug=f"k{number}", title=f"K{number}")
            uow.session.add(kit)
            uow.session.flush()
            made = KitVersion(
                id=new_id(), kit_id=kit.id, programme_id=like.programme_id, number=1, label="1", digest=f"d{number}",
                state="published", archive_key=like.archive_key, manifest=like.manifest | {"title": f"K{number}"},
                coverage=like.coverage, checked_at=like.checked_at, published_at=like.published_at,
            )  # fmt: skip
            uow.session.add(made)
            uow.session.flush()
            uow.session.add(
                Launch(
                    id=new_id(), slug=f"s{number}", programme_id=like.programme_id, partner_id=launch.partner_id,
                    kit_version_id=made.id, brand_revision_id=launch.brand_revision_id, client_token=f"t{number}",
                    locales=["en"], state=("running", "paused", "finished")[number % 3], starts_at=launch.starts_at,
                )
            )  # fmt: skip
