"""Seeds the demo programme through the services a person would use. Safe to run again: what is there stays."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.demo.plan import DemoPartner, DemoPlan
from app.demo.sign_ins import SignIns
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


def seed(container: Container, plan: DemoPlan, kits: Path, sign_ins: SignIns, say: Say) -> UUID:
    """The programme with its people, kits, partners and brands. Returns the programme's id."""
    with container.uow.reading() as session:
        found = session.scalar(select(Programme.id).where(Programme.slug == plan.slug))
    programme_id = found or _found(container, plan, sign_ins)
    for slug in plan.kits:
        if (kits / slug / "kit.toml").exists():
            say(f"kit {slug}: checking every piece in every language")
            _publish(container, programme_id, kits / slug)
    for partner in plan.partners:
        _partner(container, programme_id, partner, sign_ins)
    return programme_id


def partner_actor(partner_id: UUID, locale: str) -> Actor:
    """The demo acts for a partner as its administrator would."""
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner_id, locale=locale, name="Demo")


def _found(container: Container, plan: DemoPlan, sign_ins: SignIns) -> UUID:
    with container.uow() as uow:
        programme_id = found_programme(
            uow,
            SYSTEM,
            name=plan.name,
            slug=plan.slug,
            accent=plan.accent,
            locale=plan.locale,
            time_zone=plan.time_zone,
            postal_address=plan.address,
            sender_email=plan.sender_email,
        )
        for person in plan.people:
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


def _publish(container: Container, programme_id: UUID, folder: Path) -> None:
    actor = Actor(kind="person", role=Role.MARKETING, programme_id=programme_id, name="Demo")
    with container.uow() as uow:
        version_id = upload_files(uow, actor, container.storage, read_kit(folder)).version_id
    wait_for_check(container, version_id)
    with container.uow() as uow:
        state = uow.session.scalar(select(KitVersion.state).where(KitVersion.id == version_id))
        if state == "draft":
            publish(uow, actor, version_id)


def wait_for_check(container: Container, version_id: UUID, *, limit_s: float = 300.0) -> None:
    """Until a worker has checked the version; RuntimeError after `limit_s`."""
    import time  # noqa: PLC0415 - the demo alone waits

    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        with container.uow.reading() as session:
            if session.scalar(select(KitVersion.checked_at).where(KitVersion.id == version_id)):
                return
        time.sleep(0.1)
    raise RuntimeError("The kit's check did not end; is a worker running?")


def _partner(container: Container, programme_id: UUID, partner: DemoPartner, sign_ins: SignIns) -> None:
    with container.uow() as uow:
        partner_id = uow.session.scalar(select(Partner.id).where(Partner.slug == partner.slug))
        if partner_id is None:
            partner_id = add_partner(
                uow,
                SYSTEM,
                programme_id,
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


def contact_list(container: Container, partner: DemoPartner) -> UUID | None:
    return None
