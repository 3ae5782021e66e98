"""The brand page: logo, colours and what stands beside them, and how they look on real pieces."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, problem_text, text_of
from app.forms import form_uuid, form_version
from app.i18n import gettext as _
from app.i18n import locale
from app.i18n.formats import countries
from app.portal.brand_view import live_pieces, refusal_view
from app.security import limited, upload_limit
from app.unit_of_work import container, roll_back, uow
from campaigns.artifacts.previews import partner_scene, preview_picture
from campaigns.artifacts.previews import preview as make_preview
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import may
from campaigns.kits.queries import KitCard, kits_for
from campaigns.partners import brand
from renderer.logo.contrast import contrast_ratio
from renderer.spec import Ground

blueprint = Blueprint("brand", __name__, url_prefix="/portal/brand")
FIELDS = tuple(brand.BrandForm.__dataclass_fields__)


def _page(values: Any = None, errors: dict[str, str] | None = None, refused: str = "") -> str:
    shown = brand.brand_page(uow().session, current.actor())
    form = values or shown.form.as_dict()
    return render_template(
        "portal/brand.html",
        brand=shown,
        values=form,
        errors=errors or {},
        refused=refused,
        refusal=refusal_view(shown.refusal) if shown.refusal else None,
        contrast=contrast_ratio,
        countries=countries(),
        pieces=live_pieces(shown, _cards(), locale()),
        editing=bool(values) or "edit" in request.args,
    )


def _cards() -> list[KitCard]:
    """The kits to show the brand on; somebody who may not see campaigns sees none."""
    acting = current.actor()
    return kits_for(uow().session, acting) if may(acting, "campaign.read") else []


@blueprint.get("")
@permission("brand.read")
def show() -> str:
    """The page."""
    return _page()


@blueprint.get("/logo/<uuid:logo_id>.png")
@permission("brand.read")
def logo(logo_id: UUID) -> AnyResponse:
    """A logo's picture; it never changes, so the browser keeps it."""
    view = brand.own_logo(uow().session, current.actor(), logo_id)
    response = Response(container().storage.get(view.png_key), content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@blueprint.get("/preview/<uuid:version_id>/<locale>/<asset_id>/<output>")
@permission("campaign.read")
def preview(version_id: UUID, locale: str, asset_id: str, output: str) -> AnyResponse:
    """A picture of a real piece with the present brand, by the renderer that makes the files."""
    box = container()
    scene = partner_scene(
        uow().session,
        box.storage,
        current.actor(),
        version_id,
        public_url=box.settings.public_url,
        today=box.clock.now().date(),
    )
    uow().commit()  # nothing is open while the piece is drawn
    root = f"{blueprint.url_prefix}/preview/{version_id}"
    made = make_preview(box.storage, box.fonts, scene, asset_id, output, locale, pictures_root=root)
    response = Response(preview_picture(box.storage, made, width=640), content_type="image/png")
    response.set_etag(made.fingerprint)
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@blueprint.post("/logo")
@permission("brand.write")
@upload_limit(20)
@limited("logo", 40, 600)
def upload() -> AnyResponse:
    """Take a logo in; whatever comes of it, the page then shows it."""
    file = request.files.get("logo")
    ground: Ground = "dark" if request.form.get("ground") == "dark" else "light"
    if file is None or not file.filename:
        flash(_("Choose a file first."), "danger")
        return redirect(url_for("brand.show"), 303)
    acting = current.actor()
    uow().commit()  # nothing is open while the file is read
    outcome = brand.upload_logo(
        container().uow, container().storage, acting, filename=file.filename, data=file.read(), ground=ground
    )
    if outcome.taken:
        flash(_("Your logo is in use. New launches carry it from now on."))
        return redirect(url_for("brand.show"), 303)
    return redirect(url_for("brand.show") + "#refused", 303)


@blueprint.post("/save")
@permission("brand.write")
def save() -> tuple[str, int] | AnyResponse:
    """Save what stands beside the logo."""
    form = brand.BrandForm(**{name: request.form.get(name, "") for name in FIELDS})
    try:
        revision = brand.save_brand(uow(), current.actor(), form, form_version())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.PRECONDITION):
            raise
        roll_back()
        return _page(request.form, errors_by_field(error.problems), text_of(error)), 422
    flash(_("Saved as revision %(number)s.", number=revision.number))
    return redirect(url_for("brand.show"), 303)


@blueprint.post("/colours")
@permission("brand.write")
def colours() -> AnyResponse:
    """Take the colours found in the logo."""
    return _change(lambda: brand.use_colours(uow(), current.actor(), form_uuid("logo"), form_version()))


@blueprint.post("/place")
@permission("brand.write")
def place() -> AnyResponse:
    """Put a logo on a ground; without a logo, take the one for dark grounds away."""
    ground: Ground = "dark" if request.form.get("ground") == "dark" else "light"
    logo_id = form_uuid("logo") if request.form.get("logo") else None
    return _change(lambda: brand.place_logo(uow(), current.actor(), logo_id, ground, form_version()), dismiss=True)


@blueprint.post("/revisions/<int:number>/use")
@permission("brand.write")
def restore(number: int) -> AnyResponse:
    """Use an older revision again."""
    return _change(lambda: brand.restore_revision(uow(), current.actor(), number, form_version()))


@blueprint.post("/refusals/<uuid:upload_id>/dismiss")
@permission("brand.write")
def dismiss(upload_id: UUID) -> AnyResponse:
    """Put a refusal away."""
    brand.dismiss_refusal(uow(), current.actor(), upload_id)
    return redirect(url_for("brand.show"), 303)


def _change(act: Any, *, dismiss: bool = False) -> AnyResponse:
    try:
        revision = act()
        if dismiss and request.form.get("upload"):
            brand.dismiss_refusal(uow(), current.actor(), form_uuid("upload"))
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.PRECONDITION, Kind.CONFLICT):
            raise
        roll_back()
        flash(" ".join([text_of(error), *map(problem_text, error.problems)]), "danger")
    else:
        flash(_("Saved as revision %(number)s.", number=revision.number))
    return redirect(url_for("brand.show"), 303)
