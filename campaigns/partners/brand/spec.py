"""A frozen revision as the renderer's BrandSpec; kept in the process by the revision's digest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.models import BrandRevision, Logo, Partner
from renderer.spec import BrandSpec, LogoImage

KEPT = 64
_kept: OrderedDict[str, BrandSpec] = OrderedDict()
_lock = Lock()


def brand_spec(
    session: DbSession, storage: Storage, brand_revision_id: UUID, fields: Mapping[str, str] | None = None
) -> BrandSpec:
    """The brand of a revision with a launch's own field values. For the caller to check whose it is.

    Raises `brand_revision.not_found`, and the storage's errors when a logo's file is gone.
    """
    revision: BrandRevision = must_exist(session.get(BrandRevision, brand_revision_id), "brand_revision")
    with _lock:
        spec = _kept.get(revision.digest)
        if spec is not None:
            _kept.move_to_end(revision.digest)
    if spec is None:
        spec = _read(session, storage, revision)
        with _lock:
            _kept[revision.digest] = spec
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    country = spec.country or session.get_one(Partner, revision.partner_id).country  # saved before it was asked for
    return replace(spec, country=country, fields=MappingProxyType(dict(fields or {})))


def _read(session: DbSession, storage: Storage, revision: BrandRevision) -> BrandSpec:
    ids = [logo_id for logo_id in (revision.logo_light_id, revision.logo_dark_id) if logo_id]
    rows = {row.id: row for row in session.scalars(select(Logo).where(Logo.id.in_(ids)))}
    form = BrandForm.from_dict(revision.data)
    light, dark = revision.logo_light_id, revision.logo_dark_id
    return BrandSpec(
        name=form.name,
        primary=form.primary,
        secondary=form.secondary,
        logo_light=_logo(storage, rows[light]) if light else None,
        logo_dark=_logo(storage, rows[dark]) if dark else None,
        legal_name=form.legal_name,
        tagline=form.tagline,
        phone=form.phone,
        email=form.email,
        url=form.url,
        address=form.address,
        country=form.country,
        legal_line=form.legal_line,
    )


def _logo(storage: Storage, row: Logo) -> LogoImage:
    measured = row.measured
    return LogoImage(
        kind="vector" if row.kind == "vector" else "raster",
        png=storage.get(row.png_key),
        width=float(measured["width"]),
        height=float(measured["height"]),
        ink_share=float(measured["ink_share"]),
        contrast_on_light=float(measured["contrast_on_light"]),
        contrast_on_dark=float(measured["contrast_on_dark"]),
        digest=row.digest,
        svg=storage.get(row.svg_key) if row.svg_key else None,
        pdf=storage.get(row.pdf_key) if row.pdf_key else None,
    )
