"""The click: one transaction pins version, brand, locales, fields and audience, and orders every piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import ContactList
from campaigns.audience.queries import plan_audience, snapshot_select
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import must_exist, partner_of, scoped
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.queries import manifest_of, newest_published, version_ref
from campaigns.kits.rules import VersionRef
from campaigns.launches import fields
from campaigns.launches.models import Launch, LaunchContact, LaunchPiece
from campaigns.launches.rules import check_start, new_slug
from campaigns.partners.brand.queries import current_revision
from campaigns.partners.models import Partner
from renderer.kit.manifest import Manifest
from renderer.report import Problem

RENDER_TASK = "render.piece"
TOKEN_CHARS = 100


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What a partner confirms. `starts_at` None is at once; `client_token` makes the click safe to repeat."""

    kit_version_id: UUID
    locales: Sequence[str]
    client_token: str
    list_id: UUID | None = None
    starts_at: datetime | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    relaunch_of: UUID | None = None


def launch_campaign(uow: UnitOfWork, actor: Actor, request: LaunchRequest) -> UUID:
    """Launch, or find the launch that the same token made before. Returns its id.

    DomainError `launch.no_token`, `kit_version.not_found`, `kit.withdrawn`, `kit.out_of_season`, `launch.no_brand`,
    `launch.refused` with every problem of locales and fields, `launch.no_such_list`, `launch.starts_in_past`, ….
    """
    require(actor, "launch.create")
    partner_id = partner_of(actor)
    token = request.client_token.strip()
    if not token or len(token) > TOKEN_CHARS:
        raise invalid("launch.no_token", f"A client token of 1 to {TOKEN_CHARS} characters is needed.")
    known = _made_before(uow, partner_id, token)
    if known is not None:
        return known
    version = launchable(uow, actor, request.kit_version_id)
    manifest = manifest_of(uow.session, version.id)
    values, problems = fields.settled(manifest, request.fields)
    problems += _locale_problems(version, manifest, request.locales)
    brand = current_revision(uow.session, partner_id)
    if brand is None:
        raise invalid(
            "launch.no_brand", "There is no brand kit yet. Save your logo and colours first, it takes a minute."
        )
    raise_if_any("launch.refused", "Something about this launch needs mending first.", problems)
    starts_at = check_start(request.starts_at, uow.now)
    _check_list(uow, actor, request.list_id)
    partner = uow.session.get_one(Partner, partner_id)
    launch_id = uow.session.execute(
        insert(Launch)
        .values(
            id=new_id(),
            created_at=uow.now,
            slug=new_slug(partner.slug, version.slug),
            programme_id=version.programme_id,
            partner_id=partner_id,
            kit_version_id=version.id,
            brand_revision_id=brand.id,
            list_id=request.list_id,
            client_token=token,
            locales=list(dict.fromkeys(request.locales)),
            fields=values,
            starts_at=starts_at,
            launched_by=actor.person_id,
            relaunch_of=request.relaunch_of,
        )
        .on_conflict_do_nothing(index_elements=["partner_id", "client_token"])
        .returning(Launch.id)
    ).scalar_one_or_none()
    if launch_id is None:  # the same click, a moment earlier, in another process
        return must_exist(_made_before(uow, partner_id, token), "launch")  # type: ignore[no-any-return]
    launch = uow.session.get_one(Launch, launch_id)
    _order_pieces(uow, launch, manifest)
    _hold_audience(uow, launch, partner.locale)
    audit.record(
        uow,
        actor,
        "launch.create",
        "launch",
        launch_id,
        {"kit_version": str(version.id), "locales": launch.locales, "audience": launch.audience_total},
        programme_id=launch.programme_id,
        partner_id=partner_id,
    )
    return launch_id


def relaunch(uow: UnitOfWork, actor: Actor, launch_id: UUID, client_token: str) -> UUID:
    """A new launch of the newest published version with the same locales, list and fields the kit still has.

    DomainError `launch.nothing_newer` if the launch runs that version already.
    """
    require(actor, "launch.create")
    old: Launch = must_exist(
        uow.session.scalar(scoped(select(Launch).where(Launch.id == launch_id), actor, Launch)), "launch"
    )
    pinned = version_ref(uow.session, actor, old.kit_version_id)
    newest = newest_published(uow.session, actor, pinned.kit_id)
    if newest is None or newest.number <= pinned.number:
        raise DomainError("launch.nothing_newer", Kind.CONFLICT, "This launch has the newest version already.")
    manifest = manifest_of(uow.session, newest.id)
    still = {item.id for item in manifest.fields if not item.locked}
    request = LaunchRequest(
        kit_version_id=newest.id,
        locales=[locale for locale in old.locales if locale in manifest.locales] or [manifest.source_locale],
        client_token=client_token,
        list_id=old.list_id,
        fields={name: value for name, value in old.fields.items() if name in still},
        relaunch_of=old.id,
    )
    return launch_campaign(uow, actor, request)


def launchable(uow: UnitOfWork, actor: Actor, version_id: UUID) -> VersionRef:
    """The version if it may be launched today; `kit.withdrawn`, `kit.unpublished`, `kit.out_of_season`."""
    version = version_ref(uow.session, actor, version_id)
    if version.state == "withdrawn":
        raise DomainError("kit.withdrawn", Kind.GONE, "The vendor has withdrawn this version; launch the newest one.")
    if version.state != "published":
        raise DomainError("kit.unpublished", Kind.CONFLICT, "This version is not published yet.")
    if not version.in_season(uow.now.date()):
        raise DomainError(
            "kit.out_of_season",
            Kind.CONFLICT,
            "The campaign is over." if version.expired(uow.now.date()) else "The campaign has not begun yet.",
            valid_from=version.valid_from.isoformat() if version.valid_from else None,
            valid_until=version.valid_until.isoformat() if version.valid_until else None,
        )
    return version


def _made_before(uow: UnitOfWork, partner_id: UUID, token: str) -> UUID | None:
    return uow.session.scalar(select(Launch.id).where(Launch.partner_id == partner_id, Launch.client_token == token))


def _locale_problems(version: VersionRef, manifest: Manifest, locales: Sequence[str]) -> list[Problem]:
    if not locales:
        return [Problem("launch.no_locale", "Choose at least one language.")]
    offered = ", ".join(manifest.locales)
    return [
        Problem(
            "launch.locale_not_offered",
            f"Version {version.number} of the kit is not there in {locale}; it is there in {offered}.",
            locale=locale,
        )
        for locale in dict.fromkeys(locales)
        if locale not in manifest.locales
    ]


def _check_list(uow: UnitOfWork, actor: Actor, list_id: UUID | None) -> None:
    if list_id is None:
        return
    query = scoped(select(ContactList.archived_at).where(ContactList.id == list_id), actor, ContactList)
    row = uow.session.execute(query).one_or_none()
    if row is None or row.archived_at is not None:
        raise invalid("launch.no_such_list", "That list is not there any more. Choose another.")


def _order_pieces(uow: UnitOfWork, launch: Launch, manifest: Manifest) -> None:
    """One row and one job per asset, output and locale; the first language's pieces are ordered first."""
    position = 0
    rows: list[dict[str, Any]] = []
    for locale in launch.locales:
        for asset in manifest.assets:
            for output in asset.outputs:
                rows.append(
                    {
                        "id": new_id(),
                        "launch_id": launch.id,
                        "position": position,
                        "asset_id": asset.id,
                        "kind": asset.kind,
                        "title": asset.title,
                        "output": output.name,
                        "locale": locale,
                    }
                )
                position += 1
    uow.session.execute(insert(LaunchPiece), rows)
    for row in rows:
        jobs.enqueue(uow, RENDER_TASK, str(row["id"]), {"piece_id": str(row["id"])}, queue="render")


def _hold_audience(uow: UnitOfWork, launch: Launch, default_locale: str) -> None:
    """Freeze who will be mailed and in which language; whoever joins the list later is not."""
    if launch.list_id is None:
        return
    about: dict[str, Any] = {
        "partner_id": launch.partner_id,
        "programme_id": launch.programme_id,
        "list_id": launch.list_id,
        "locales": launch.locales,
        "default_locale": default_locale,
        "now": uow.now,
    }
    plan = plan_audience(uow.session, **about)
    chosen = snapshot_select(**about).subquery()
    uow.session.execute(
        insert(LaunchContact).from_select(
            ["launch_id", "contact_id", "locale"], select(literal(launch.id), chosen.c.contact_id, chosen.c.locale)
        )
    )
    launch.audience_total = uow.session.execute(
        select(func.count()).select_from(LaunchContact).where(LaunchContact.launch_id == launch.id)
    ).scalar_one()
    launch.audience_skipped = plan.skipped
    uow.session.flush()
