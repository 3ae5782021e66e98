"""Every route and verb, tried by everybody, against the written expectation in matrix.toml.

A route that is not in the matrix fails, so does one that is no longer there. Things named in addresses belong to
`partner` and `vendor`; nothing of theirs may show in an answer to anybody of another company.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

from app import create_app
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.clock import SystemClock
from campaigns.core.ids import digest, new_id
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.partners import brand
from campaigns.partners.models import ApiToken, Grant, Invitation, Membership, Partner, Person, Programme, Session
from campaigns.partners.service.sessions import open_session
from campaigns.partners.service.tokens import scopes_of
from renderer.text.fonts import FontBook
from tests.conftest import RecordingWaker
from tests.factories.api_bodies import request_for
from tests.factories.launching import settings
from tests.factories.matrix_rows import add_everything
from tests.fakes import KeepingMail, MemoryStorage

ACTORS = ("anonymous", "partner", "other_partner", "vendor", "other_vendor", "revoked")
MATRIX = Path(__file__).with_name("matrix.toml")
FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
PARTNER_MARK, VENDOR_MARK = "Osterly-Marked", "Halvorsen-Marked"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><path d="M0 0h400v200H0z" fill="#14304d"/></svg>'


@dataclass
class Stage:
    """The world, the secrets people carry, and what the addresses name."""

    secrets: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    named: dict[str, object] = field(default_factory=dict)


def _tenant(uow: UnitOfWork, model: type, slug: str, name: str) -> UUID:
    row = model(id=new_id(), slug=slug, name=name)
    uow.session.add(row)
    uow.session.flush()
    return row.id


def _enter(uow: UnitOfWork, stage: Stage, who: str, role: Role, **tenant: UUID) -> tuple[Person, Grant]:
    person = Person(id=new_id(), email=f"{who}@{who.replace('_', '-')}.example", name=who, password_hash="x")
    grant = Grant(id=new_id(), person_id=person.id, role=role.value, **tenant)
    uow.session.add(person)
    uow.session.flush()
    uow.session.add(grant)
    uow.session.flush()
    stage.secrets[who] = open_session(uow, person, grant.id, "test")
    token = ApiToken(
        id=new_id(), prefix=who[:8], secret_digest=digest(f"tl_{who}"), name=who, grant_id=grant.id,
        scopes=scopes_of(role),
    )  # fmt: skip
    uow.session.add(token)
    uow.session.flush()
    stage.tokens[who] = f"tl_{who}"
    stage.named.setdefault("token_id", token.id)
    return person, grant


def build(container: Container) -> Stage:
    """Two vendors, two partners, a member whose role was taken; a logo, an invitation and a token of the partner."""
    stage = Stage()
    with container.uow() as uow:
        vendor = _tenant(uow, Programme, "halvorsen", VENDOR_MARK)
        other_vendor = _tenant(uow, Programme, "cordant", "Cordant")
        partner = _tenant(uow, Partner, "osterly", PARTNER_MARK)
        other_partner = _tenant(uow, Partner, "tanabe", "Tanabe")
        uow.session.add(Membership(programme_id=vendor, partner_id=partner))
        uow.session.add(Membership(programme_id=other_vendor, partner_id=other_partner))
        person, grant = _enter(uow, stage, "partner", Role.PARTNER_ADMIN, partner_id=partner)
        _enter(uow, stage, "other_partner", Role.PARTNER_ADMIN, partner_id=other_partner)
        _enter(uow, stage, "vendor", Role.ADMIN, programme_id=vendor)
        _enter(uow, stage, "other_vendor", Role.ADMIN, programme_id=other_vendor)
        _, member = _enter(uow, stage, "revoked", Role.PARTNER_MEMBER, partner_id=partner)
        member.revoked_at = uow.now
        _, member_in_force = _enter(uow, stage, "member", Role.PARTNER_MEMBER, partner_id=partner)
        session_id = uow.session.scalar(select(Session.id).where(Session.person_id == person.id))
        invitation = Invitation(
            id=new_id(), secret_digest=digest("i"), email="new@osterly.example", role="partner_member",
            partner_id=partner, expires_at=uow.now.replace(year=uow.now.year + 1),
        )  # fmt: skip
        uow.session.add(invitation)
    acting = Actor(kind="person", role=Role.PARTNER_ADMIN, person_id=person.id, partner_id=partner)
    taken = brand.upload_logo(container.uow, container.storage, acting, filename="logo.svg", data=LOGO)
    with container.uow.reading() as session:
        page = brand.brand_page(session, acting)
    assert page.light
    making = Actor(kind="person", role=Role.ADMIN, programme_id=vendor, name=VENDOR_MARK)
    stage.named |= add_everything(container, making, acting, PARTNER_MARK)
    stage.named |= {
        "brand_version": page.version,
        "revision_id": page.revision_id,
        "asset_id": "banner",
        "output": "png@400x200",
        "logo_file": LOGO,
        "grant_id": member_in_force.id,
        "slug": "halvorsen",
        "path": "icons.svg",
        "token": "unknown",
        "session_id": session_id,
        "invitation_id": invitation.id,
        "logo_id": page.light.id,
        "upload_id": taken.upload_id,
        "number": 1,
        "locale": "en",
        "grant": grant.id,
        "person": person.id,
    }
    return stage


@pytest.fixture(scope="module")
def ground(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Stage, Any]]:
    """The application in one transaction that is rolled back at the end; each request in one of its own inside."""
    connection = engine.connect()
    outer = connection.begin()
    waker, clock = RecordingWaker(), SystemClock()
    sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    container = Container(
        settings=replace(settings(tmp_path_factory.mktemp("matrix")), public_url="http://localhost"),
        engine=engine,
        uow=UnitOfWorkFactory(sessions, clock, waker),
        storage=MemoryStorage(),
        mail=KeepingMail(),
        waker=waker,
        clock=clock,
        fonts=FontBook.load(FONTS),
    )
    stage = build(container)
    app = create_app(container)
    yield app, stage, connection
    outer.rollback()
    connection.close()


def routes(app: Flask) -> dict[str, Any]:
    """`VERB rule` for every route; HEAD and OPTIONS are Flask's own."""
    return {
        f"{verb} {rule.rule}": rule
        for rule in app.url_map.iter_rules()
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def address(rule: Any, stage: Stage) -> str:
    """The rule's address with the partner's and the vendor's own things in it."""
    values = {name: stage.named.get(name, new_id() if name.endswith("_id") else "x") for name in rule.arguments}
    return str(rule.map.bind("localhost").build(rule.endpoint, values))


def attempt(app: Flask, stage: Stage, verb: str, rule: Any, who: str) -> tuple[str, str]:
    """The answer in a word, and its body."""
    client = app.test_client()
    headers = {"X-CSRF-Token": "x"}
    path = address(rule, stage)
    if rule.rule.startswith("/api/"):
        if who in stage.tokens:
            headers["Authorization"] = f"Bearer {stage.tokens[who]}"
        made = request_for(f"{verb} {rule.rule}", stage.named)
        answer = client.open(path, method=verb, **(made | {"headers": headers | made["headers"]}))
        return str(answer.status_code), answer.get_data().decode(errors="replace")
    if who in stage.secrets:
        client.set_cookie("tl", stage.secrets[who])
    page = client.get("/account" if who not in ("anonymous", "revoked") else "/sign-in").get_data(as_text=True)
    headers["X-CSRF-Token"] = page.split('"X-CSRF-Token": "')[1].split('"')[0]
    data = {"version": "1"} | {name: str(stage.named[name]) for name in ("grant", "person")}
    data["logo"] = str(stage.named["logo_id"])
    answer = client.open(path, method=verb, headers=headers, data=data if verb == "POST" else None)
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?")
    bare = answer.status_code == 303 and answer.headers["Location"] == "/sign-in" and who in ("anonymous", "revoked")
    return "sign-in" if to_sign_in or bare else str(answer.status_code), answer.get_data().decode(errors="replace")


def test_every_route_is_in_the_matrix(ground: tuple[Flask, Stage, Any]) -> None:
    written = tomllib.loads(MATRIX.read_text())
    assert sorted(routes(ground[0])) == sorted(written)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "line" in metafunc.fixturenames:
        metafunc.parametrize("line", sorted(tomllib.loads(MATRIX.read_text())))


def test_everybody_gets_the_written_answer(ground: tuple[Flask, Stage, Any], line: str) -> None:
    app, stage, connection = ground
    rule = routes(app).get(line)
    assert rule is not None, f"{line} is in the matrix but not in the application"
    expected = tomllib.loads(MATRIX.read_text())[line]
    found, shown = {}, {}
    for who in ACTORS:
        inner = connection.begin_nested()
        objects = dict(app.extensions["container"].storage.objects)
        found[who], shown[who] = attempt(app, stage, line.split(maxsplit=1)[0], rule, who)
        if inner.is_active:
            inner.rollback()
        app.extensions["container"].storage.objects = objects
    assert found == expected
    for who in ("anonymous", "other_partner", "other_vendor", "revoked"):
        assert PARTNER_MARK not in shown[who], f"{who} sees the partner's name"
        assert VENDOR_MARK not in shown[who], f"{who} sees the vendor's name"
