"""What the launch panel shows before the click: pieces, people, time and cost, filled in as well as can be guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.audience.models import ContactList, ListMember
from campaigns.audience.queries import AudiencePlan, plan_audience
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import partner_of, scoped
from campaigns.kits.queries import manifest_of, newest_published, version_ref
from campaigns.kits.rules import VersionRef
from campaigns.launches import fields as rules_of_fields
from campaigns.launches.rules import locales_for, proposed_start
from campaigns.partners.brand.queries import current_revision
from campaigns.partners.models import Partner, Programme
from renderer.kit.manifest import Funds, KitField, Manifest
from renderer.report import Problem


@dataclass(frozen=True, slots=True)
class OfferPiece:
    """One file of the launch in one language; width and height are a picture's pixels if the manifest says them."""

    asset_id: str
    kind: str
    title: str
    output: str
    format: str
    width: int | None
    height: int | None
    channel: str


@dataclass(frozen=True, slots=True)
class ListChoice:
    """A list that could be mailed."""

    id: UUID
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class OfferStep:
    """A mail of the sequence: how long after the one before, and who gets it."""

    title: str
    wait: timedelta
    send_if: str


@dataclass(frozen=True, slots=True)
class LaunchOffer:
    """The panel. `blockers` are what stops a launch now; `field_problems` what the values lack."""

    version: VersionRef
    programme_name: str
    programme_slug: str
    title: str
    summary: str
    newer: VersionRef | None
    locales: tuple[str, ...]
    chosen: tuple[str, ...]
    pieces: tuple[OfferPiece, ...]
    steps: tuple[OfferStep, ...]
    fields: tuple[KitField, ...]
    values: Mapping[str, str]
    field_problems: tuple[Problem, ...]
    lists: tuple[ListChoice, ...]
    chosen_list: ListChoice | None
    plan: AudiencePlan
    starts_at: datetime
    zone: str
    funds: Funds | None
    brand_revision_id: UUID | None
    blockers: tuple[Problem, ...] = field(default=())

    @property
    def mails(self) -> int:
        """How many mails the sequence has."""
        return len(self.steps)


def launch_offer(
    session: Session,
    actor: Actor,
    version_id: UUID,
    *,
    now: datetime,
    locales: Sequence[str] | None = None,
    list_id: UUID | None = None,
    no_list: bool = False,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> LaunchOffer:
    """The offer for the actor's company. What is not named is guessed: its languages, its largest list, a morning."""
    require(actor, "launch.create")
    partner = session.get_one(Partner, partner_of(actor))
    version = version_ref(session, actor, version_id)
    programme = session.get_one(Programme, version.programme_id)
    manifest = manifest_of(session, version_id)
    newest = newest_published(session, actor, version.kit_id)
    chosen = _chosen(manifest, partner, locales)
    lists = _lists(session, actor)
    picked = None if no_list else next((item for item in lists if item.id == list_id), lists[0] if lists else None)
    brand = current_revision(session, partner.id)
    zone = zone_of(partner)
    _, problems = rules_of_fields.settled(manifest, fields)
    return LaunchOffer(
        version=version,
        programme_name=programme.name,
        programme_slug=programme.slug,
        title=manifest.title,
        summary=manifest.summary,
        newer=newest if newest and newest.number > version.number else None,
        locales=manifest.locales,
        chosen=chosen,
        pieces=_pieces(manifest),
        steps=_steps(manifest),
        fields=manifest.fields,
        values=MappingProxyType({item.id: fields.get(item.id, item.default) for item in manifest.fields}),
        field_problems=tuple(problems),
        lists=lists,
        chosen_list=picked if manifest.steps else None,
        plan=_plan(session, partner, version, picked, chosen, now) if picked and manifest.steps else AudiencePlan(),
        starts_at=proposed_start(now, zone),
        zone=zone.key,
        funds=manifest.funds,
        brand_revision_id=brand.id if brand else None,
        blockers=tuple(_blockers(version, brand is not None, now)),
    )


def zone_of(partner: Partner) -> ZoneInfo:
    """The partner's time zone; UTC where it names none that exists."""
    try:
        return ZoneInfo(partner.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _chosen(manifest: Manifest, partner: Partner, asked: Sequence[str] | None) -> tuple[str, ...]:
    if asked is not None:
        return tuple(locale for locale in manifest.locales if locale in asked)
    return locales_for(manifest.locales, manifest.source_locale, (*partner.locales, partner.locale))


def _pieces(manifest: Manifest) -> tuple[OfferPiece, ...]:
    return tuple(
        OfferPiece(
            asset.id,
            asset.kind,
            asset.title,
            output.name,
            output.format,
            output.width,
            output.height,
            asset.channel,
        )
        for asset in manifest.assets
        for output in asset.outputs
    )


def _steps(manifest: Manifest) -> tuple[OfferStep, ...]:
    return tuple(OfferStep(manifest.asset(step.asset).title, step.wait, step.send_if) for step in manifest.steps)


def _lists(session: Session, actor: Actor) -> tuple[ListChoice, ...]:
    count = func.count(ListMember.contact_id)
    query: Any = scoped(
        select(ContactList.id, ContactList.name, count)
        .outerjoin(ListMember, ListMember.list_id == ContactList.id)
        .where(ContactList.archived_at.is_(None))
        .group_by(ContactList.id)
        .order_by(count.desc(), ContactList.name)
        .limit(200),
        actor,
        ContactList,
    )
    return tuple(ListChoice(*row) for row in session.execute(query))


def _plan(
    session: Session, partner: Partner, version: VersionRef, picked: ListChoice, chosen: Sequence[str], now: datetime
) -> AudiencePlan:
    if not chosen:
        return AudiencePlan()
    return plan_audience(
        session,
        partner_id=partner.id,
        programme_id=version.programme_id,
        list_id=picked.id,
        locales=chosen,
        default_locale=partner.locale,
        now=now,
    )


def _blockers(version: VersionRef, has_brand: bool, now: datetime) -> list[Problem]:
    found = []
    if version.state == "withdrawn":
        found.append(Problem("kit.withdrawn", "The vendor has withdrawn this version; launch the newest one."))
    elif version.expired(now.date()):
        found.append(Problem("kit.out_of_season", "The campaign is over."))
    elif not version.in_season(now.date()):
        found.append(Problem("kit.out_of_season", "The campaign has not begun yet."))
    if not has_brand:
        found.append(Problem("launch.no_brand", "There is no brand kit yet. Save your logo and colours first."))
    return found
