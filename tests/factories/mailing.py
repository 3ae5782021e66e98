"""Rows that audience, tracking, sequence and lead tests stand on; made straight, without services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.audience.models import Consent, Contact, ContactList, ListMember
from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.kits.models import Kit, KitVersion
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandRevision, Partner, Programme

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_number = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """One programme with one partner and one launch of one kit."""

    programme_id: UUID
    partner_id: UUID
    list_id: UUID
    launch_id: UUID
    slug: str

    @property
    def actor(self) -> Actor:
        return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=self.partner_id, name="Ada")


def make_partner(session: Session, name: str = "Osterly", locale: str = "en") -> UUID:
    partner = Partner(id=new_id(), slug=f"partner-{next(_number)}", name=name, locale=locale, locales=[locale])
    session.add(partner)
    session.flush()
    return partner.id


def make_world(
    session: Session,
    *,
    manifest: dict[str, Any] | None = None,
    locales: tuple[str, ...] = ("en", "de", "ar"),
    state: str = "running",
    starts_at: datetime = NOW,
) -> World:
    number = next(_number)
    programme = Programme(
        id=new_id(), slug=f"halvorsen-{number}", name="Halvorsen Climate", sender_email="hello@halvorsen.example"
    )
    session.add(programme)
    session.flush()
    partner_id = make_partner(session)
    kit = Kit(id=new_id(), programme_id=programme.id, slug="spring", title="Spring")
    people = ContactList(id=new_id(), partner_id=partner_id, name="Customers")
    revision = BrandRevision(
        id=new_id(),
        partner_id=partner_id,
        number=1,
        data={"name": "Osterly", "email": "ada@osterly.example"},
        digest="d",
    )
    session.add_all([kit, people, revision])
    session.flush()
    version = KitVersion(
        id=new_id(), kit_id=kit.id, programme_id=programme.id, number=1, label="1", digest=f"d{number}",
        state="published", archive_key="k", manifest=manifest or {},
    )  # fmt: skip
    session.add(version)
    session.flush()
    launch = Launch(
        id=new_id(), slug=f"spring-{number}", programme_id=programme.id, partner_id=partner_id,
        kit_version_id=version.id, brand_revision_id=revision.id, list_id=people.id, client_token=f"c{number}",
        locales=list(locales), state=state, starts_at=starts_at,
    )  # fmt: skip
    session.add(launch)
    session.flush()
    return World(programme.id, partner_id, people.id, launch.id, launch.slug)


def add_person(
    session: Session,
    partner_id: UUID,
    list_id: UUID | None,
    email: str,
    *,
    basis: str | None = "consent",
    expires_at: datetime | None = None,
    withdrawn_at: datetime | None = None,
    **fields: Any,
) -> UUID:
    contact = Contact(id=new_id(), partner_id=partner_id, email=email, email_key=email.lower(), **fields)
    session.add(contact)
    session.flush()
    if list_id:
        session.add(ListMember(list_id=list_id, contact_id=contact.id))
    if basis:
        session.add(
            Consent(
                contact_id=contact.id, basis=basis, source="fair", given_at=datetime(2026, 1, 1, tzinfo=UTC),
                expires_at=expires_at, withdrawn_at=withdrawn_at,
            )
        )  # fmt: skip
    session.flush()
    return contact.id
