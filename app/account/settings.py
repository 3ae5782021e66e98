"""One's own account: name, language, appearance, password, sessions, and the switch between companies."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field
from app.forms import form_uuid
from app.i18n import LANGUAGES, use_locale
from app.i18n import gettext as _
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind, not_found
from campaigns.partners import queries
from campaigns.partners.service import passwords, people, sessions
from campaigns.partners.service.sessions import SignedIn

blueprint = Blueprint("account", __name__, url_prefix="/account")


def me() -> SignedIn:
    """The session; account pages are for persons with a cookie only."""
    found = current.signed_in()
    if found is None:
        raise not_found("account")
    return found


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "account/account.html",
        values=request.form or {"name": me().name, "locale": me().locale, "theme": me().theme},
        errors=errors,
        sessions=queries.sessions_of(uow().session, current.actor(), uow().now),
        current_session=me().session_id,
        themes=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )


def _again(error: DomainError) -> tuple[str, int]:
    if error.kind is not Kind.INVALID:
        raise error
    roll_back()
    return _page(errors_by_field(error.problems)), 422


@blueprint.get("")
@permission("self.read")
def show() -> str:
    """The page."""
    return _page({})


@blueprint.post("")
@permission("self.write")
def save() -> tuple[str, int] | Response:
    """Name, language, appearance."""
    form = request.form
    try:
        people.save_profile(
            uow(), current.actor(), form.get("name", ""), form.get("locale", ""), form.get("theme", ""), list(LANGUAGES)
        )
    except DomainError as error:
        return _again(error)
    use_locale(form["locale"])
    flash(_("Saved."))
    return redirect(url_for("account.show"), 303)


@blueprint.post("/password")
@permission("self.write")
def password() -> tuple[str, int] | Response:
    """A new password; every other session ends."""
    form = request.form
    agent = request.headers.get("User-Agent", "")
    try:
        secret = passwords.change_password(
            uow(), current.actor(), me().grant_id, form.get("old_password", ""), form.get("password", ""), agent
        )
    except DomainError as error:
        return _again(error)
    flash(_("Your new password is set. You were signed out everywhere else."))
    answer = redirect(url_for("account.show"), 303)
    current.set_cookie(answer, secret)
    return answer


@blueprint.post("/sessions/<uuid:session_id>/end")
@permission("self.write")
def end_session(session_id: UUID) -> Response:
    """Sign one other browser out."""
    sessions.end_session(uow(), current.actor(), session_id)
    flash(_("That browser was signed out."))
    return redirect(url_for("account.show"), 303)


@blueprint.post("/sessions/end-all")
@permission("self.write")
def end_all() -> Response:
    """Sign out everywhere, here too."""
    sessions.sign_out_everywhere(uow(), current.actor())
    answer = redirect(url_for("sign_in.form"), 303)
    current.clear_cookie(answer)
    return answer


@blueprint.post("/switch")
@permission("self.write")
def switch() -> Response:
    """Act for another company."""
    agent = request.headers.get("User-Agent", "")
    secret = people.switch_tenant(uow(), current.actor(), form_uuid("grant"), me().session_id, agent)
    answer = redirect("/", 303)
    current.set_cookie(answer, secret)
    return answer
