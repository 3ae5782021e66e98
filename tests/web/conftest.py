"""The web application over a real database; only storage, mail and the broker are fakes at their ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app import create_app
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.clock import SetClock
from campaigns.core.ids import new_id
from campaigns.core.settings import Settings
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme
from campaigns.partners.service.sign_in import hash_password
from campaigns.partners.service.tokens import create_token, scopes_of
from renderer.text.fonts import FontBook
from tests.factories.api_stage import ApiStage, make_api_stage
from tests.fakes import KeepingMail, MemoryStorage

PASSWORD = "a quiet boiler hums"
HASH = hash_password(PASSWORD)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class World:
    """Two programmes, two partners and people in them, as every web test meets them."""

    programme: UUID
    other_programme: UUID
    partner: UUID
    other_partner: UUID
    grants: dict[str, UUID]
    people: dict[str, UUID]


def make_person(uow: UnitOfWork, email: str, role: str, **tenant: UUID) -> tuple[UUID, UUID]:
    person = Person(id=new_id(), email=email, name=email.split("@", maxsplit=1)[0].title(), password_hash=HASH)
    uow.session.add(person)
    uow.session.flush()
    grant = Grant(id=new_id(), person_id=person.id, role=role, **tenant)
    uow.session.add(grant)
    uow.session.flush()
    return person.id, grant.id


@pytest.fixture
def container(
    committing: UnitOfWorkFactory, engine: Engine, clock: SetClock, tmp_path: Path, database_url: str
) -> Container:
    settings = Settings(
        database_url=database_url,
        broker_url="redis://127.0.0.1:1/0",
        storage_url=f"file://{tmp_path}",
        secret_key="s" * 40,
        public_url="http://localhost",
        data_dir=tmp_path,
    )
    return Container(
        settings=settings,
        engine=engine,
        uow=committing,
        storage=MemoryStorage(),
        mail=KeepingMail(),
        waker=committing.waker,
        clock=clock,
        fonts=FontBook.load(ROOT / "assets" / "fonts"),
    )


@pytest.fixture
def app(container: Container) -> Flask:
    made = create_app(container)
    made.testing = False  # errors are answered as in production
    return made


@pytest.fixture
def world(committing: UnitOfWorkFactory) -> World:
    with committing() as uow:
        vendors = [Programme(id=new_id(), slug=slug, name=slug.title()) for slug in ("halvorsen", "cordant")]
        partners = [Partner(id=new_id(), slug=slug, name=slug.title()) for slug in ("osterly", "tanabe")]
        uow.session.add_all([*vendors, *partners])
        uow.session.flush()
        for vendor, partner in zip(vendors, partners, strict=True):
            uow.session.add(Membership(programme_id=vendor.id, partner_id=partner.id))
        made = {
            "partner": make_person(uow, "ines@osterly.example", "partner_admin", partner_id=partners[0].id),
            "member": make_person(uow, "max@osterly.example", "partner_member", partner_id=partners[0].id),
            "other_partner": make_person(uow, "ken@tanabe.example", "partner_admin", partner_id=partners[1].id),
            "vendor": make_person(uow, "ada@halvorsen.example", "admin", programme_id=vendors[0].id),
            "marketing": make_person(uow, "leo@halvorsen.example", "marketing", programme_id=vendors[0].id),
            "other_vendor": make_person(uow, "bo@cordant.example", "admin", programme_id=vendors[1].id),
        }
    return World(
        vendors[0].id,
        vendors[1].id,
        partners[0].id,
        partners[1].id,
        {name: ids[1] for name, ids in made.items()},
        {name: ids[0] for name, ids in made.items()},
    )


EMAILS = {
    "partner": "ines@osterly.example",
    "member": "max@osterly.example",
    "other_partner": "ken@tanabe.example",
    "vendor": "ada@halvorsen.example",
    "marketing": "leo@halvorsen.example",
    "other_vendor": "bo@cordant.example",
}


def csrf_of(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token of a page's first form."""
    page = client.get(path, follow_redirects=True).get_data(as_text=True)
    return page.split('"X-CSRF-Token": "')[1].split('"')[0]


@pytest.fixture
def sign_in(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """A browser signed in as one of the world's people."""

    def enter(who: str) -> FlaskClient:
        client = app.test_client()
        token = csrf_of(client)
        data = {"email": EMAILS[who], "password": PASSWORD, "csrf_token": token}
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client

    return enter


ROLES = {
    "vendor": Role.ADMIN,
    "other_vendor": Role.ADMIN,
    "partner": Role.PARTNER_ADMIN,
    "other_partner": Role.PARTNER_ADMIN,
}


class ApiClient:
    """A client with a bearer token."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __getattr__(self, verb: str):
        def call(path: str, headers: dict[str, str] | None = None, **more):
            return getattr(self.client, verb)("/api/v1" + path, headers=self.headers | (headers or {}), **more)

        return call


@pytest.fixture
def api(app: Flask, world, committing: UnitOfWorkFactory) -> Callable[..., ApiClient]:
    """A caller with every scope of its role, or the named ones."""

    def make(who: str, scopes: list[str] | None = None) -> ApiClient:
        role = ROLES[who]
        tenant = {
            "vendor": {"programme_id": world.programme},
            "other_vendor": {"programme_id": world.other_programme},
            "partner": {"partner_id": world.partner},
            "other_partner": {"partner_id": world.other_partner},
        }[who]
        actor = Actor(kind="person", role=role, person_id=world.people[who], **tenant)
        with committing() as uow:
            made = create_token(uow, actor, world.grants[who], "test", scopes or scopes_of(role), None)
        return ApiClient(app.test_client(), made.secret)

    return make


@pytest.fixture
def stage(container: Container, world: World) -> ApiStage:
    """One of everything, the partner's own."""
    return make_api_stage(container, world.programme, world.partner)
