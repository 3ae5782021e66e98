"""What strangers may see of a launch: by its slug, once it is ready and as long as it is not cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.artifacts.queries import StoredFile, stored_files
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.partners.models import Partner, Programme

LIVE = ("ready", "running", "paused", "finished")


@dataclass(frozen=True, slots=True)
class PublicLaunch:
    """A launch as its public pages need it. `standing` is `live`, or `gone` when it was cancelled."""

    id: UUID
    slug: str
    standing: Literal["live", "gone"]
    programme_id: UUID
    partner_id: UUID
    kit_version_id: UUID
    brand_revision_id: UUID
    locales: tuple[str, ...]
    partner_name: str
    programme_name: str
    campaign: str


def public_launch(session: Session, slug: str) -> PublicLaunch | None:
    """The launch of a slug; None for one that is not there yet, failed, or never was."""
    row = session.execute(
        select(
            Launch.id,
            Launch.slug,
            Launch.state,
            Launch.programme_id,
            Launch.partner_id,
            Launch.kit_version_id,
            Launch.brand_revision_id,
            Launch.locales,
            Partner.name.label("partner_name"),
            Programme.name.label("programme_name"),
            KitVersion.manifest["title"].astext.label("campaign"),
        )
        .join(Partner, Partner.id == Launch.partner_id)
        .join(Programme, Programme.id == Launch.programme_id)
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .where(Launch.slug == slug, Launch.state.in_((*LIVE, "cancelled")))
    ).one_or_none()
    if row is None:
        return None
    return PublicLaunch(
        id=row.id,
        slug=row.slug,
        standing="live" if row.state in LIVE else "gone",
        programme_id=row.programme_id,
        partner_id=row.partner_id,
        kit_version_id=row.kit_version_id,
        brand_revision_id=row.brand_revision_id,
        locales=tuple(row.locales),
        partner_name=row.partner_name,
        programme_name=row.programme_name,
        campaign=row.campaign or row.slug,
    )


def public_piece(
    session: Session, launch_id: UUID, locale: str, *, kinds: tuple[str, ...], asset_id: str | None = None
) -> StoredFile | None:
    """The first finished file of these kinds (of one asset if named) in a locale; None if there is none."""
    query = (
        select(LaunchPiece.artifact_id)
        .where(
            LaunchPiece.launch_id == launch_id,
            LaunchPiece.locale == locale,
            LaunchPiece.kind.in_(kinds),
            LaunchPiece.state == "ready",
        )
        .order_by(LaunchPiece.position, LaunchPiece.output)
        .limit(1)
    )
    if asset_id is not None:
        query = query.where(LaunchPiece.asset_id == asset_id)
    found = session.execute(query).scalar_one_or_none()
    return stored_files(session, [found])[found] if found is not None else None
