"""A programme's settings: name, colour, address, sender."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.partners import records
from campaigns.partners.service.programmes import ProgrammeForm, save_programme

blueprint = Blueprint("programme", __name__, url_prefix="/admin/programme")
FIELDS = ("name", "accent", "postal_address", "sender_email", "time_zone")


def _page(values: Any = None, errors: dict[str, str] | None = None, refused: str = "") -> str:
    return render_template(
        "admin/programme.html",
        page=records.programme_page(uow().session, current.actor()),
        values=values,
        errors=errors or {},
        refused=refused,
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
    )


@blueprint.get("")
@permission("programme.write")
def show() -> str:
    """The form."""
    return _page()


@blueprint.post("")
@permission("programme.write")
def save() -> tuple[str, int] | Response:
    """Save it; a pale colour is darkened and the page says so."""
    form = ProgrammeForm(**{name: request.form.get(name, "") for name in FIELDS})
    try:
        saved = save_programme(uow(), current.actor(), form, form_version())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.PRECONDITION):
            raise
        roll_back()
        return _page(request.form, errors_by_field(error.problems), text_of(error)), 422
    if saved.darkened_from:
        flash(
            _(
                "Saved. %(asked)s is too pale for white text; %(accent)s has %(contrast)s : 1 and is used.",
                asked=saved.darkened_from,
                accent=saved.accent,
                contrast=saved.contrast,
            )
        )
    else:
        flash(_("Saved."))
    return redirect(url_for("programme.show"), 303)
