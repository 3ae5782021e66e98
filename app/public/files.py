"""Files of a launch for everybody: pictures of mails and pages, pieces to download, the brand's logos."""

from __future__ import annotations

from flask import Response, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import public
from app.public import blueprint
from app.public.pages import live_launch, nothing_here
from app.unit_of_work import container, uow
from campaigns.artifacts.queries import StoredFile
from campaigns.launches.public import public_piece
from campaigns.partners.brand.spec import brand_spec
from renderer.kit.brand_file import LOGO_BOX
from renderer.preview import smaller
from renderer.spec import LogoImage

SHORT_S = 3600  # a cancelled launch takes its files down, so caches ask again after an hour
KEPT_LOGOS = 256
_LOGOS: dict[str, bytes] = {}


def _send(piece: StoredFile) -> AnyResponse:
    response = send_file(
        container().storage.open(piece.storage_key),
        mimetype=piece.media_type,
        download_name=piece.filename,
        as_attachment=False,
        conditional=False,
        etag=False,
        max_age=SHORT_S,
    )
    response.set_etag(piece.fingerprint[:32])
    response.headers["Cache-Control"] = f"public, max-age={SHORT_S}"
    response.content_length = piece.size
    return response.make_conditional(request, accept_ranges=True, complete_length=piece.size)


@blueprint.get("/l/<slug>/<locale>/media/<asset_id>")
@public
def media(slug: str, locale: str, asset_id: str) -> AnyResponse:
    """A picture asset's first output."""
    launch = live_launch(slug, locale)
    piece = public_piece(uow().session, launch.id, locale, kinds=("image",), asset_id=asset_id)
    return nothing_here() if piece is None else _send(piece)


@blueprint.get("/l/<slug>/<locale>/files/<asset_id>")
@public
def download(slug: str, locale: str, asset_id: str) -> AnyResponse:
    """A piece that visitors may have: the PDFs and pictures of the launch."""
    launch = live_launch(slug, locale)
    piece = public_piece(uow().session, launch.id, locale, kinds=("pdf", "image"), asset_id=asset_id)
    return nothing_here() if piece is None else _send(piece)


@blueprint.get("/l/<slug>/logo/<ground>.png")
@public
def brand_logo(slug: str, ground: str) -> AnyResponse:
    """The logo for light or dark grounds, at twice the size it is shown at."""
    launch = live_launch(slug)
    brand = brand_spec(uow().session, container().storage, launch.brand_revision_id)
    logo = {"light": brand.logo_light, "dark": brand.logo_dark}.get(ground)
    if logo is None:
        return nothing_here()
    response = Response(_small(logo), content_type="image/png")
    response.set_etag(logo.digest[:32])
    response.headers["Cache-Control"] = f"public, max-age={SHORT_S}"
    return response.make_conditional(request)


def _small(logo: LogoImage) -> bytes:
    kept = _LOGOS.get(logo.digest)
    if kept is None:
        if len(_LOGOS) >= KEPT_LOGOS:
            _LOGOS.clear()
        kept = _LOGOS[logo.digest] = smaller(logo.png, 2 * LOGO_BOX[0])
    return kept
