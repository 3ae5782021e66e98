"""Leads for a channel manager: the list, one lead with everybody weighed, a single one handed in, what partners ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audience_words import word
from app.auth import current
from app.auth.access import permission
from app.error_texts import text_of
from app.forms import form_uuid
from app.i18n import gettext as _
from app.lead_form import given_of, lead_errors
from app.lead_words import MEASURES as MEASURE_WORDS
from app.lead_words import (
    act_choices,
    country_name,
    decline_words,
    excluded_words,
    note_words,
    offer_state,
    score_words,
    vendor_reasons,
    vendor_state,
)
from app.paging import asked_page, query_text
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import programme_of
from campaigns.deals.queries.of_lead import registration_of_lead
from campaigns.deals.queries.rules import products_of
from campaigns.leads import service
from campaigns.leads.policy import MEASURES
from campaigns.leads.service.merging import likely_doubles, merged_into
from campaigns.leads.vendor_queries import SORTS, STATES, VendorFilter, pool_requests, vendor_lead_page, vendor_leads

blueprint = Blueprint("channel_leads", __name__, url_prefix="/channel/leads")


def product_names() -> dict[str, str]:
    """What the programme sells, by code; a lead may name other things, which stand as they are."""
    sold = products_of(uow().session, programme_of(current.actor()), ended=True)
    return {one.code: one.name for one in sold}


def _asked() -> tuple[VendorFilter, dict[str, str | None]]:
    """What the address asks for, and the same as arguments of its links."""
    args = {name: request.args.get(name, "")[:80] for name in ("state", "country", "product", "partner", "sort")}
    try:
        partner_id = UUID(args["partner"]) if args["partner"] else None
    except ValueError:
        partner_id, args["partner"] = None, ""
    args["state"] = args["state"] if args["state"] in STATES else ""
    args["sort"] = args["sort"] if args["sort"] in SORTS[1:] else ""
    kept = VendorFilter(args["state"], query_text(), args["country"], args["product"], partner_id)
    return kept, {"q": query_text() or None} | {name: value or None for name, value in args.items()}


@blueprint.get("")
@permission("vendor_lead.read")
def index() -> str:
    """The list, as the address asks for it."""
    kept, args = _asked()
    now = container().clock.now()
    found = vendor_leads(uow().session, current.actor(), kept, now, sort=str(args["sort"] or "new"), page=asked_page())
    return render_template(
        "channel/leads.html", found=found, args=args, states=STATES, state_of=vendor_state, country_name=country_name,
        score_words=score_words, left=lambda line: timedelta(seconds=line.left_s), products=product_names(),
    )  # fmt: skip


@blueprint.get("/<uuid:vendor_lead_id>")
@permission("vendor_lead.read")
def show(vendor_lead_id: UUID) -> str:
    """One lead: what is known, who was weighed, who was asked and what they said."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    page = vendor_lead_page(session, acting, vendor_lead_id)
    return render_template(
        "channel/lead.html", page=page, lead=page.lead, state_of=vendor_state, country_name=country_name,
        score_words=score_words, reasons=vendor_reasons, excluded=excluded_words,
        measures={code: word(MEASURE_WORDS, code) for code in MEASURES},
        offer_state=offer_state, decline=decline_words, said=note_words, acts=act_choices(), now=now,
        doubles=likely_doubles(session, acting, page.lead), merged=merged_into(session, vendor_lead_id),
        deal_id=registration_of_lead(session, acting, vendor_lead_id), products=product_names(),
    )  # fmt: skip


@blueprint.get("/new")
@permission("vendor_lead.write")
def new() -> str:
    """A single lead to be routed."""
    return render_template("channel/lead_new.html", values={}, errors={}, refused="")


@blueprint.post("/new")
@permission("vendor_lead.write")
def add() -> Response | tuple[str, int]:
    """Take it in; the rules find it a partner."""
    try:
        values, facts = given_of(request.form)
        made = service.take_lead(
            uow(), current.actor(), values, facts, kind="page", source=request.form.get("source", "")
        )
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        page = render_template(
            "channel/lead_new.html", values=request.form, errors=lead_errors(error), refused=text_of(error)
        )
        return page, 422
    flash(_("Taken in. The rules are looking for a partner."), "ok")
    return redirect(url_for("channel_leads.show", vendor_lead_id=made), 303)


def _done(lead_id: UUID, act: Callable[[], object], said: str = "") -> Response:
    """Do it and show the lead again; what was refused is said there."""
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        roll_back()
        flash(text_of(error), "danger")
    else:
        if said:
            flash(said, "ok")
    return redirect(url_for("channel_leads.show", vendor_lead_id=lead_id), 303)


@blueprint.post("/<uuid:vendor_lead_id>/notes")
@permission("vendor_lead.write")
def note(vendor_lead_id: UUID) -> Response:
    """Write down what was done."""
    kind, words = request.form.get("kind", ""), request.form.get("words", "")
    return _done(vendor_lead_id, lambda: service.add_note(uow(), current.actor(), vendor_lead_id, kind, words))


@blueprint.post("/<uuid:vendor_lead_id>/route")
@permission("vendor_lead.write")
def route(vendor_lead_id: UUID) -> Response:
    """Out of the pool: the rules choose once more."""
    said = _("The rules are looking for a partner.")
    return _done(vendor_lead_id, lambda: service.route_again(uow(), current.actor(), vendor_lead_id), said)


@blueprint.post("/<uuid:vendor_lead_id>/merge")
@permission("vendor_lead.write")
def merge(vendor_lead_id: UUID) -> Response:
    """Another lead is this one."""
    other = form_uuid("lead")
    return _done(vendor_lead_id, lambda: service.merge_leads(uow(), current.actor(), vendor_lead_id, other))


@blueprint.post("/merges/<uuid:vendor_merge_id>/undo")
@permission("vendor_lead.write")
def unmerge(vendor_merge_id: UUID) -> Response:
    """They are two after all."""
    made = service.unmerge_leads(uow(), current.actor(), vendor_merge_id)
    return redirect(url_for("channel_leads.show", vendor_lead_id=made), 303)


@blueprint.get("/requests")
@permission("vendor_lead.read")
def requests() -> str:
    """What partners ask for now."""
    return render_template(
        "channel/lead_requests.html",
        rows=pool_requests(uow().session, current.actor()),
        country_name=country_name,
        products=product_names(),
    )


@blueprint.post("/requests/<uuid:request_id>/<any(grant,refuse):verdict>")
@permission("vendor_lead.write")
def answer(request_id: UUID, verdict: str) -> Response:
    """Give the lead to who asked, or say no."""
    act, said = {
        "grant": (service.grant_request, _("The lead is theirs now, and they are told.")),
        "refuse": (service.refuse_request, _("Refused. The lead stays in the pool.")),
    }[verdict]
    try:
        act(uow(), current.actor(), request_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(said, "ok")
    return redirect(url_for("channel_leads.requests"), 303)
