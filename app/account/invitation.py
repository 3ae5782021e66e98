"""Accepting an invitation: name and password, then straight in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import public
from app.error_texts import errors_by_field
from app.i18n import gettext as _
from app.i18n import use_locale
from app.navigation import role_name
from app.security import limited
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.partners.service import acceptance

blueprint = Blueprint("invitation", __name__)


def _page(token: str, opened: acceptance.OpenInvitation, values: Any, errors: dict[str, str]) -> str:
    return render_template(
        "account/invitation.html",
        token=token,
        invitation=opened,
        role=role_name(opened.role),
        name=values.get("name", opened.name),
        errors=errors,
    )


@blueprint.get("/invitation/<token>")
@public
def form(token: str) -> str:
    """What is offered, and the form to take it."""
    opened = acceptance.open_invitation(uow(), token)
    use_locale(opened.locale)
    return _page(token, opened, {}, {})


@blueprint.post("/invitation/<token>")
@public
@limited("invitation", 30, 900)
def submit(token: str) -> tuple[str, int] | Response:
    """Take it; the link is used up and the person signed in."""
    opened = acceptance.open_invitation(uow(), token)
    use_locale(opened.locale)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    agent = request.headers.get("User-Agent", "")
    try:
        secret = acceptance.accept_invitation(uow(), token, name, password, agent)
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        return _page(token, opened, request.form, errors_by_field(error.problems)), 422
    flash(_("Welcome. Your account is ready."))
    answer = redirect("/portal/brand" if opened.role.startswith("partner_") else "/", 303)
    current.set_cookie(answer, secret)
    return answer
