"""Previews: a piece as it would be, made by the real renderer when first looked at and kept in storage without a row.

Nothing is written to the database, so looking changes nothing. The links in a preview lead nowhere outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.artifacts.keys import preview_key
from campaigns.artifacts.logos import data_url, with_logo_pictures
from campaigns.artifacts.pictures import picture
from campaigns.artifacts.service.rendering import PART_TYPES, find_output
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, scoped
from campaigns.kits.queries import version_ref
from campaigns.kits.rules import VersionRef
from campaigns.kits.store import open_kit, samples_of
from campaigns.partners.brand.queries import current_revision
from campaigns.partners.brand.spec import brand_spec
from campaigns.partners.models import BrandRevision, Programme
from renderer.errors import RenderError
from renderer.fingerprint import fingerprint
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import OutputFormat
from renderer.render import render_piece
from renderer.report import Problem
from renderer.spec import BrandSpec, LaunchSpec, Links
from renderer.template_faults import TemplateFailed
from renderer.text.fonts import FontBook

MEDIA: Mapping[OutputFormat, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "email": "text/html; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "text": "text/plain; charset=utf-8",
    }
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What previews are made with: a kit, a brand and a launch that is none."""

    version: VersionRef
    brand: BrandSpec = field(repr=False)
    launch: LaunchSpec = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """A made preview: for mails the HTML as a recipient sees it. `fingerprint` is a strong ETag."""

    fingerprint: str
    media_type: str
    key: str


def preview_links(root: str, kit: LoadedKit, locale: str, landing: str) -> Links:
    """Links that stay inside the product: pictures are previews themselves."""
    images = {
        asset.id: f"{root}/{locale}/{asset.id}/{asset.outputs[0].name}"
        for asset in kit.manifest.assets
        if asset.kind == "image" and asset.outputs
    }
    channels = {asset.channel or "plain": landing for asset in kit.manifest.assets if asset.kind == "post"}
    files = {asset.id: landing for asset in kit.manifest.assets if asset.kind in ("pdf", "image")}
    return Links(landing, landing, MappingProxyType(channels), MappingProxyType(files), MappingProxyType(images))


def sample_root(version_id: UUID, sample_id: str) -> str:
    """The path below which the pages of a version's sample find their pictures, without the service's own prefix."""
    return f"/studio/kits/versions/{version_id}/preview/{sample_id}"


def next_monday(today: date) -> str:
    """The day previews say the launch starts on; it changes once a week, so previews are kept that long."""
    return (today + timedelta(days=7 - today.weekday())).isoformat()


def partner_scene(
    session: Session,
    storage: Storage,
    actor: Actor,
    version_id: UUID,
    *,
    public_url: str,
    today: date,
    revision_id: UUID | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Scene:
    """The actor's own brand (its current revision, or an older one of its own) on a version it may see.

    DomainError `launch.no_brand`, `kit_version.not_found`, `brand_revision.not_found`.
    """
    version = version_ref(session, actor, version_id)
    if revision_id is None:
        current = current_revision(session, actor.partner_id) if actor.partner_id else None
        if current is None:
            raise DomainError("launch.no_brand", Kind.CONFLICT, "There is no brand kit yet. Save your logo first.")
        revision_id = current.id
    own = scoped(select(BrandRevision.id).where(BrandRevision.id == revision_id), actor, BrandRevision)
    must_exist(session.scalar(own), "brand_revision")
    brand = brand_spec(session, storage, revision_id, fields)
    shown = with_logo_pictures(brand, data_url(brand.logo_light), data_url(brand.logo_dark))
    return Scene(version, shown, _launch(session, version, public_url, today))


def sample_scene(
    session: Session, storage: Storage, actor: Actor, version_id: UUID, sample_id: str, *, public_url: str, today: date
) -> Scene:
    """One of the kit's own sample brands (`typical`, `longest`, `rtl`) on a version of the actor's.

    DomainError `sample.not_found`, `kit_version.not_found`, `kit.refused`.
    """
    version = version_ref(session, actor, version_id)
    samples = samples_of(storage, version)
    sample = must_exist(next((item for item in samples if item.id == sample_id), None), "sample")
    return Scene(version, sample.brand, _launch(session, version, public_url, today))


def _launch(session: Session, version: VersionRef, public_url: str, today: date) -> LaunchSpec:
    programme = session.get_one(Programme, version.programme_id)
    return LaunchSpec(
        slug="preview",
        vendor_name=programme.name,
        vendor_address=programme.postal_address,
        starts_on=next_monday(today),
        links=Links(landing=f"{public_url}/l/preview", qr=f"{public_url}/l/preview"),
    )


def preview(
    storage: Storage, fonts: FontBook, scene: Scene, asset_id: str, output: str, locale: str, *, pictures_root: str
) -> Preview:
    """The piece of a scene, rendered if it is not kept. DomainError `piece.not_found`, `piece.cannot_be_made`
    with every problem found.
    """
    kit = open_kit(storage, scene.version)
    asset, wanted = find_output(kit.manifest, asset_id, output)
    if locale not in kit.manifest.locales:
        raise DomainError("piece.not_found", Kind.NOT_FOUND, "The kit is not there in that language.")
    links = preview_links(pictures_root, kit, locale, scene.launch.links.landing)
    launch = replace(scene.launch, links=links)
    try:  # a value of a field may be refused as soon as the piece is named
        address = fingerprint(kit, asset, wanted, locale, scene.brand, launch, fonts.digest)
        key = preview_key(address, wanted.format)
        if storage.stat(key) is not None:
            return Preview(address, MEDIA[wanted.format], key)
        piece = render_piece(kit, asset.id, wanted, locale, scene.brand, launch, fonts)
    except RenderError as error:
        found = error.problems if isinstance(error, TemplateFailed) else [_problem(error, asset_id, locale)]
        raise DomainError(
            "piece.cannot_be_made", Kind.INVALID, error.message, problems=found, reason=error.code, **error.params
        ) from error
    data = piece.parts["html"] if wanted.format == "email" else piece.data
    if wanted.format == "email":
        storage.put(preview_key(address, "subject"), piece.parts["subject"], PART_TYPES["subject"])
    storage.put(key, data, MEDIA[wanted.format])
    return Preview(address, MEDIA[wanted.format], key)


def _problem(error: RenderError, asset_id: str, locale: str) -> Problem:
    return Problem(error.code, error.message, asset=asset_id, locale=locale, params=error.params)


def preview_picture(storage: Storage, made: Preview, *, width: int, page: int = 1) -> bytes:
    """A PNG of a preview that is a PDF or a picture; DomainError `artifact.no_picture` for others."""
    return picture(storage, made.key, made.media_type, made.fingerprint, width=width, page=page)
