"""Two vendors and two partners with one of everything, in one transaction that is never committed.

What `tests/web/matrix.toml` is walked over, and what hostile input is thrown at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

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
from tests.factories.launching import settings
from tests.factories.matrix_rows import add_everything
from tests.fakes import KeepingMail, MemoryStorage

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


@contextmanager
def standing(engine: Engine, folder: Path) -> Iterator[tuple[Flask, Stage, Any]]:
    """The application in one transaction that is rolled back at the end; each request in one of its own inside."""
    connection = engine.connect()
    outer = connection.begin()
    waker, clock = RecordingWaker(), SystemClock()
    sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
    container = Container(
        settings=replace(settings(folder), public_url="http://localhost"),
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
    own = {
        "/l/": {"slug": "launch_slug"},
        "/t/": {"token": "link_token"},
        "/u/": {"token": "unsubscribe_token"},
        "/r/": {"token": "mail_token"},
        "/studio/reports": {"view_id": "vendor_view_id"},
    }
    called = next((names for begins, names in own.items() if rule.rule.startswith(begins)), {})
    values = {
        name: stage.named.get(called.get(name, name), new_id() if name.endswith("_id") else "x")
        for name in rule.arguments
    }
    return str(rule.map.bind("localhost").build(rule.endpoint, values))
