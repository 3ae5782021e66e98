"""A partner's own leads: one by hand, or a file of them. They stay the partner's; the vendor sees totals."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import text_of
from app.forms import form_uuid
from app.lead_file_view import Side, act_on, file_page, upload, upload_page
from app.lead_form import given_of, lead_errors
from app.security import limited, upload_limit
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service
from campaigns.leads.imports import programmes_with

blueprint = Blueprint("lead_files", __name__, url_prefix="/portal/leads")
SIDE = Side("lead_files", "lead_import_id", "lead.write", "leads.index")


def _programmes() -> dict[UUID, str]:
    return programmes_with(uow().session, current.actor())


@blueprint.get("/new")
@permission("lead.write")
def new() -> str:
    """A single lead of one's own."""
    return render_template("portal/lead_new.html", programmes=_programmes(), values={}, errors={}, refused="")


@blueprint.post("/new")
@permission("lead.write")
def add() -> Response | tuple[str, int]:
    """Take it in."""
    programme_id = form_uuid("programme")
    try:
        values, facts = given_of(request.form)
        made = service.take_lead(
            uow(), current.actor(), values, facts, kind="page", source=request.form.get("source", ""),
            programme_id=programme_id,
        )  # fmt: skip
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        page = render_template(
            "portal/lead_new.html", programmes=_programmes(), values=request.form, errors=lead_errors(error),
            refused=text_of(error),
        )  # fmt: skip
        return page, 422
    return redirect(url_for("leads.show", lead_id=made), 303)


@blueprint.get("/imports")
@permission("lead.read")
def index() -> str:
    """Where a file is brought in."""
    return upload_page(SIDE, _programmes())


@blueprint.post("/imports")
@permission("lead.write")
@upload_limit(51)
@limited("leads", 30, 600)
def receive() -> Response | tuple[str, int]:
    """Keep a file to be looked at."""
    return upload(SIDE, _programmes(), form_uuid("programme"))


@blueprint.get("/imports/<uuid:lead_import_id>")
@permission("lead.read")
def show(lead_import_id: UUID) -> str:
    """One file."""
    return file_page(SIDE, lead_import_id)


@blueprint.post("/imports/<uuid:lead_import_id>/<any(confirm,discard,undo):fate>")
@permission("lead.write")
def act(lead_import_id: UUID, fate: str) -> Response:
    """Let it go in, put it away, take it back."""
    return act_on(SIDE, lead_import_id, fate)
