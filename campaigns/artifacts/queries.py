"""Reads of rendered files for downloads, pictures and public pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.artifacts.models import Artifact
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, scoped


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A finished file as pages show it."""

    id: UUID
    partner_id: UUID
    fingerprint: str
    storage_key: str
    media_type: str
    filename: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    pages: int | None
    warnings: tuple[object, ...] = ()

    @property
    def is_picture(self) -> bool:
        """True for files a browser shows in an `img`."""
        return self.media_type.startswith("image/")


def _stored(row: Artifact) -> StoredFile:
    return StoredFile(
        row.id,
        row.partner_id,
        row.fingerprint,
        row.storage_key,
        row.media_type,
        row.filename,
        row.size,
        row.sha256,
        row.width,
        row.height,
        row.pages,
        tuple(row.warnings),
    )


def artifact(session: Session, actor: Actor, artifact_id: UUID) -> StoredFile:
    """A partner's own file; DomainError `artifact.not_found` otherwise."""
    require(actor, "launch.read")
    row = session.scalar(scoped(select(Artifact).where(Artifact.id == artifact_id), actor, Artifact))
    return _stored(must_exist(row, "artifact"))


def stored_files(session: Session, artifact_ids: Iterable[UUID]) -> dict[UUID, StoredFile]:
    """Files by id, for callers that hold rows of the actor's own which point to them."""
    rows = session.scalars(select(Artifact).where(Artifact.id.in_(list(artifact_ids))))
    return {row.id: _stored(row) for row in rows}
