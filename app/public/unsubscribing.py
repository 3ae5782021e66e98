"""Unsubscribing (RFC 8058): the POST does it, without cookies and never with a redirect; a GET changes nothing."""

from __future__ import annotations

from flask import Response, render_template, request

from app.auth.access import public
from app.i18n import use_locale
from app.public import blueprint
from app.public.pages import nothing_here
from app.unit_of_work import container, uow
from campaigns.sequences.service import Recipient, recipient_of, resubscribe, unsubscribe


def _page(who: Recipient, token: str, *, done: str = "") -> Response:
    use_locale(who.locale)
    response = Response(
        render_template("public/unsubscribe.html", who=who, token=token, done=done),
        content_type="text/html; charset=utf-8",
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/u/<token>")
@public
def leave(token: str) -> Response:
    """What would happen, and the button that does it. Scanners may come here as often as they like."""
    who = recipient_of(uow().session, container().settings.secret_key, token)
    return nothing_here() if who is None else _page(who, token, done="left" if who.unsubscribed else "")


@blueprint.post("/u/<token>")
@public(csrf=False)
def leave_now(token: str) -> Response:
    """One click: end it. The page's own second button takes it back."""
    key = container().settings.secret_key
    if request.form.get("action") == "resubscribe":
        who = resubscribe(uow(), key, token)
        return nothing_here() if who is None else _page(who, token, done="back")
    who = unsubscribe(uow(), key, token)
    return nothing_here() if who is None else _page(who, token, done="left")
