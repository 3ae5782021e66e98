"""What strangers meet: landing pages, their form, files, tracked links, unsubscribing. Real pieces, real rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.core.actor import Actor, Role
from campaigns.launches.service import cancel_launch
from campaigns.leads.models import Lead, Submission
from campaigns.mailroom.models import SystemMail
from campaigns.partners.models import BrandKit, BrandRevision
from campaigns.sequences.sending import send_due
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective
from tests.factories.launching import BRAND
from tests.factories.live import go_live, publish
from tests.factories.mailing import add_person
from tests.factories.sending import states

AGENT = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}


@pytest.fixture
def live(container, world):
    with container.uow() as uow:
        revision = BrandRevision(partner_id=world.partner, number=1, data=BRAND, digest="r1")
        uow.session.add(revision)
        uow.session.flush()
        uow.session.add(BrandKit(partner_id=world.partner, current_revision_id=revision.id))
        from campaigns.audience.models import ContactList

        people = ContactList(partner_id=world.partner, name="All")
        uow.session.add(people)
        uow.session.flush()
        add_person(uow.session, world.partner, people.id, "ada@x.example", first_name="Ada", locale="de")
    version = publish(container, world.programme)
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner, name="Ines")
    return go_live(container, partner, version, list_id=people.id)


@pytest.fixture
def visitor(app):
    client = app.test_client()
    client.environ_base.update(HTTP_USER_AGENT=AGENT["User-Agent"], REMOTE_ADDR="203.0.113.9")
    return client


def look(container, model, **by):
    with container.uow.reading() as session:
        return states(session, model, **by)


def field(html, name):
    return re.search(rf'name="{name}" value="([^"]*)"', html).group(1)


def fill(visitor, live, clock, locale="en", **changes):
    path = f"/l/{live.slug}/{locale}"
    token = field(visitor.get(path).get_data(as_text=True), "form_token")
    clock.advance(timedelta(seconds=30))
    data = {"form_token": token, "name": "Ada", "email": "ada@x.example", "consent": "on", **changes}
    return visitor.post(path, data=data)


def test_the_page_is_whole_strict_and_without_cookies(visitor, live):
    answer = visitor.get(f"/l/{live.slug}/de")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'lang="de"' in html
    assert html.count("<form") == 1
    assert "throughline:form" not in html
    assert len(answer.data) < 100_000
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "'sha256-" in policy
    assert "unsafe" not in policy
    assert f"/l/{live.slug}/en" in html
    assert not re.search(r"https?://(?!localhost|osterly\.example)[^\"' ]+\.(js|css|png|woff2?)", html)


def test_a_locale_is_chosen_for_who_names_none(visitor, live):
    answer = visitor.get(f"/l/{live.slug}", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/l/{live.slug}/de")


NOT_THERE = (
    "/l/nobody/en", "/l/{slug}/fr", "/l/{slug}/en/media/none", "/l/{slug}/en/files/page", "/l/{slug}/logo/light.png",
    "/l/{slug}/logo/x.png", "/t/none", "/u/none", "/t/" + "0" * 300,
)  # fmt: skip


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_not_there_is_neutral(visitor, live, path):
    answer = visitor.get(path.format(slug=live.slug))
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    assert live.slug not in answer.get_data(as_text=True).replace(path, "")


def test_a_form_becomes_a_lead_and_two_letters(container, visitor, live, clock):
    answer = fill(visitor, live, clock, "de", message="Bitte anrufen")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/l/{live.slug}/de/thanks#form")
    assert "Set-Cookie" not in answer.headers
    thanks = visitor.get(f"/l/{live.slug}/de/thanks").get_data(as_text=True)
    assert "<form" not in thanks
    (lead,) = look(container, Lead)
    assert (lead.locale, lead.state) == ("de", "new")
    mails = look(container, SystemMail)
    assert sorted(mail.kind for mail in mails) == ["confirmation", "notice", "notice"]
    confirmation = next(mail for mail in mails if mail.kind == "confirmation")
    assert confirmation.recipient == "ada@x.example"
    assert "anrufen" not in confirmation.text_body


def test_everything_wrong_is_shown_at_once_and_nothing_is_lost(container, visitor, live, clock):
    answer = fill(visitor, live, clock, email='ada@"><script>alert(1)</script>{{7*7}}')
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert html.count('aria-invalid="true"') == 1
    assert "{{7*7}}" in html
    assert "<script>alert" not in html
    assert look(container, Submission) == []


def test_a_form_without_a_token_is_shown_again(visitor, live, clock):
    answer = fill(visitor, live, clock, form_token="made-up")
    assert answer.status_code == 422
    assert 'value="ada@x.example"' in answer.get_data(as_text=True)


def test_a_cancelled_launch_is_gone(container, visitor, live):
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=live.partner_id)
    with container.uow() as uow:
        cancel_launch(uow, partner, live.id)
    for path in ("", "/thanks", "/media/banner", "/files/banner"):
        assert visitor.get(f"/l/{live.slug}/en{path}").status_code == 410
    assert visitor.post(f"/l/{live.slug}/en", data={"email": "a@x.example"}).status_code == 410


def test_pictures_are_cacheable_and_conditional(visitor, live):
    answer = visitor.get(f"/l/{live.slug}/en/media/banner")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = visitor.get(f"/l/{live.slug}/en/media/banner", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    part = visitor.get(f"/l/{live.slug}/en/files/banner", headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.data) == (206, b"\x89PNG\r\n\x1a\n")
    head = visitor.head(f"/l/{live.slug}/en/media/banner")
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(answer.data))


def mailed(container, live):
    send_due(container, live.id)
    (envelope,) = container.mail.sent
    text = envelope.data.decode().replace("=\r\n", "")
    return {kind: re.search(rf"http://localhost/{kind}/([0-9A-Za-z-]+)", text).group(1) for kind in ("t", "u")}


def test_a_mail_leads_through_the_link_to_a_lead_that_knows_its_step(container, visitor, live, clock):
    tokens = mailed(container, live)
    clock.advance(timedelta(minutes=5))
    scanned = visitor.head(f"/t/{tokens['t']}")
    assert scanned.status_code == 302
    followed = visitor.get(f"/t/{tokens['t']}")
    assert followed.headers["Location"].startswith(f"http://localhost/l/{live.slug}/de?via=")
    page = visitor.get(followed.headers["Location"]).get_data(as_text=True)
    via = field(page, "via")
    fill(visitor, live, clock, "de", via=via, email="other@x.example")
    (lead,) = look(container, Lead)
    assert (lead.source_channel, lead.source_step_id, lead.source_asset_id) == ("mail", "invite", "invite")
    with container.uow.reading() as session:
        counted = session.execute(select(Touchpoint.kind, Touchpoint.verdict).where(effective())).all()
    assert sorted(counted) == [("click", "bot"), ("click", "human"), ("delivery", "human"), ("form", "human")]


def test_the_beacon_counts_a_page_view_and_proves_a_suspect_click(container, visitor, live, clock):
    token = mailed(container, live)["t"]
    clock.advance(timedelta(seconds=2))
    visitor.get(f"/t/{token}")
    answer = visitor.post(f"/l/{live.slug}/de/seen", data=token, content_type="text/plain;charset=UTF-8")
    assert answer.status_code == 204
    with container.uow.reading() as session:
        counted = session.execute(
            select(Touchpoint.kind, Touchpoint.verdict).where(effective(), Touchpoint.kind != "delivery")
        ).all()
    assert sorted(counted) == [("click", "human"), ("page", "human")]


def test_one_click_unsubscribe_as_rfc_8058_asks(container, visitor, live):
    path = f"/u/{mailed(container, live)['u']}"
    page = visitor.get(path)
    assert page.status_code == 200
    assert "a…@x.example" in page.get_data(as_text=True)
    assert "Set-Cookie" not in page.headers
    from campaigns.audience.models import Suppression

    assert look(container, Suppression) == []
    done = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "Location" not in done.headers
    assert "Set-Cookie" not in done.headers
    assert {row.scope for row in look(container, Suppression)} == {"partner", "programme"}
    assert visitor.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "resubscribe" in visitor.get(path).get_data(as_text=True)
    visitor.post(path, data={"action": "resubscribe"})
    assert all(row.lifted_at for row in look(container, Suppression))


def test_a_signed_in_partner_sees_the_page_in_its_own_language(sign_in, live):
    html = sign_in("partner").get(f"/l/{live.slug}/de").get_data(as_text=True)
    assert 'lang="de"' in html
