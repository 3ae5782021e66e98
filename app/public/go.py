"""`/go/<token>`: from a message to the launch panel without a password. It opens the panel and changes nothing else."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import public
from app.auth.links import read_go_token, scope_of
from app.security import limited
from app.unit_of_work import container, uow
from campaigns.partners.service.sessions import open_link_session

blueprint = Blueprint("go", __name__, url_prefix="/go")


@blueprint.get("/<token>")
@public
@limited("go", 60, 600)
def follow(token: str) -> Response:
    """Open the panel. Whoever is signed in already keeps the session; only the panel's POST launches."""
    link = read_go_token(container().settings, token)
    answer = redirect(url_for("campaigns.panel", version_id=link.kit_version_id), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    here = current.signed_in()
    if here is not None and here.grant_id == link.grant_id and here.scope is None:
        return answer
    agent = request.headers.get("User-Agent", "")
    current.set_cookie(answer, open_link_session(uow(), link.grant_id, link.epoch, scope_of(link), agent))
    return answer
