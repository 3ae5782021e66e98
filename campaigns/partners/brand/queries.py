"""Reads of brand kits."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from campaigns.partners.models import BrandKit, BrandRevision


def current_revision(session: DbSession, partner_id: UUID) -> BrandRevision | None:
    """The revision in use now, or None before the first save."""
    return session.scalars(
        select(BrandRevision)
        .join(BrandKit, BrandKit.current_revision_id == BrandRevision.id)
        .where(BrandKit.partner_id == partner_id)
    ).one_or_none()


def light_logo_id(session: DbSession, partner_id: UUID) -> UUID | None:
    """The logo for light grounds of the current revision."""
    revision = current_revision(session, partner_id)
    return revision.logo_light_id if revision else None
