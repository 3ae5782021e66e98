"""What a partner does about a lead of its own: notes, the next step, giving back, doubles."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth import current
from app.auth.access import permission
from app.error_texts import problem_text, text_of
from app.forms import form_uuid, form_version
from app.i18n import gettext as _
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service

blueprint = Blueprint("lead_acts", __name__, url_prefix="/portal/leads")


def _done(lead_id: UUID, act: Callable[[], object], endpoint: str = "leads.show") -> AnyResponse:
    """Do it and show the lead again; what was refused is said there."""
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        roll_back()
        for sentence in [problem_text(one) for one in error.problems] or [text_of(error)]:
            flash(sentence, "danger")
        endpoint = "leads.show"
    return redirect(url_for("leads.show", lead_id=lead_id) if endpoint == "leads.show" else url_for(endpoint), 303)


@blueprint.post("/<uuid:lead_id>/notes")
@permission("lead.write")
def note(lead_id: UUID) -> AnyResponse:
    """Write down what was done."""
    form = request.form
    return _done(
        lead_id,
        lambda: service.add_note(uow(), current.actor(), lead_id, form.get("kind", ""), form.get("words", "")),
    )


@blueprint.post("/<uuid:lead_id>/next")
@permission("lead.write")
def plan(lead_id: UUID) -> AnyResponse:
    """Say what comes next."""
    form, version = request.form, form_version()
    return _done(
        lead_id,
        lambda: service.plan_next(
            uow(), current.actor(), lead_id, form.get("next_action", ""), form.get("next_action_on", ""), version
        ),
    )


@blueprint.post("/<uuid:lead_id>/give-back")
@permission("lead.write")
def give_back(lead_id: UUID) -> AnyResponse:
    """Leave an accepted lead of a vendor's to others."""
    reason, version = request.form.get("reason", ""), form_version()
    answer = _done(lead_id, lambda: service.give_back(uow(), current.actor(), lead_id, reason, version), "leads.index")
    if str(lead_id) not in answer.headers["Location"]:
        flash(_("Given back. The lead goes to somebody else."), "ok")
    return answer


@blueprint.post("/<uuid:lead_id>/merge")
@permission("lead.write")
def merge(lead_id: UUID) -> AnyResponse:
    """Another lead is this one."""
    other = form_uuid("lead")
    return _done(lead_id, lambda: service.merge_leads(uow(), current.actor(), lead_id, other))


@blueprint.post("/merges/<uuid:merge_id>/undo")
@permission("lead.write")
def unmerge(merge_id: UUID) -> AnyResponse:
    """They are two after all."""
    return redirect(url_for("leads.show", lead_id=service.unmerge_leads(uow(), current.actor(), merge_id)), 303)
