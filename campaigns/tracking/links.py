"""The tracked links of a launch: which ones each piece needs, and `renderer.spec.Links` made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.tracking.addresses import PublicSettings, file_url, landing_url, media_url, tracked_url
from campaigns.tracking.models import TrackedLink
from campaigns.tracking.tokens import link_token
from renderer.kit.manifest import Asset, Manifest
from renderer.spec import Links


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What makes a tracked link of a launch unique, besides its target."""

    kind: str
    locale: str
    channel: str = ""
    asset_id: str = ""
    step_id: str = ""


def _files(manifest: Manifest) -> list[Asset]:
    return [asset for asset in manifest.assets if asset.kind in ("pdf", "image")]


def _steps(manifest: Manifest) -> dict[str, str]:
    """Mail asset → the first step that sends it."""
    steps: dict[str, str] = {}
    for step in manifest.steps:
        steps.setdefault(step.asset, step.id)
    return steps


def landing_key(manifest: Manifest, asset: Asset, locale: str, channel: str) -> LinkKey:
    """The link to the landing page that a piece carries in a channel."""
    step_id = _steps(manifest).get(asset.id, "") if channel == "mail" else ""
    return LinkKey("landing", locale, channel, asset.id, step_id)


def file_key(manifest: Manifest, holder: Asset, locale: str, file_asset: str) -> LinkKey:
    """The link to a file from the piece that holds it: a mail, the landing page, or any other."""
    if holder.kind == "email":
        return LinkKey("file", locale, "mail", file_asset, _steps(manifest).get(holder.id, ""))
    return LinkKey("file", locale, "page" if holder.kind == "landing" else "plain", file_asset)


def _channels(asset: Asset) -> tuple[str, ...]:
    if asset.kind == "email":
        return ("mail",)
    if asset.kind == "post":
        return (asset.channel or "plain",)
    return ("qr", "plain") if asset.kind in ("pdf", "image") else ()


def needed(manifest: Manifest, locales: Sequence[str]) -> Iterator[LinkKey]:
    """Every link a launch of the kit in these locales needs; may repeat."""
    for locale in locales:
        for asset in manifest.assets:
            for channel in _channels(asset):
                yield landing_key(manifest, asset, locale, channel)
            for file_asset in _files(manifest):
                yield file_key(manifest, asset, locale, file_asset.id)


def make_links(
    session: Session,
    settings: PublicSettings,
    *,
    launch_id: UUID,
    slug: str,
    programme_id: UUID,
    partner_id: UUID,
    manifest: Manifest,
    locales: Sequence[str],
) -> dict[str, dict[str, Links]]:
    """Write the launch's tracked links and give the addresses by locale and asset id.

    Doing it again finds the same rows. Each printed or posted piece has links of its own, so that a lead
    can be traced to it; in a mail the step stands for the piece. `landing` of the landing page itself is
    its plain address.
    """
    base = settings.public_url

    def target(key: LinkKey) -> str:
        if key.kind == "file":
            return file_url(base, slug, key.locale, key.asset_id)
        return landing_url(base, slug, key.locale)

    keys = list(dict.fromkeys(needed(manifest, locales)))
    owner = {"launch_id": launch_id, "programme_id": programme_id, "partner_id": partner_id}
    columns = ("kind", "locale", "channel", "asset_id", "step_id")
    if keys:
        rows = [{**owner, **dict(zip(columns, astuple(key), strict=True)), "target": target(key)} for key in keys]
        session.execute(insert(TrackedLink).values(rows).on_conflict_do_nothing())
    found = session.execute(
        select(TrackedLink.id, *[getattr(TrackedLink, column) for column in columns]).where(
            TrackedLink.launch_id == launch_id
        )
    )
    ids = {LinkKey(*row[1:]): row[0] for row in found}

    def url(key: LinkKey) -> str:
        return tracked_url(base, link_token(settings.secret_key, ids[key]))

    images = [asset.id for asset in manifest.assets if asset.kind == "image"]
    made: dict[str, dict[str, Links]] = {}
    for locale in locales:
        pictures = MappingProxyType({asset_id: media_url(base, slug, locale, asset_id) for asset_id in images})
        made[locale] = {}
        for asset in manifest.assets:
            ways = {channel: url(landing_key(manifest, asset, locale, channel)) for channel in _channels(asset)}
            plain = landing_url(base, slug, locale)
            made[locale][asset.id] = Links(
                landing=ways.get("mail") or ways.get("plain") or next(iter(ways.values()), plain),
                qr=ways.get("qr", plain),
                channels=MappingProxyType({asset.channel or "plain": ways[asset.channel or "plain"]})
                if asset.kind == "post"
                else MappingProxyType({}),
                files=MappingProxyType(
                    {file.id: url(file_key(manifest, asset, locale, file.id)) for file in _files(manifest)}
                ),
                images=pictures,
            )
    return made
