"""Previews for partners: a published version's pieces with their own brand, by the real renderer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for

from app.auth import current
from app.auth.access import permission
from app.campaign_words import kit_of
from app.portal.brand_view import LivePiece
from app.preview_answer import show_preview
from app.unit_of_work import container, uow
from campaigns.artifacts.previews import partner_scene, preview
from campaigns.core.actor import Actor
from campaigns.kits.queries import kits_for, manifest_of
from campaigns.partners.service import limits

blueprint = Blueprint("previews", __name__, url_prefix="/portal/previews")


TYPED_MOST, TYPED_PER_S = 1200, 3600  # a panel shows some ten pieces and asks anew while somebody types


def fields_of_query() -> dict[str, str]:
    """The values of the kit's fields, `f.<id>` in the address.

    Each combination is a rendering of its own that is kept until the nightly pruning, so a company gets so many an
    hour: DomainError `http.too_many_requests`.
    """
    values = {name[2:]: value for name, value in request.args.items() if name.startswith("f.") and value}
    if values:
        limits.take(container().uow, f"typed-preview:{current.actor().partner_id}", TYPED_MOST, TYPED_PER_S)
    return values


@blueprint.get("/<uuid:version_id>/<uuid:revision_id>/<locale>/<asset_id>/<output>")
@permission("campaign.read")
def piece(version_id: UUID, revision_id: UUID, locale: str, asset_id: str, output: str) -> Response:
    """One piece; `?w=` the width of a picture, `?f.<id>=` a value of the kit's fields."""
    box = container()
    scene = partner_scene(
        uow().session,
        box.storage,
        current.actor(),
        version_id,
        public_url=box.settings.public_url,
        today=box.clock.now().date(),
        revision_id=revision_id,
        fields=fields_of_query(),
    )
    root = f"{request.script_root}/portal/previews/{version_id}/{revision_id}"
    uow().rollback()  # no transaction is open while it renders
    made = preview(box.storage, box.fonts, scene, asset_id, output, locale, pictures_root=root)
    return show_preview(made, kit_of(scene.version), locale)


def brand_pieces(actor: Actor, revision_id: UUID) -> list[LivePiece]:
    """For the brand page: the first picture and the first PDF of the newest campaign the partner may launch."""
    session = uow().session
    cards = kits_for(session, actor, on=container().clock.now().date())
    if not cards:
        return []
    card = cards[0]
    manifest = manifest_of(session, card.version_id)
    locale = actor.locale if actor.locale in manifest.locales else manifest.source_locale
    shown = []
    for kind in ("pdf", "image"):
        asset = next((item for item in manifest.assets if item.kind == kind and item.outputs), None)
        if asset is not None:
            output = asset.outputs[0]
            src = url_for(
                "previews.piece",
                version_id=card.version_id,
                revision_id=revision_id,
                locale=locale,
                asset_id=asset.id,
                output=output.name,
                w=640,
            )
            size = (output.width, output.height) if output.width and output.height else (595, 842)
            shown.append(LivePiece(src, asset.title, *size))
    return shown


@blueprint.record_once
def _offer_to_brand_page(state: object) -> None:
    state.app.extensions["brand_pieces"] = brand_pieces  # type: ignore[attr-defined]
