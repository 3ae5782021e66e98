"""Invitations, passwords, sessions, tokens and the brand page, as people use them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.links import GoLink, make_go_token, read_go_token, scope_of
from app.error_texts import text_of
from campaigns.bootstrap import Container
from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.mailroom.models import SystemMail
from campaigns.partners.models import Membership, Partner, Person
from campaigns.partners.service import sessions
from tests.web.conftest import EMAILS, PASSWORD, World, csrf_of

SignIn = Callable[[str], FlaskClient]
NEW = "the new boiler is quieter"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><path d="M0 0h400v200H0z" fill="%s"/></svg>'


def post(client: FlaskClient, path: str, page: str = "/account", **data: object):
    return client.post(path, data={"csrf_token": csrf_of(client, page), **data})


def invite(client: FlaskClient, **data: str) -> str:
    """The link's path, as it is shown once."""
    answer = post(client, "/people/invite", **({"role": "partner_member", "locale": "de"} | data))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = re.search(r"http://localhost(/invitation/[\w-]+)", answer.get_data(as_text=True))
    assert found
    return found[1]


def accept(app: Flask, link: str, password: str = NEW, name: str = "Mia"):
    client = app.test_client()
    token = csrf_of(client, link)
    return client, client.post(link, data={"csrf_token": token, "name": name, "password": password})


def test_an_invited_colleague_is_in_at_once_and_the_link_is_used_up(
    app: Flask, sign_in: SignIn, committing: UnitOfWorkFactory
) -> None:
    link = invite(sign_in("partner"), email="Mia@Osterly.Example")
    client, answer = accept(app, link)
    assert answer.headers["Location"] == "/portal/brand"
    page = client.get("/portal/brand")
    assert page.status_code == 200
    assert 'lang="de"' in page.get_data(as_text=True)
    assert app.test_client().get(link).status_code == 410
    with committing() as uow:
        mail = uow.session.scalars(select(SystemMail)).one()
        assert (mail.recipient, mail.kind) == ("mia@osterly.example", "invitation")
        assert link in mail.text_body
        assert "lädt Sie" in mail.subject
        assert audit.verify(uow.session, f"partner:{mail.partner_id}") == []


def test_a_withdrawn_or_old_invitation_is_gone(app: Flask, sign_in: SignIn, clock: SetClock) -> None:
    client = sign_in("partner")
    first = invite(client, email="mia@osterly.example")
    second = invite(client, email="mia@osterly.example")
    assert app.test_client().get(first).status_code == 410, "a second letter ends the first"
    page = client.get("/portal/people").get_data(as_text=True)
    revoke = re.search(r'action="(/people/invitations/[^"]+/revoke)"', page)
    assert revoke
    assert post(client, revoke[1]).status_code == 303
    assert app.test_client().get(second).status_code == 410
    third = invite(client, email="mia@osterly.example")
    clock.advance(timedelta(days=15))
    assert app.test_client().get(third).status_code == 410


def test_a_short_password_is_refused_and_the_invitation_stays_open(app: Flask, sign_in: SignIn) -> None:
    link = invite(sign_in("partner"), email="mia@osterly.example")
    _, answer = accept(app, link, password="short")
    assert answer.status_code == 422
    assert "mindestens 12" in answer.get_data(as_text=True)
    assert accept(app, link)[1].status_code == 303


def test_a_vendor_invites_a_company(app: Flask, sign_in: SignIn, world: World, committing: UnitOfWorkFactory) -> None:
    vendor = sign_in("vendor")
    data = {"company": "Ruiz Calderón", "country": "es", "email": "eva@ruiz.example", "name": "Eva", "locale": "es"}
    page = post(vendor, "/studio/partners", **data).get_data(as_text=True)
    link = re.search(r"http://localhost(/invitation/[\w-]+)", page)
    assert link
    client, answer = accept(app, link[1], name="Eva Ruiz")
    assert answer.status_code == 303
    assert "Ruiz Calderón" in client.get("/portal/brand").get_data(as_text=True)
    with committing() as uow:
        partner = uow.session.scalars(select(Partner).where(Partner.slug == "ruiz-calderon")).one()
        assert uow.session.scalar(select(Membership.programme_id).where(Membership.partner_id == partner.id)) == (
            world.programme
        )


def test_a_company_of_another_programme_joins_with_its_own_brand(
    app: Flask, sign_in: SignIn, world: World, committing: UnitOfWorkFactory
) -> None:
    data = {"company": "Tanabe Again", "country": "", "email": EMAILS["other_partner"], "locale": "en"}
    page = post(sign_in("vendor"), "/studio/partners", **data).get_data(as_text=True)
    link = re.search(r"http://localhost(/invitation/[\w-]+)", page)
    assert link
    assert accept(app, link[1], password=NEW)[1].status_code == 422, "the account's own password is asked for"
    assert accept(app, link[1], password=PASSWORD)[1].status_code == 303
    with committing() as uow:
        joined = select(func.count()).select_from(Membership).where(Membership.partner_id == world.other_partner)
        assert uow.session.scalar(joined) == 2
        assert uow.session.scalar(select(func.count()).select_from(Partner)) == 2


def test_a_new_password_ends_every_other_session(sign_in: SignIn) -> None:
    here, there = sign_in("partner"), sign_in("partner")
    wrong = post(here, "/account/password", old_password="wrong wrong wrong", password=NEW)
    assert wrong.status_code == 422
    assert there.get("/account").status_code == 200
    assert post(here, "/account/password", old_password=PASSWORD, password=NEW).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_a_reset_link_works_once_and_ends_sessions(
    app: Flask, sign_in: SignIn, committing: UnitOfWorkFactory, clock: SetClock
) -> None:
    old = sign_in("partner")
    stranger = app.test_client()
    pages = [
        post(stranger, "/reset", "/reset", email=email).get_data(as_text=True)
        for email in ("nobody@nowhere.example", EMAILS["partner"])
    ]
    assert pages[0] == pages[1], "nobody learns who has an account"
    with committing() as uow:
        text = uow.session.scalars(select(SystemMail.text_body)).one()
    link = re.search(r"http://localhost(/reset/[\w-]+)", text)
    assert link
    assert post(stranger, link[1], link[1], password=EMAILS["partner"]).status_code == 422
    assert post(stranger, link[1], link[1], password=NEW).status_code == 303
    assert stranger.get("/account").status_code == 200
    assert old.get("/account").status_code == 303
    assert app.test_client().get(link[1]).status_code == 410


def test_a_taken_role_ends_sessions_and_the_last_administrator_stays(sign_in: SignIn, world: World) -> None:
    admin, member = sign_in("partner"), sign_in("member")
    assert member.get("/account").status_code == 200
    assert post(admin, "/people/revoke", grant=str(world.grants["member"])).status_code == 303
    assert member.get("/account").status_code == 303
    post(admin, "/people/revoke", grant=str(world.grants["partner"]))
    assert admin.get("/account").status_code == 200
    assert post(admin, "/people/revoke", grant=str(world.grants["other_partner"])).status_code == 404


def test_a_closed_account_cannot_sign_in(app: Flask, sign_in: SignIn, world: World) -> None:
    admin = sign_in("partner")
    assert post(admin, "/people/disable", person=str(world.people["member"])).status_code == 303
    client = app.test_client()
    data = {"email": EMAILS["member"], "password": PASSWORD, "csrf_token": csrf_of(client)}
    assert client.post("/sign-in", data=data).status_code == 401
    listed = admin.get("/portal/people").get_data(as_text=True).partition("Closed accounts")
    assert EMAILS["member"] in listed[2]
    assert EMAILS["member"] not in listed[0]
    stranger = sign_in("other_partner")
    assert post(stranger, "/people/enable", person=str(world.people["member"])).status_code == 404
    assert client.post("/sign-in", data=data).status_code == 401
    assert post(admin, "/people/enable", person=str(world.people["member"])).status_code == 303
    assert "Closed accounts" not in admin.get("/portal/people").get_data(as_text=True)
    assert client.post("/sign-in", data=data).status_code == 303


def test_sessions_end_when_idle_and_after_their_time(sign_in: SignIn, clock: SetClock) -> None:
    client = sign_in("partner")
    for _ in range(27):
        clock.advance(timedelta(hours=11))
        assert client.get("/account").status_code == 200
    idle = sign_in("member")
    clock.advance(timedelta(hours=13))
    assert idle.get("/account").status_code == 303
    client = sign_in("partner")
    for _ in range(31):
        clock.advance(timedelta(hours=11))
        last = client.get("/account").status_code
    assert last == 303, "two weeks are the end, used or not"


def test_a_token_is_shown_once_limited_and_revoked(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("partner")
    page = post(client, "/admin/tokens", name="CRM", scopes=["launch.read"]).get_data(as_text=True)
    secret = re.search(r"tl_\w{8}_[\w-]{43}", page)
    assert secret
    assert secret[0] not in client.get("/admin/tokens").get_data(as_text=True)
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    assert app.test_client().get("/api/v1/tokens", headers=bearer).status_code == 403
    assert post(client, "/admin/tokens", name="x", scopes=["kit.publish"]).status_code == 422
    revoke = re.search(r'action="(/admin/tokens/[^"]+/revoke)"', client.get("/admin/tokens").get_data(as_text=True))
    assert revoke
    assert post(client, revoke[1]).status_code == 303
    assert app.test_client().get("/api/v1/tokens", headers=bearer).status_code == 401


def test_a_programme_colour_too_pale_is_darkened(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("vendor")
    data = {"version": "1", "name": "Halvorsen", "accent": "#8fd3c8", "time_zone": "Europe/Oslo"}
    assert post(client, "/admin/programme", **data).status_code == 303
    style = app.test_client().get("/style/programme/halvorsen.css").get_data(as_text=True)
    assert "#8fd3c8" not in style
    assert post(client, "/admin/programme", **data).status_code == 422, "the version has moved on"


def upload(client: FlaskClient, fill: bytes, ground: str = "light"):
    file = (io.BytesIO(LOGO % fill), "logo.svg")
    data = {"csrf_token": csrf_of(client, "/account"), "ground": ground, "logo": file}
    return client.post("/portal/brand/logo", data=data, content_type="multipart/form-data")


def test_the_brand_page_takes_a_logo_and_teaches_by_a_refusal(sign_in: SignIn) -> None:
    client = sign_in("member")
    assert upload(client, b"#14304d").headers["Location"] == "/portal/brand"
    assert upload(client, b"#d8dde0").headers["Location"] == "/portal/brand#refused"
    page = client.get("/portal/brand").get_data(as_text=True)
    assert "Too pale for light grounds" in page
    assert "3.0 : 1" in page
    assert "Use the darkened copy" in page
    picture = re.search(r"/portal/brand/logo/[\w-]+\.png", page)
    assert picture
    assert client.get(picture[0]).content_type == "image/png"


def test_text_in_a_brand_is_shown_as_typed(sign_in: SignIn) -> None:
    client = sign_in("member")
    values = {"version": "1", "name": "{{7*7}} <b>Ö</b>", "primary": "#14304d", "secondary": "#f2a61c"}
    assert post(client, "/portal/brand/save", **values).status_code == 303
    page = client.get("/portal/brand").get_data(as_text=True)
    assert "{{7*7}} &lt;b&gt;Ö&lt;/b&gt;" in page
    refused = post(client, "/portal/brand/save", **(values | {"version": "2", "name": "", "url": "javascript:x"}))
    assert refused.status_code == 422
    assert refused.get_data(as_text=True).count('aria-invalid="true"') == 2


def test_a_person_with_two_companies_switches(sign_in: SignIn, world: World, committing: UnitOfWorkFactory) -> None:
    from campaigns.partners.models import Grant

    with committing() as uow:
        second = Grant(
            id=new_id(), person_id=world.people["partner"], role="partner_member", partner_id=world.other_partner
        )
        uow.session.add(second)
    client = sign_in("partner")
    assert "Switch to Tanabe" in client.get("/account").get_data(as_text=True)
    assert post(client, "/account/switch", grant=str(second.id)).status_code == 303
    assert "Switch to Osterly" in client.get("/account").get_data(as_text=True)
    assert post(client, "/account/switch", grant=str(world.grants["vendor"])).status_code == 404


def test_a_go_link_opens_one_thing_and_dies_with_the_epoch(
    app: Flask, world: World, container: Container, committing: UnitOfWorkFactory
) -> None:
    link = GoLink(world.grants["partner"], 1, new_id())
    token = make_go_token(container.settings, link)
    assert read_go_token(container.settings, token) == link
    with pytest.raises(DomainError, match="not_found"):
        read_go_token(container.settings, token[:-2] + "xx")
    with committing() as uow:
        secret = sessions.open_link_session(uow, link.grant_id, link.epoch, scope_of(link), "test")
    client = app.test_client()
    client.set_cookie("tl", secret)
    assert client.get("/portal/brand").status_code == 200
    assert post(client, "/account/password", old_password=PASSWORD, password=NEW).status_code == 403
    assert client.get("/portal/people").status_code == 403
    with committing() as uow:
        person = uow.session.get(Person, world.people["partner"])
        assert person
        sessions.end_all(uow, person)
    assert client.get("/portal/brand").status_code == 303
    with pytest.raises(DomainError, match=r"link\.gone"), committing() as uow:
        sessions.open_link_session(uow, link.grant_id, link.epoch, scope_of(link), "test")


def test_a_right_is_named_for_people(sign_in: SignIn) -> None:
    page = sign_in("partner").get("/admin/tokens", headers={"Accept-Language": "de"}).get_data(as_text=True)
    assert ">See contacts and lists<" in page or ">Kontakte und Listen ansehen<" in page
    assert ">contact.read<" not in page
    assert 'value="contact.read"' in page


def test_the_limit_of_a_zip_is_said_in_megabytes(app: Flask) -> None:
    error = DomainError("kit.too_large", Kind.TOO_LARGE, "x", measured=300_000_000, needed=209_715_200)
    with app.test_request_context("/"):
        assert text_of(error) == "The zip is larger than 210\u00a0MB. Shrink its pictures or PDFs."
