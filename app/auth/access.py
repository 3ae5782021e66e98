"""Every route says who may use it, beside the view; a route that says nothing does not start.

`@permission("launch.create")` asks the table in campaigns.core.permissions, `@public` lets everybody in,
`@public(csrf=False)` is for posts that come from elsewhere (one-click unsubscribe, webhooks), `@bearer_only` is API.
The decorator stands under the route decorator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import PERMISSIONS, require

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declared. `permission` is None for public views."""

    permission: str | None
    csrf: bool = True


def permission(name: str) -> Callable[[View], View]:
    """Only for actors whose role (and scopes) have the permission."""
    if name not in PERMISSIONS:
        raise LookupError(f"{name} is not in campaigns.core.permissions")

    def declare(view: View) -> View:
        view.access = Access(name)  # type: ignore[attr-defined]
        return view

    return declare


@overload
def public(view: View) -> View: ...
@overload
def public(*, csrf: Literal[False]) -> Callable[[View], View]: ...
def public(view: View | None = None, *, csrf: bool = True) -> View | Callable[[View], View]:
    """For everybody, signed in or not."""

    def declare(declared: View) -> View:
        declared.access = Access(None, csrf)  # type: ignore[attr-defined]
        return declared

    return declare(view) if view is not None else declare


def declared(app: Flask, endpoint: str | None) -> Access | None:
    """What the endpoint's view declared."""
    view = app.view_functions.get(endpoint or "")
    return getattr(view, "access", None)


def check_all_declared(app: Flask) -> None:
    """Raise LookupError that names every route without a declaration."""
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None})
    if silent:
        raise LookupError(f"routes that declare nobody who may use them: {', '.join(silent)}")


def is_api() -> bool:
    """True for requests to the programming interface."""
    return request.path.startswith("/api/")


def _guard() -> Response | None:
    access = declared(current_app, request.endpoint)
    if access is None or access.permission is None:  # no such route (404 follows), or public
        return None
    acting = current.maybe_actor()
    if acting is None:
        if is_api():
            raise DomainError("actor.unauthenticated", Kind.UNAUTHENTICATED, "A valid bearer token is needed.")
        return _to_sign_in()
    require(acting, access.permission)
    return None


def _to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    target = url_for("sign_in.form", next=None if wanted == "/" else wanted)
    if request.headers.get("HX-Request") == "true":  # htmx follows a header to a whole page, not a redirect
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = url_for("sign_in.form")
        return answer
    return redirect(target, 303)


def register(app: Flask) -> None:
    """Ask before every view."""
    app.before_request(_guard)
