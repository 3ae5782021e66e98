"""Tracked links: recorded, then on to the target that the database holds."""

from __future__ import annotations

from flask import Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import public
from app.public import blueprint
from app.public.pages import facts, nothing_here
from app.unit_of_work import container, uow
from campaigns.tracking.service import follow


@blueprint.get("/t/<token>")
@public
def tracked(token: str) -> AnyResponse:
    """302 to the target; a neutral page for a token that was not made here."""
    target = follow(uow(), container().settings, token, facts())
    if target is None:
        return nothing_here()
    response: AnyResponse | Response = redirect(target.url, 302)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
