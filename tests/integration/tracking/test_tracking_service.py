"""Tracked links: made once, followed, judged, upgraded; tokens that cannot be forged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns.tracking import tokens
from campaigns.tracking.models import Touchpoint, TrackedLink
from campaigns.tracking.queries import effective, last_source, touch_counts
from campaigns.tracking.service import (
    RequestFacts,
    Touched,
    follow,
    make_links,
    record_deliveries,
    record_touch,
    visitor_digest,
)
from renderer.kit.manifest import Asset, Manifest, Output, Step
from tests.factories.mailing import NOW, add_person, make_world

PERSON = RequestFacts("GET", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "203.0.113.7")


@dataclass(frozen=True, slots=True)
class PublicSettings:
    public_url: str = "https://go.example"
    secret_key: str = "k" * 40


SETTINGS = PublicSettings()
MANIFEST = Manifest(
    slug="spring", version="1", title="Spring", summary="", source_locale="en", locales=("en", "de"),
    assets=(
        Asset("sheet", "pdf", "Sheet", "s.pdf", (Output("pdf"),)),
        Asset("banner", "image", "Banner", "b.png", (Output("png"),)),
        Asset("invite", "email", "Invite", "i.mjml", (Output("email"),)),
        Asset("page", "landing", "Page", "p.html", (Output("html"),)),
        Asset("linkedin", "post", "Post", "l.txt", (Output("text"),), channel="linkedin"),
    ),
    steps=(Step("first", "invite", timedelta(0)),),
)  # fmt: skip


@pytest.fixture
def world(uow):
    return make_world(uow.session)


@pytest.fixture
def links(uow, world):
    return make(uow, world)


def make(uow, world):
    return make_links(
        uow.session, SETTINGS, launch_id=world.launch_id, slug=world.slug, programme_id=world.programme_id,
        partner_id=world.partner_id, manifest=MANIFEST, locales=("en", "de"),
    )  # fmt: skip


def token(url):
    return url.rsplit("/", 1)[1]


def rows(uow):
    return uow.session.execute(select(Touchpoint).order_by(Touchpoint.id)).scalars().all()


def test_links_are_made_once_and_each_piece_has_its_own(uow, world, links):
    before = uow.session.scalar(select(func.count()).select_from(TrackedLink))
    assert make(uow, world) == links
    assert uow.session.scalar(select(func.count()).select_from(TrackedLink)) == before
    en = links["en"]
    own = [en["sheet"].qr, en["banner"].qr, en["sheet"].landing, en["invite"].landing, links["de"]["sheet"].qr]
    assert len(set(own)) == len(own)
    assert en["linkedin"].channels["linkedin"] == en["linkedin"].landing
    assert en["page"].landing == f"https://go.example/l/{world.slug}/en"
    assert en["invite"].images["banner"] == f"https://go.example/l/{world.slug}/en/media/banner"
    assert set(en["invite"].files) == {"sheet", "banner"}
    assert len(en["sheet"].qr) < 40


def test_the_target_comes_from_the_database_and_the_visit_is_kept_without_an_address(uow, world, links):
    target = follow(uow, SETTINGS, token(links["en"]["sheet"].qr), PERSON)
    assert target.url.startswith(f"https://go.example/l/{world.slug}/en?via=")
    (touch,) = rows(uow)
    assert (touch.kind, touch.channel, touch.asset_id, touch.verdict) == ("click", "qr", "sheet", "human")
    assert touch.visitor == visitor_digest(SETTINGS.secret_key, world.launch_id, PERSON)
    stored = repr([getattr(touch, column.key) for column in Touchpoint.__table__.columns])
    assert "203.0.113.7" not in stored
    assert "Firefox" not in stored


def test_a_file_link_is_a_download(uow, world, links):
    target = follow(uow, SETTINGS, token(links["en"]["invite"].files["sheet"]), PERSON)
    assert target.url == f"https://go.example/l/{world.slug}/en/files/sheet"
    assert [(row.kind, row.asset_id, row.step_id) for row in rows(uow)] == [("download", "sheet", "first")]


def test_a_wrong_token_is_unknown_and_leaves_nothing(uow, links):
    good = token(links["en"]["sheet"].qr)
    swapped = good[:-1] + ("0" if good[-1] != "0" else "1")
    unsubscribe = tokens.unsubscribe_token(SETTINGS.secret_key, 1)
    other = tokens.link_token("x" * 40, 1)
    missing = tokens.link_token(SETTINGS.secret_key, 10**9)
    for wrong in (swapped, good[1:], "0" + good, "", "é" * 12, "../../etc", good + "\n", unsubscribe, other, missing):
        assert follow(uow, SETTINGS, wrong, PERSON) is None
    assert rows(uow) == []


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (RequestFacts("HEAD", PERSON.user_agent, "1.1.1.1"), "head"),
        (RequestFacts("GET", "  ", "1.1.1.1"), "no_user_agent"),
        (RequestFacts("GET", "Slackbot-LinkExpanding 1.0", "1.1.1.1"), "scanner"),
    ],
)
def test_sure_signs_make_a_bot(uow, links, facts, reason):
    follow(uow, SETTINGS, token(links["en"]["sheet"].qr), facts)
    (touch,) = rows(uow)
    assert (touch.verdict, touch.reasons) == ("bot", [reason])


def delivered(uow, world, contact, delivery_id=77):
    whose = (world.launch_id, world.programme_id, world.partner_id)
    record_deliveries(uow.session, [Touched(*whose, delivery_id, contact, "invite", "first", "en", NOW)])


def mail_token(url, delivery_id=77):
    link = tokens.read_link_token(SETTINGS.secret_key, token(url))
    return tokens.link_token(SETTINGS.secret_key, link.link_id, delivery_id)


def effective_rows(uow):
    found = select(Touchpoint).where(effective(), Touchpoint.kind != "delivery").order_by(Touchpoint.id)
    return uow.session.execute(found).scalars().all()


def test_a_click_right_after_delivery_is_suspect_until_a_form_proves_the_person(uow, world, links, clock):
    contact = add_person(uow.session, world.partner_id, world.list_id, "a@x.example")
    delivered(uow, world, contact)
    clock.advance(timedelta(seconds=4))
    via = mail_token(links["en"]["invite"].landing)
    follow(uow, SETTINGS, via, PERSON)
    (click,) = effective_rows(uow)
    assert (click.verdict, click.contact_id, click.step_id) == ("suspect", contact, "first")
    clock.advance(timedelta(seconds=40))
    record_touch(
        uow, SETTINGS, launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id,
        kind="form", locale="en", facts=PERSON, via=tokens.read_link_token(SETTINGS.secret_key, via),
    )  # fmt: skip
    verdicts = {row.kind: (row.verdict, row.revises) for row in effective_rows(uow)}
    assert verdicts == {"form": ("human", None), "click": ("human", click.id)}
    counted = touch_counts(uow.session, [world.launch_id])
    assert {(row.kind, row.verdict): row.count for row in counted} == {
        ("delivery", "human"): 1, ("form", "human"): 1, ("click", "human"): 1,
    }  # fmt: skip


def test_three_links_of_one_message_in_five_seconds_were_a_machine_all_three(uow, world, links, clock):
    contact = add_person(uow.session, world.partner_id, world.list_id, "a@x.example")
    delivered(uow, world, contact)
    clock.advance(timedelta(minutes=5))
    mail = links["en"]["invite"]
    for url in (mail.landing, mail.files["sheet"], mail.files["banner"]):
        clock.advance(timedelta(seconds=1))
        follow(uow, SETTINGS, mail_token(url), PERSON)
    assert [row.verdict for row in effective_rows(uow)] == ["bot"] * 3
    clock.advance(timedelta(seconds=30))
    follow(uow, SETTINGS, mail_token(mail.landing), PERSON)
    assert [row.verdict for row in effective_rows(uow)][-1] == "human"


def test_a_scanner_is_never_upgraded(uow, world, links):
    follow(uow, SETTINGS, token(links["en"]["sheet"].qr), RequestFacts("HEAD", PERSON.user_agent, PERSON.address))
    record_touch(
        uow, SETTINGS, launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id,
        kind="page", locale="en", facts=RequestFacts("POST", PERSON.user_agent, PERSON.address),
    )  # fmt: skip
    assert [row.verdict for row in effective_rows(uow) if row.kind == "click"] == ["bot"]


def test_the_source_of_a_visitor_is_the_last_human_link(uow, world, links, clock):
    follow(uow, SETTINGS, token(links["en"]["sheet"].qr), PERSON)
    clock.advance(timedelta(days=1))
    follow(uow, SETTINGS, token(links["de"]["linkedin"].landing), PERSON)
    found = last_source(uow.session, world.launch_id, visitor_digest(SETTINGS.secret_key, world.launch_id, PERSON))
    assert (found.channel, found.asset_id, found.locale) == ("linkedin", "linkedin", "de")
