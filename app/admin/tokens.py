"""Access for programs: tokens made, shown once, revoked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.i18n import gettext as _
from app.right_words import right_name
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind, not_found
from campaigns.partners import records
from campaigns.partners.service import tokens
from campaigns.partners.service.sessions import SignedIn

blueprint = Blueprint("tokens", __name__, url_prefix="/admin/tokens")


def _me() -> SignedIn:
    found = current.signed_in()
    if found is None:
        raise not_found("page")
    return found


def _page(values: Any = None, errors: dict[str, str] | None = None, refused: str = "", made: Any = None) -> str:
    now = container().clock.now()
    return render_template(
        "admin/tokens.html",
        tokens=records.tokens_of(uow().session, current.actor()),
        scopes=tokens.scopes_of(_me().role),
        chosen=values.getlist("scopes") if values else [],
        values=values or {"expires_at": (now + dt.timedelta(days=90)).date().isoformat()},
        errors=errors or {},
        refused=refused,
        made=made,
        present=now,
        right_name=right_name,
    )


def _end_of_day(text: str) -> dt.datetime | None:
    """The last instant of a day in UTC; None where no day was given, a past one where it cannot be read."""
    if not text:
        return None
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(23, 59, 59), dt.UTC)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)


@blueprint.get("")
@permission("token.manage")
def index() -> str:
    """The list and the form."""
    return _page()


@blueprint.post("")
@permission("token.manage")
def create() -> str | tuple[str, int]:
    """Make one; its secret is on this answer and nowhere else."""
    form = request.form
    try:
        made = tokens.create_token(
            uow(),
            current.actor(),
            _me().grant_id,
            form.get("name", ""),
            form.getlist("scopes"),
            _end_of_day(form.get("expires_at", "")),
        )
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        return _page(form, errors_by_field(error.problems), text_of(error)), 422
    return _page(made=made)


@blueprint.post("/<uuid:token_id>/revoke")
@permission("token.manage")
def revoke(token_id: UUID) -> Response:
    """End one."""
    tokens.revoke_token(uow(), current.actor(), token_id)
    flash(_("The token was revoked; it is refused from now on."))
    return redirect(url_for("tokens.index"), 303)
