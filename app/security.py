"""What guards every answer and every post: headers, content policy, CSRF, upload limits, request limits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from app.auth import current
from app.auth.access import declared
from app.unit_of_work import container
from campaigns.core.errors import DomainError, Kind
from campaigns.partners.service import limits

View = TypeVar("View", bound=Callable[..., Any])

DEFAULT_UPLOAD = 2 * 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class _Limit:
    bucket: str
    most: int
    per_s: int


def embeds_previews() -> None:
    """This answer is a page that shows the product's own previews in frames."""
    g.setdefault("policy", {})["frame-src"] = "'self'"


def is_preview() -> None:
    """This answer is a preview that the product's own pages may frame."""
    g.setdefault("policy", {})["frame-ancestors"] = "'self'"


def policy(**changes: str) -> str:
    """The content policy with changed directives (`style_src="…"`), for answers that set a header of their own."""
    merged = POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in merged.items())


def upload_limit(megabytes: int) -> Callable[[View], View]:
    """Lets this view take a larger body than the usual 2 MB."""

    def declare(view: View) -> View:
        view.upload_limit = megabytes * 1024 * 1024  # type: ignore[attr-defined]
        return view

    return declare


def limited(bucket: str, most: int, per_s: int) -> Callable[[View], View]:
    """At most so many posts per window and address; the next is answered 429 with Retry-After."""

    def declare(view: View) -> View:
        view.request_limit = _Limit(bucket, most, per_s)  # type: ignore[attr-defined]
        return view

    return declare


def address() -> str:
    """The caller's address, IPv6 by its /64, as limits count it."""
    return limits.counted_address(request.remote_addr or "")


# -- CSRF: a synchroniser token bound to the session, or before sign-in to a cookie of its own ---------------------


def _csrf_cookie() -> str:
    return "__Host-tl-form" if container().settings.secure_cookies else "tl-form"


def _bound_to() -> str:
    signed_in = current.signed_in()
    if signed_in is not None:
        return f"session:{signed_in.session_id}"
    if "form_secret" not in g:
        given = request.cookies.get(_csrf_cookie(), "")
        g.form_secret = given if len(given) == 43 else secrets.token_urlsafe(32)
        g.form_secret_is_new = g.form_secret != given
    return f"form:{g.form_secret}"


def csrf_token() -> str:
    """The token for forms (`csrf_token`) and for htmx (`X-CSRF-Token`)."""
    key = container().settings.secret_key.encode()
    return hmac.new(key, b"csrf:" + _bound_to().encode(), hashlib.sha256).hexdigest()


def _check_csrf() -> None:
    if request.method in SAFE_METHODS or request.path.startswith("/api/"):  # the API takes no cookie
        return
    access = declared(current_app, request.endpoint)
    if access is None or not access.csrf:
        return
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        raise DomainError(
            "form.expired", Kind.FORBIDDEN, "This form is older than your session. Load the page again and repeat."
        )


def _check_limits() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    size = getattr(view, "upload_limit", None)
    if size is not None:
        request.max_content_length = size
    limit: _Limit | None = getattr(view, "request_limit", None)
    if limit is not None and request.method not in SAFE_METHODS:
        limits.take(container().uow, f"{limit.bucket}:{address()}", limit.most, limit.per_s)


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Content-Security-Policy" not in response.headers:
        merged = POLICY | g.get("policy", {})
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in merged.items())
    if container().settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("form_secret_is_new"):
        response.set_cookie(
            _csrf_cookie(),
            g.form_secret,
            secure=container().settings.secure_cookies,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


def register(app: Flask) -> None:
    """Limits first (before the body is read), then CSRF; headers on every answer."""
    app.before_request(_check_limits)
    app.before_request(_check_csrf)
    app.after_request(_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token
