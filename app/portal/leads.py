"""Leads: the inbox, one lead with the piece it came from, what was kept apart."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.audience_words import CHANNELS, DOUBTS, LEAD_STATES, TOUCHES, lead_state, word
from app.auth import current
from app.auth.access import permission
from app.campaign_words import language_name
from app.error_texts import text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.i18n.formats import zone
from app.lead_words import act_choices, country_name, decline_choices, note_words, reason_words, score_words
from app.paging import asked_page, query_text
from app.preview_answer import attachment
from app.security import embeds_previews
from app.unit_of_work import container, roll_back, uow
from campaigns.core.csv_guard import csv_lines
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import may
from campaigns.deals.queries.of_lead import deal_of_lead
from campaigns.leads import queries, service, submissions
from campaigns.leads.offer_cards import open_offers
from campaigns.leads.origins import origin_of
from campaigns.leads.service.merging import likely_doubles, merged_into

blueprint = Blueprint("leads", __name__, url_prefix="/portal/leads")
EXPORTED = (
    "created_at", "state", "name", "email", "company", "phone", "language", "campaign", "programme", "kit_version",
    "channel", "piece", "step",
)  # fmt: skip


def _state() -> str:
    wanted = request.args.get("state", "")
    return wanted if wanted in LEAD_STATES else ""


def _channel(name: str) -> str:
    return word(CHANNELS, name) if name else _("directly")


@blueprint.get("")
@permission("lead.read")
def index() -> str:
    """The inbox."""
    session, actor, now = uow().session, current.actor(), container().clock.now()
    found = queries.leads_for(session, actor, state=_state(), text=query_text(), page=asked_page())
    return render_template(
        "portal/leads.html", found=found, chosen=_state(), search=query_text(), states=list(LEAD_STATES),
        state_of=lead_state, channel=_channel, offers=open_offers(session, actor, now), now=now,
        reason_words=reason_words, left=lambda offer: timedelta(seconds=offer.left_s),
    )  # fmt: skip


@blueprint.get("/<uuid:lead_id>")
@permission("lead.read")
def show(lead_id: UUID) -> str:
    """One lead."""
    session, actor, now = uow().session, current.actor(), container().clock.now()
    lead = queries.lead_page(session, actor, lead_id)
    origin = origin_of(session, actor, lead_id) if may(actor, "launch.read") else None
    if origin is not None and origin.kind not in ("pdf", "image"):
        embeds_previews()
    return render_template(
        "portal/lead.html", lead=lead, state_of=lead_state, channel=_channel, language=language_name,
        touch=lambda kind: word(TOUCHES, kind), reasons=reason_words(lead.reason), score_words=score_words,
        country_name=country_name, declines=decline_choices(), acts=act_choices(), said=note_words,
        doubles=likely_doubles(session, actor, lead.about), merged=merged_into(session, lead_id),
        today=now.astimezone(zone()).date().isoformat(), now=now,
        deal_id=deal_of_lead(session, actor, lead_id), origin=origin,
    )  # fmt: skip


@blueprint.post("/<uuid:lead_id>")
@permission("lead.write")
def decide(lead_id: UUID) -> AnyResponse:
    """Accept, decline, close or reopen."""
    try:
        service.decide(uow(), current.actor(), lead_id, request.form.get("decision", ""), form_version())
    except DomainError as error:
        if error.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(url_for("leads.show", lead_id=lead_id), 303)


@blueprint.get("/doubtful")
@permission("lead.read")
def doubtful() -> str:
    """What looked like a machine, for a person to decide."""
    return render_template(
        "portal/doubtful.html", kept=submissions.doubtful_submissions(uow().session, current.actor()),
        doubt=lambda reason: word(DOUBTS, reason),
    )  # fmt: skip


@blueprint.post("/doubtful/<uuid:submission_id>")
@permission("lead.write")
def take(submission_id: UUID) -> AnyResponse:
    """It was a person after all."""
    try:
        made = service.take_submission(uow(), current.actor(), container().settings, submission_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
        return redirect(url_for("leads.doubtful"), 303)
    return redirect(url_for("leads.show", lead_id=made.lead_id), 303)


@blueprint.get("/leads.csv")
@permission("lead.read")
def export() -> Response:
    """The leads as CSV, as filtered."""
    rows = queries.lead_rows(uow().session, current.actor(), state=_state(), text=query_text())
    cells = (
        [
            line.created_at.isoformat(), line.state, line.name, line.email, line.company, line.phone, line.locale,
            line.campaign, line.programme_name, line.kit_label, line.channel, line.asset_title, line.step_id,
        ]
        for line in rows
    )  # fmt: skip
    response = Response("".join(csv_lines(EXPORTED, cells)), content_type="text/csv; charset=utf-8")
    title = _("Leads")
    response.headers["Content-Disposition"] = attachment(f"{title}.csv")
    return response
