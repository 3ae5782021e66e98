"""Reads of the campaigns a partner may launch now, as cards: the pieces to show, their languages, how many people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.audience.models import ContactList, ListMember
from campaigns.audience.queries import plan_audience
from campaigns.core.actor import Actor
from campaigns.core.tenancy import partner_of, scoped
from campaigns.desk.launches import last_launches
from campaigns.desk.rules import Before, Candidate, ready_order
from campaigns.kits.queries import KitCard, kits_for
from campaigns.launches.rules import locales_for
from campaigns.partners.models import Partner

Sizes = tuple[int, int]
A4: Sizes = (595, 842)


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece as a card or page shows it: one output of an asset. Pixels only give the proportion."""

    asset_id: str
    kind: str
    title: str
    output: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A campaign that may go out: its kit, the languages it would go in (`main` is the partner's own), its pieces."""

    kit: KitCard
    locales: tuple[str, ...]
    main: str
    pieces: tuple[Shown, ...]
    before: Before | None


def _shown(kit: KitCard) -> tuple[Shown, ...]:
    return tuple(
        Shown(asset["id"], asset["kind"], asset["title"], _name(output), *_size(output))
        for asset in kit.assets
        for output in asset["outputs"]
    )


def _name(output: Mapping[str, object]) -> str:
    width, height = output.get("width"), output.get("height")
    return f"{output['format']}@{width}x{height}" if width and height else str(output["format"])


def _size(output: Mapping[str, object]) -> Sizes:
    width, height = output.get("width"), output.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else A4


def ready_campaigns(session: Session, actor: Actor, now: datetime) -> list[Ready]:
    """Every campaign in season, never launched ones first; DomainError `actor.forbidden`."""
    cards = {card.kit_id: card for card in kits_for(session, actor, on=now.date())}
    before = last_launches(session, actor)
    partner = session.get_one(Partner, partner_of(actor))
    ordered = ready_order(Candidate(card.kit_id, card.since, before.get(card.kit_id)) for card in cards.values())
    return [_ready(cards[item.kit_id], partner, item.before) for item in ordered]


def _ready(card: KitCard, partner: Partner, before: Before | None) -> Ready:
    locales = locales_for(card.locales, card.source_locale, (*partner.locales, partner.locale))
    main = partner.locale if partner.locale in locales else locales[0]
    return Ready(card, locales, main, _shown(card), before)


def people_by_programme(
    session: Session, actor: Actor, programme_ids: Sequence[UUID], now: datetime
) -> dict[UUID, int]:
    """How many of the actor's largest list may be mailed for each programme; empty without a list."""
    partner = session.get_one(Partner, partner_of(actor))
    size = func.count(ListMember.contact_id)
    list_id = session.scalar(
        scoped(
            select(ContactList.id)
            .outerjoin(ListMember, ListMember.list_id == ContactList.id)
            .where(ContactList.archived_at.is_(None))
            .group_by(ContactList.id)
            .order_by(size.desc(), ContactList.name)
            .limit(1),
            actor,
            ContactList,
        )
    )
    if list_id is None:
        return {}
    return {
        programme_id: plan_audience(
            session,
            partner_id=partner.id,
            programme_id=programme_id,
            list_id=list_id,
            locales=(partner.locale,),
            default_locale=partner.locale,
            now=now,
        ).mailable
        for programme_id in dict.fromkeys(programme_ids)
    }
