"""From a message to the panel without a password: only the POST launches, and the link is for one campaign."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.auth.links import GoLink, make_go_token
from campaigns.bootstrap import Container
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.launches.models import Launch
from campaigns.mailroom.models import SystemMail
from campaigns.partners.models import Person
from tests.web.conftest import World, csrf_of
from tests.web.test_launch_pages import click, version_id

__all__ = ["version_id"]


def go(container: Container, world: World, version: UUID, epoch: int = 1) -> str:
    return "/go/" + make_go_token(container.settings, GoLink(world.grants["partner"], epoch, version))


def test_the_link_opens_the_panel_and_only_the_post_launches(
    app: Flask, container: Container, world: World, version_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client = app.test_client()
    link = go(container, world, version_id)
    for _ in range(3):  # a mail scanner looks first
        assert client.get(link).status_code == 303
    panel = client.get(link, follow_redirects=True)
    assert "Launch “Quiet heat”" in panel.get_data(as_text=True)
    with committing.reading() as session:
        assert session.scalar(select(func.count()).select_from(Launch)) == 0
    assert click(client, version_id).status_code == 303
    with committing.reading() as session:
        assert session.scalar(select(func.count()).select_from(Launch)) == 1


def test_the_link_serves_no_other_page_and_no_other_campaign(
    app: Flask, container: Container, world: World, version_id: UUID
) -> None:
    client = app.test_client()
    client.get(go(container, world, version_id))
    assert client.get("/portal/audience").status_code == 403
    assert client.get("/account").status_code in (200, 403)
    other = app.test_client()
    other.get(go(container, world, uuid4()))
    assert other.get(f"/portal/campaigns/{version_id}/launch").status_code == 403


def test_a_forged_an_old_and_an_ended_link_open_nothing(
    app: Flask, container: Container, world: World, version_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client = app.test_client()
    assert client.get("/go/nonsense").status_code == 404
    assert client.get(go(container, world, version_id)[:-2] + "xx").status_code == 404
    with committing() as uow:
        uow.session.execute(update(Person).where(Person.id == world.people["partner"]).values(epoch=2))
    assert client.get(go(container, world, version_id)).status_code in (404, 410)


def test_a_vendor_tells_each_partner_once_with_a_link_of_its_own(
    app: Flask, sign_in: Callable[[str], FlaskClient], version_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("marketing")
    page = client.get("/studio/kits").get_data(as_text=True)
    kit = re.findall(r"/studio/kits/([0-9a-f-]{36})", page)[0]
    address = f"/studio/kits/{kit}/versions/{version_id}/tell"
    for _ in range(2):
        data = {"csrf_token": csrf_of(client, f"/studio/kits/{kit}")}
        assert client.post(address, data=data).status_code == 303
    with committing.reading() as session:
        query = select(SystemMail.recipient, SystemMail.text_body).where(SystemMail.kind == "notice")
        mails = session.execute(query).all()
    assert [mail.recipient for mail in mails] == ["ines@osterly.example"]
    link = re.findall(r"http://localhost(/go/\S+)", mails[0].text_body)[0]
    assert app.test_client().get(link, follow_redirects=True).status_code == 200
    data = {"csrf_token": csrf_of(sign_in("other_vendor"), "/account")}
    assert sign_in("other_vendor").post(address, data=data).status_code in (400, 403, 404)
