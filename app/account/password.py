"""A new password by a link from a mail. The page says the same whether there is an account or not."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import public
from app.error_texts import errors_by_field, text_of
from app.i18n import gettext as _
from app.mails import absolute, password_letter
from app.security import limited
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import digest
from campaigns.mailroom.service import queue_mail
from campaigns.partners.service import passwords

blueprint = Blueprint("password", __name__)


@blueprint.get("/reset")
@public
def forgot() -> str:
    """Where to send the link."""
    return render_template("account/reset_ask.html", sent=False)


@blueprint.post("/reset")
@public
@limited("reset", 10, 3600)
def ask() -> str:
    """Send a link, if there is such an account."""
    asked = passwords.ask_reset(uow(), request.form.get("email", ""))
    if asked is not None:
        person, secret = asked
        letter = password_letter(person.locale, person.name, absolute(url_for("password.form", token=secret)))
        queue_mail(
            uow(),
            kind="notice",
            dedupe_key=f"reset:{digest(secret)}",
            recipient=person.email,
            sender_name="Throughline",
            subject=letter.subject,
            text_body=letter.text_body,
            html_body=letter.html_body,
        )
    return render_template("account/reset_ask.html", sent=True)


@blueprint.get("/reset/<token>")
@public
def form(token: str) -> str:
    """The form behind the link."""
    person = passwords.reset_owner(uow(), token)
    return render_template("account/reset_form.html", token=token, email=person.email, errors={})


@blueprint.post("/reset/<token>")
@public
@limited("reset-set", 30, 3600)
def submit(token: str) -> tuple[str, int] | Response:
    """Set it and sign in."""
    person = passwords.reset_owner(uow(), token)
    email = person.email
    try:
        secret = passwords.reset_password(
            uow(), token, request.form.get("password", ""), request.headers.get("User-Agent", "")
        )
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        errors = errors_by_field(error.problems) or {"password": text_of(error)}
        return render_template("account/reset_form.html", token=token, email=email, errors=errors), 422
    flash(_("Your new password is set. You were signed out everywhere else."))
    answer = redirect("/", 303)
    current.set_cookie(answer, secret)
    return answer
