"""Signing in and out, and the way home by role."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission, public
from app.i18n import gettext as _
from app.navigation import home_url
from app.security import address
from app.unit_of_work import uow
from campaigns.partners.service import sessions
from campaigns.partners.service.sign_in import Opened, Refused, sign_in

blueprint = Blueprint("sign_in", __name__)


def local_target(wanted: str | None) -> str:
    """A path on this site, or `/`: an address elsewhere is never followed."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or "\\" in wanted:
        return "/"
    return wanted if wanted.isprintable() else "/"


@blueprint.get("/")
@permission("self.read")
def home() -> Response:
    """The home of the role."""
    return redirect(home_url(), 303)


@blueprint.get("/sign-in")
@public
def form() -> str | Response:
    """The form, or home for whoever is signed in already."""
    if current.maybe_actor() is not None:
        return redirect("/", 303)
    return render_template("account/sign_in.html", email="", refused="", next=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public
def submit() -> tuple[str, int, dict[str, str]] | Response:
    """Check, open a session, go on to where the person wanted."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    result = sign_in(uow(), email, password, address(), request.headers.get("User-Agent", ""))
    if isinstance(result, Opened):
        answer = redirect(local_target(request.form.get("next")), 303)
        current.set_cookie(answer, result.secret)
        return answer
    page = render_template("account/sign_in.html", email=email, refused=_why(result), next=request.form.get("next", ""))
    throttled = result.reason == "throttled"
    return page, 429 if throttled else 401, {"Retry-After": str(result.retry_after_s)} if throttled else {}


def _why(refused: Refused) -> str:
    if refused.reason == "throttled":
        minutes = max(1, -(-refused.retry_after_s // 60))
        return _("Too many attempts. Wait %(minutes)s min, then try again, or set a new password.", minutes=minutes)
    if refused.reason == "no_grant":
        return _("Your account has no role in any company now. Ask the person who invited you.")
    return _("This email address and password do not belong together.")


@blueprint.post("/sign-out")
@permission("self.read")
def sign_out() -> Response:
    """End this session."""
    signed_in = current.signed_in()
    if signed_in is not None:
        sessions.sign_out(uow(), signed_in.session_id)
    answer = redirect(url_for("sign_in.form"), 303)
    current.clear_cookie(answer)
    return answer
