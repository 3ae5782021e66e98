"""The only caller of the renderer: an order becomes an artifact row and its stored bytes."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.artifacts.keys import artifact_key, part_key, template_key
from campaigns.artifacts.models import Artifact
from campaigns.core.errors import not_found
from campaigns.core.ids import new_id, new_secret
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.kits.rules import VersionRef
from campaigns.kits.store import open_kit
from renderer.fingerprint import fingerprint
from renderer.kit.manifest import Asset, Manifest, Output
from renderer.render import render_piece
from renderer.spec import BrandSpec, LaunchSpec, Piece
from renderer.text.fonts import FontBook

TOKEN_BYTES = 16
PART_TYPES = {
    name: f"text/{kind}; charset=utf-8" for name, kind in (("html", "html"), ("text", "plain"), ("subject", "plain"))
}
JOIN_FROM = 5 * 1024 * 1024  # what S3 takes as a part to be copied


@dataclass(frozen=True, slots=True)
class Order:
    """One piece to make: whose it is, and everything its bytes depend on."""

    partner_id: UUID
    version: VersionRef
    asset_id: str
    output: str
    locale: str
    brand: BrandSpec = field(repr=False)
    launch: LaunchSpec = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file that lies in storage; its row is written by `keep`. `artifact_id` is set if it was there already."""

    partner_id: UUID
    programme_id: UUID
    fingerprint: str
    storage_key: str
    media_type: str
    filename: str
    size: int
    sha256: str
    warnings: tuple[dict[str, Any], ...] = ()
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    render_ms: int = 0
    artifact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a file lies and the SHA-256 of its bytes."""

    key: str
    sha256: str


def find_output(manifest: Manifest, asset_id: str, output: str) -> tuple[Asset, Output]:
    """The asset and its output by their names; DomainError `piece.not_found`."""
    for asset in manifest.assets:
        for candidate in asset.outputs:
            if asset.id == asset_id and candidate.name == output:
                return asset, candidate
    raise not_found("piece")


def find(session: Session, partner_id: UUID, print_: str) -> Rendered | None:
    """The partner's file of a fingerprint."""
    row = session.scalar(select(Artifact).where(Artifact.partner_id == partner_id, Artifact.fingerprint == print_))
    if row is None:
        return None
    return Rendered(
        partner_id=row.partner_id,
        programme_id=row.programme_id,
        fingerprint=row.fingerprint,
        storage_key=row.storage_key,
        media_type=row.media_type,
        filename=row.filename,
        size=row.size,
        sha256=row.sha256,
        warnings=tuple(row.warnings),
        width=row.width,
        height=row.height,
        pages=row.pages,
        render_ms=row.render_ms,
        artifact_id=row.id,
    )


def make(factory: UnitOfWorkFactory, storage: Storage, fonts: FontBook, order: Order) -> Rendered:
    """Render the piece and store it, or find it. No transaction is open while it renders.

    RenderError with its code when the piece cannot be made; DomainError when kit or storage fail.
    """
    kit = open_kit(storage, order.version)
    asset, output = find_output(kit.manifest, order.asset_id, order.output)
    print_ = fingerprint(kit, asset, output, order.locale, order.brand, order.launch, fonts.digest)
    with factory.reading() as session:
        known = find(session, order.partner_id, print_)
    if known is not None:
        return known
    started = time.perf_counter()
    piece = render_piece(kit, asset.id, output, order.locale, order.brand, order.launch, fonts)
    render_ms = round((time.perf_counter() - started) * 1000)
    stored = store(storage, piece)
    return Rendered(
        partner_id=order.partner_id,
        programme_id=order.version.programme_id,
        fingerprint=piece.fingerprint,
        storage_key=stored.key,
        media_type=piece.media_type,
        filename=piece.filename,
        size=len(piece.data),
        sha256=stored.sha256,
        warnings=tuple(item.as_dict() for item in piece.warnings),
        width=piece.width,
        height=piece.height,
        pages=piece.pages,
        render_ms=render_ms,
    )


def store(storage: Storage, piece: Piece) -> Stored:
    """Put a piece and its parts under their fingerprint; the same piece again writes the same bytes.

    Of a PDF on a large template only the part behind the template is sent; storage joins the two.
    """
    key = artifact_key(piece.fingerprint, piece.media_type)
    for name, data in piece.parts.items():
        if name in PART_TYPES:
            storage.put(part_key(piece.fingerprint, name), data, PART_TYPES[name])
    delta = piece.parts.get("delta", b"")
    template = len(piece.data) - len(delta)
    if not delta or template < JOIN_FROM:
        storage.put(key, piece.data, piece.media_type)
        return Stored(key, hashlib.sha256(piece.data).hexdigest())
    digest = hashlib.sha256(memoryview(piece.data)[:template])
    shared = template_key(digest.hexdigest())
    if storage.stat(shared) is None:
        storage.put(shared, piece.data[:template], piece.media_type)
    storage.put_joined(key, [shared, delta], piece.media_type)
    digest.update(delta)
    return Stored(key, digest.hexdigest())


def keep(uow: UnitOfWork, rendered: Rendered) -> UUID:
    """The artifact's row, written once per partner and fingerprint whoever comes first."""
    if rendered.artifact_id is not None:
        return rendered.artifact_id
    made = uow.session.execute(
        insert(Artifact)
        .values(**_values(rendered, uow.now))
        .on_conflict_do_nothing(index_elements=["partner_id", "fingerprint"])
        .returning(Artifact.id)
    ).scalar_one_or_none()
    if made is not None:
        return made
    return uow.session.execute(
        select(Artifact.id).where(
            Artifact.partner_id == rendered.partner_id, Artifact.fingerprint == rendered.fingerprint
        )
    ).scalar_one()


def _values(rendered: Rendered, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "partner_id": rendered.partner_id,
        "programme_id": rendered.programme_id,
        "fingerprint": rendered.fingerprint,
        "storage_key": rendered.storage_key,
        "public_token": new_secret(TOKEN_BYTES),
        "media_type": rendered.media_type,
        "filename": rendered.filename,
        "size": rendered.size,
        "sha256": rendered.sha256,
        "warnings": list(rendered.warnings),
        "width": rendered.width,
        "height": rendered.height,
        "pages": rendered.pages,
        "rendered_at": now,
        "render_ms": rendered.render_ms,
    }


def render_to_artifact(factory: UnitOfWorkFactory, storage: Storage, fonts: FontBook, order: Order) -> UUID:
    """Make the piece and its row; the same order gives the same artifact."""
    rendered = make(factory, storage, fonts, order)
    with factory() as uow:
        return keep(uow, rendered)
