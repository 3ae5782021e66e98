"""Who acts in this request: a signed-in person (cookie) on pages, a token (bearer) in the API."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from flask import Flask, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from app.request_id import request_id
from app.unit_of_work import container, uow
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.partners.service import sessions, tokens
from campaigns.partners.service.sessions import SignedIn


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to HTTPS; plain HTTP (a laptop) cannot have it."""
    return "__Host-tl" if container().settings.secure_cookies else "tl"


def actor() -> Actor:
    """The one who acts; DomainError `actor.unauthenticated` if nobody does."""
    found = maybe_actor()
    if found is None:
        raise DomainError("actor.unauthenticated", Kind.UNAUTHENTICATED, "Sign in first.")
    return found


def maybe_actor() -> Actor | None:
    """The one who acts, or None."""
    if "actor" not in g:
        g.actor = _find()
    return cast("Actor | None", g.actor)


def signed_in() -> SignedIn | None:
    """The person's session with names and tenants for the page's frame; None for tokens and strangers."""
    maybe_actor()
    return cast("SignedIn | None", g.get("signed_in"))


def _find() -> Actor | None:
    if request.path.startswith("/api/"):
        return _bearer()
    secret = request.cookies.get(cookie_name(), "")
    if not secret:
        return None
    g.signed_in = sessions.find(uow(), secret)
    if g.signed_in is None:
        return None
    return replace(cast(SignedIn, g.signed_in).actor, request_id=request_id())


def _bearer() -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = tokens.find(uow(), token.strip())
    return None if found is None else replace(found, request_id=request_id())


def set_cookie(response: AnyResponse, secret: str) -> None:
    """Hand the session's secret to the browser; it ends with the absolute expiry at the latest."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        secure=container().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: AnyResponse) -> None:
    """Take it back."""
    response.delete_cookie(
        cookie_name(), secure=container().settings.secure_cookies, httponly=True, samesite="Lax", path="/"
    )


def register(app: Flask) -> None:
    """Pages of signed-in people are never stored by anything between."""

    @app.after_request
    def _private(response: Response) -> Response:
        if g.get("actor") is not None and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
