"""A programme's colour as a stylesheet of its own: never inline, cached by the colour in its address."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.auth.access import public
from app.static_files import FOREVER
from app.unit_of_work import uow
from campaigns.partners import queries

blueprint = Blueprint("style", __name__)


@blueprint.get("/style/programme/<slug>.css")
@public
def programme(slug: str) -> Response:
    """`--tl-programme` for the regions of one programme. The stored colour has at least 4.5:1 on white."""
    found = queries.accent_of(uow().session, slug)
    body = f'[data-programme="{found.slug}"] {{ --tl-programme: {found.accent}; }}\n'
    response = Response(body, content_type="text/css; charset=utf-8")
    fresh = request.args.get("v") == found.accent.removeprefix("#")
    response.headers["Cache-Control"] = FOREVER if fresh else "no-cache"
    return response
