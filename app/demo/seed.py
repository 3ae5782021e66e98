"""Seeds the demo programme through the services a person would use. Safe to run again: what is there stays."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.demo.plan import DemoFailed, DemoPartner, DemoPlan, DemoVendor
from app.demo.sign_ins import SignIns
from campaigns.audience.models import ContactImport, ContactList
from campaigns.audience.service.importing import confirm_import, options_of, receive_file
from campaigns.audience.service.lists import create_list
from campaigns.bootstrap import Container
from campaigns.core.actor import SYSTEM, Actor, Role
from campaigns.kits.models import KitVersion
from campaigns.kits.service.publishing import publish
from campaigns.kits.service.uploading import upload_files
from campaigns.partners.brand.logos import upload_logo
from campaigns.partners.brand.queries import brand_page
from campaigns.partners.brand.revisions import save_brand
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.models import Partner, Programme
from campaigns.partners.service.founding import add_partner, add_person, found_programme
from renderer.kit.archive import read_kit

Say = Callable[[str], None]
LIMIT_S = 300.0


def seed(container: Container, plan: DemoPlan, kits: Path, sign_ins: SignIns, say: Say) -> list[UUID]:
    """The programmes with their people and kits, and the partners with their brands. Returns the programmes' ids."""
    programmes = [_programme(container, vendor, sign_ins) for vendor in plan.vendors]
    folders = [
        (programme_id, kits / slug)
        for programme_id, vendor in zip(programmes, plan.vendors, strict=True)
        for slug in vendor.kits
    ]
    _publish(container, folders, say)
    for partner in plan.partners:
        _partner(container, programmes, partner, sign_ins)
    return programmes


def partner_actor(partner_id: UUID, locale: str) -> Actor:
    """The demo acts for a partner as its administrator would."""
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner_id, locale=locale, name="Demo")


def _programme(container: Container, vendor: DemoVendor, sign_ins: SignIns) -> UUID:
    with container.uow() as uow:
        known = uow.session.scalar(select(Programme.id).where(Programme.slug == vendor.slug))
        if known is not None:
            return known
        programme_id = found_programme(
            uow,
            SYSTEM,
            name=vendor.name,
            slug=vendor.slug,
            accent=vendor.accent,
            locale=vendor.locale,
            time_zone=vendor.time_zone,
            postal_address=vendor.address,
            sender_email=vendor.sender_email,
        )
        for person in vendor.people:
            add_person(
                uow,
                SYSTEM,
                email=person.email,
                name=person.name,
                role=person.role,
                locale=person.locale,
                password=sign_ins.password(person.email),
                programme_id=programme_id,
            )
    return programme_id


def _publish(container: Container, folders: list[tuple[UUID, Path]], say: Say) -> None:
    """Upload all, so that they are checked side by side, then publish what is a draft."""
    uploaded = []
    for programme_id, folder in folders:
        actor = Actor(kind="person", role=Role.MARKETING, programme_id=programme_id, name="Demo")
        with container.uow() as uow:
            done = upload_files(uow, actor, container.storage, read_kit(folder))
        if done.created:
            say(f"kit {folder.name}: checking every piece in every language")
        uploaded.append((actor, done.version_id))
    for actor, version_id in uploaded:
        _wait(container, select(KitVersion.checked_at).where(KitVersion.id == version_id), "The kit's check")
        with container.uow() as uow:
            if uow.session.scalar(select(KitVersion.state).where(KitVersion.id == version_id)) == "draft":
                publish(uow, actor, version_id)


def _wait(container: Container, query: Select[Any], what: str) -> None:
    """Until a worker has done it: the query gives a value."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        with container.uow.reading() as session:
            if session.scalar(query) is not None:
                return
        time.sleep(0.1)
    raise DemoFailed(f"{what} did not end in {LIMIT_S:.0f} s; is a worker running?")


def _partner(container: Container, programmes: list[UUID], partner: DemoPartner, sign_ins: SignIns) -> None:
    with container.uow() as uow:
        partner_id = uow.session.scalar(select(Partner.id).where(Partner.slug == partner.slug))
        if partner_id is None:
            partner_id = add_partner(
                uow,
                SYSTEM,
                programmes,
                name=partner.name,
                slug=partner.slug,
                country=partner.country,
                locales=partner.locales,
                time_zone=partner.time_zone,
                tier=partner.tier,
            )
            for person in partner.people:
                add_person(
                    uow,
                    SYSTEM,
                    email=person.email,
                    name=person.name,
                    role=person.role,
                    locale=person.locale,
                    password=sign_ins.password(person.email),
                    partner_id=partner_id,
                )
    actor = partner_actor(partner_id, partner.locales[0])
    _brand(container, actor, partner.brand)


def _brand(container: Container, actor: Actor, path: Path) -> None:
    with container.uow.reading() as session:
        page = brand_page(session, actor)
    if page.number is not None:
        return
    raw = tomllib.loads(path.read_text("utf-8"))
    grounds = (("light", raw["logos"].get("light")), ("dark", raw["logos"].get("dark")))
    for ground, name in grounds:
        if name:
            data = (path.parent / name).read_bytes()
            upload_logo(container.uow, container.storage, actor, filename=name, data=data, ground=ground)  # type: ignore[arg-type]
    texts = {key: value for key, value in raw.items() if isinstance(value, str)}
    form = BrandForm.from_dict({**texts, **raw["colours"]})
    with container.uow() as uow:
        save_brand(uow, actor, form, brand_page(uow.session, actor).version)


def contact_list(container: Container, partner: DemoPartner) -> UUID:
    """The partner's contacts from its CSV, through the import a person would use; made once."""
    with container.uow.reading() as session:
        partner_id = session.scalars(select(Partner.id).where(Partner.slug == partner.slug)).one()
        known = session.scalar(select(ContactList.id).where(ContactList.partner_id == partner_id))
    if known is not None:
        return known
    actor = partner_actor(partner_id, partner.locales[0])
    data = partner.contacts.read_bytes()
    with container.uow() as uow:
        list_id = create_list(uow, actor, partner.list_name)
        import_id = receive_file(uow, actor, container.storage, list_id, partner.contacts.name, data)
        guessed = options_of(uow.session.get_one(ContactImport, import_id))
        options = replace(guessed, basis_source="Demo")
        confirm_import(uow, actor, container.storage, import_id, options)
    _wait(container, select(ContactImport.finished_at).where(ContactImport.id == import_id), "The import")
    return list_id
