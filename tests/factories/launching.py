"""A programme with a published kit, and a partner with a brand and a list that may launch it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import UUID

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.core.ports import Storage
from campaigns.core.settings import Settings
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits import service as kits
from campaigns.kits.service.checking import run_check
from campaigns.launches.service import LaunchRequest
from campaigns.partners.models import BrandKit, BrandRevision, Membership, Partner, Programme
from renderer.text.fonts import FontBook
from tests.factories.campaign_kits import kit_zip
from tests.factories.mailing import add_person

FONTS = FontBook.load(Path(__file__).resolve().parents[2] / "assets" / "fonts")
BRAND = {
    "name": "Osterly",
    "legal_name": "Osterly Building Systems Ltd",
    "address": "14 Wine Street, Bristol",
    "email": "hello@osterly.example",
    "url": "https://osterly.example",
    "primary": "#14304d",
    "secondary": "#f2a61c",
}
_number = count(1)


@dataclass(frozen=True, slots=True)
class Stage:
    """Who and what a launch test stands on."""

    vendor: Actor
    partner: Actor
    programme_id: UUID
    partner_id: UUID
    version_id: UUID
    kit_id: UUID
    list_id: UUID

    def request(self, click: str = "click", **changed: object) -> LaunchRequest:
        about: dict[str, object] = {
            "kit_version_id": self.version_id, "locales": ("en", "de"), "client_token": click, "list_id": self.list_id,
        }  # fmt: skip
        return LaunchRequest(**(about | changed))  # type: ignore[arg-type]


def settings(path: Path) -> Settings:
    return Settings(
        database_url="postgresql://x", broker_url="redis://x", storage_url="file:///x", secret_key="s" * 40,
        public_url="http://localhost", data_dir=path,
    )  # fmt: skip


def make_programme(factory: UnitOfWorkFactory, name: str = "Halvorsen") -> Actor:
    with factory() as uow:
        programme = Programme(id=new_id(), slug=f"{name.lower()}-{next(_number)}", name=name, postal_address="Oslo")
        uow.session.add(programme)
    return Actor(kind="person", role=Role.ADMIN, programme_id=programme.id, name="Tove")


def make_partner(factory: UnitOfWorkFactory, programme_id: UUID, *, brand: bool = True, locale: str = "en") -> Actor:
    with factory() as uow:
        number = next(_number)
        partner = Partner(
            id=new_id(), slug=f"osterly-{number}", name=f"Osterly {number}", locale=locale, locales=["en", "de"],
            time_zone="Europe/London",
        )  # fmt: skip
        uow.session.add(partner)
        uow.session.flush()
        uow.session.add(Membership(programme_id=programme_id, partner_id=partner.id))
        if brand:
            revision = BrandRevision(
                id=new_id(), partner_id=partner.id, number=1, data=BRAND, digest=f"revision-{number}"
            )
            uow.session.add(revision)
            uow.session.flush()
            uow.session.add(BrandKit(partner_id=partner.id, current_revision_id=revision.id))
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner.id, name="Ines")


def publish_kit(
    factory: UnitOfWorkFactory, storage: Storage, vendor: Actor, data: bytes | None = None
) -> kits.KitUpload:
    with factory() as uow:
        upload = kits.upload_kit(uow, vendor, storage, data or kit_zip(), "kit.zip")
    run_check(factory, storage, FONTS, upload.version_id)
    with factory() as uow:
        kits.publish(uow, vendor, upload.version_id)
    return upload


def make_list(factory: UnitOfWorkFactory, partner_id: UUID, people: int = 3) -> UUID:
    from campaigns.audience.models import ContactList

    with factory() as uow:
        contacts = ContactList(id=new_id(), partner_id=partner_id, name=f"List {next(_number)}")
        uow.session.add(contacts)
        uow.session.flush()
        for number in range(people):
            locale = "de" if number % 3 == 2 else "en"
            add_person(uow.session, partner_id, contacts.id, f"p{number}-{next(_number)}@example.com", locale=locale)
        add_person(uow.session, partner_id, contacts.id, f"none-{next(_number)}@example.com", basis=None)
    return contacts.id


def make_stage(factory: UnitOfWorkFactory, storage: Storage) -> Stage:
    vendor = make_programme(factory)
    assert vendor.programme_id
    upload = publish_kit(factory, storage, vendor)
    partner = make_partner(factory, vendor.programme_id)
    assert partner.partner_id
    people = make_list(factory, partner.partner_id)
    return Stage(vendor, partner, vendor.programme_id, partner.partner_id, upload.version_id, upload.kit_id, people)
