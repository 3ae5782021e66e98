"""A partner's deals: the list with what presses first, writing a registration, submitting it, one deal's page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.deal_words import STATES, state_of
from app.error_texts import errors_by_field, text_of
from app.forms import form_uuid
from app.i18n import gettext as _
from app.i18n.formats import countries, time
from app.paging import asked_page, query_text
from app.portal.deal_form import Read, all_problems, currencies, keep_form, read_form, values_of
from app.portal.deal_view import deal_context, sentence
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.problems import Problem
from campaigns.deals.queries.partner import counts_for, deal_page
from campaigns.deals.queries.rules import OpenProgramme, programmes_for
from campaigns.deals.queries.urgent import draft_key, urgent_deals
from campaigns.deals.service.drafting import DealRef, discard_draft, form_from_lead
from campaigns.deals.service.submitting import submit_deal

blueprint = Blueprint("deals", __name__, url_prefix="/portal/deals")


@blueprint.get("")
@permission("deal.read")
def index() -> str:
    """The list over all programmes, the most urgent first."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    state = request.args.get("state", "")
    args = {"state": state if state in STATES else "", "programme": request.args.get("programme", "")[:80]}
    found = urgent_deals(
        session, acting, now, state=args["state"], programme=args["programme"], search=query_text(), page=asked_page()
    )
    return render_template(
        "portal/deals.html", found=found, counts=counts_for(session, acting), search=query_text(), chosen=args,
        states=list(STATES), state_of=state_of, programmes=programmes_for(session, acting),
        sentence=lambda row: sentence(row, now),
    )  # fmt: skip


def _open(programme: str | UUID) -> OpenProgramme | None:
    """The programme asked for, by slug or id; the only one where nothing was asked."""
    known = programmes_for(uow().session, current.actor())
    if not programme:
        return known[0] if len(known) == 1 else None
    return next((one for one in known if programme in (one.slug, one.id)), None)


@blueprint.get("/new")
@permission("deal.write")
def new() -> str:
    """An empty registration, or one filled from a lead; where there are several programmes, first which."""
    values: Mapping[str, str] = {"currency": ""}
    lead, wanted = request.args.get("lead", ""), request.args.get("programme", "")[:80]
    chosen = _open(wanted)
    if lead:
        programme_id, form = form_from_lead(uow(), current.actor(), _uuid(lead))
        chosen, values = _open(programme_id), values_of(form)
    if chosen is None:
        return render_template("portal/deal_choose.html", programmes=programmes_for(uow().session, current.actor()))
    return _form(chosen, values, token=str(new_id()), lead=lead)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DomainError("lead.not_found", Kind.NOT_FOUND, "There is no such lead.") from None


def _form(
    programme: OpenProgramme,
    values: Mapping[str, str],
    *,
    token: str,
    version: int = 0,
    lead: str = "",
    deal_id: UUID | None = None,
    problems: tuple[Problem, ...] = (),
    refused: str = "",
) -> str:
    products = [("", ""), *((one.code, one.name) for one in programme.policy.products)]
    return render_template(
        "portal/deal_form.html", programme=programme, policy=programme.policy, values=values, token=token,
        version=version, lead=lead, deal_id=deal_id, errors=errors_by_field(problems), refused=refused,
        products=products, currencies=currencies(values.get("currency", ""), programme.policy.currency),
        countries=countries(),
    )  # fmt: skip


def _kept(read: Read) -> DealRef:
    """What the form says, kept as a draft."""
    lead = request.form.get("lead", "")
    return keep_form(
        form_uuid("programme"), request.form.get("token", ""), _version(), read,
        source="lead" if lead else "page", lead_id=_uuid(lead) if lead else None,
    )  # fmt: skip


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@blueprint.post("/keep")
@permission("deal.write")
def keep() -> tuple[str, int]:
    """What the page keeps by itself while somebody writes; answers with a line for the form."""
    try:
        made = _kept(read_form())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return render_template("portal/_deal_kept.html", said=_("Not kept yet: %(why)s", why=text_of(error))), 422
    said = _("Kept as a draft, %(time)s", time=time(container().clock.now()))
    return render_template("portal/_deal_kept.html", said=said, made=made), 200


@blueprint.post("")
@permission("deal.write")
def write() -> Response | tuple[str, int]:
    """Keep it, or submit it."""
    programme = _open(form_uuid("programme"))
    if programme is None:
        raise DomainError("programme.not_found", Kind.NOT_FOUND, "There is no such programme.")
    read = read_form()
    try:
        made = _kept(read)
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        wrong = tuple(error.problems)
        if request.form.get("act") != "keep" and error.kind is Kind.INVALID:
            wrong = tuple(all_problems(read, tuple(one.code for one in programme.policy.products)))
        return _again(programme, wrong, text_of(error)), 422
    if request.form.get("act") == "keep":
        flash(_("Kept as a draft. Nobody but you sees it."))
        return redirect(url_for("deals.show", deal_id=made.id), 303)
    return _submit(programme, made)


def _submit(programme: OpenProgramme, made: DealRef) -> Response | tuple[str, int]:
    """Submit what was kept; refused, it stays a draft."""
    try:
        with uow().session.begin_nested():
            submitted = submit_deal(uow(), current.actor(), made.id, made.version)
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _again(programme, tuple(error.problems), text_of(error), made), 422
    flash(_("Registered. %(reference)s is its reference.", reference=submitted.reference))
    return redirect(url_for("deals.show", deal_id=submitted.id), 303)


def _again(programme: OpenProgramme, problems: tuple[Problem, ...], refused: str, made: DealRef | None = None) -> str:
    version, deal_id = (made.version, made.id) if made else (_version(), None)
    return _form(
        programme, request.form, token=request.form.get("token", ""), version=version,
        lead=request.form.get("lead", ""), deal_id=deal_id, problems=problems, refused=refused,
    )  # fmt: skip


@blueprint.get("/<uuid:deal_id>")
@permission("deal.read")
def show(deal_id: UUID) -> str:
    """One deal; a draft opens in its form."""
    session, acting = uow().session, current.actor()
    page = deal_page(session, acting, deal_id)
    if page.row.state == "draft":
        key = draft_key(session, acting, deal_id)
        chosen = _open(key.programme_id)
        if chosen is not None:
            return _form(chosen, values_of(page.form), token=key.token, version=page.row.version, deal_id=deal_id)
    return render_template("portal/deal.html", **deal_context(page))


@blueprint.post("/<uuid:deal_id>/discard")
@permission("deal.write")
def discard(deal_id: UUID) -> Response:
    """Put a draft away."""
    try:
        discard_draft(uow(), current.actor(), container().storage, deal_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
        return redirect(url_for("deals.show", deal_id=deal_id), 303)
    flash(_("The draft is gone."))
    return redirect(url_for("deals.index"), 303)
