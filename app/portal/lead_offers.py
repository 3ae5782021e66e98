"""Vendors' leads before they are the partner's: an offer with its two answers, and the pools one may ask from."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.i18n import gettext as _
from app.i18n.formats import zone
from app.lead_words import country_name, decline_choices, offer_over, reason_words, score_words
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service
from campaigns.leads.offer_cards import offer_card, pool_cards

blueprint = Blueprint("lead_offers", __name__, url_prefix="/portal/leads")
WRONG = (Kind.INVALID, Kind.CONFLICT)


def answer_errors(error: DomainError | None) -> dict[str, str]:
    """What stands beside the fields of the answer."""
    if error is None:
        return {}
    return {"reason": text_of(error)} if error.code == "offer.reason" else errors_by_field(error.problems)


def _page(offer_id: UUID, error: DomainError | None = None) -> str:
    now = container().clock.now()
    offer = offer_card(uow().session, current.actor(), offer_id, now)
    return render_template(
        "portal/lead_offer.html", offer=offer, reasons=reason_words(offer.reason), left=timedelta(seconds=offer.left_s),
        today=now.astimezone(zone()).date().isoformat(), errors=answer_errors(error), values=request.form,
        refused=text_of(error) if error else "", decline_open=request.form.get("answer") == "decline",
        over=offer_over(offer.state), declines=decline_choices(), country_name=country_name, score_words=score_words,
    )  # fmt: skip


@blueprint.get("/offers/<uuid:offer_id>")
@permission("lead.read")
def offer(offer_id: UUID) -> str:
    """One offer."""
    return _page(offer_id)


@blueprint.post("/offers/<uuid:offer_id>")
@permission("lead.write")
def answer(offer_id: UUID) -> AnyResponse | tuple[str, int]:
    """Accept or decline it."""
    form, actor = request.form, current.actor()
    try:
        if form.get("answer") == "accept":
            lead_id = service.accept_offer(
                uow(), actor, offer_id, form.get("next_action", ""), form.get("next_action_on", "")
            )
            return redirect(url_for("leads.show", lead_id=lead_id), 303)
        service.decline_offer(uow(), actor, offer_id, form.get("reason", ""), form.get("note", ""))
    except DomainError as error:
        if error.kind not in WRONG:
            raise
        roll_back()
        return _page(offer_id, error), 422
    flash(_("Declined. The lead goes to somebody else."), "ok")
    return redirect(url_for("leads.index"), 303)


@blueprint.get("/pool")
@permission("lead.read")
def pool() -> str:
    """Leads nobody took, of all the partner's programmes."""
    return render_template(
        "portal/lead_pool.html", cards=pool_cards(uow().session, current.actor()), country_name=country_name,
        score_words=score_words,
    )  # fmt: skip


@blueprint.post("/pool/<uuid:pooled_id>")
@permission("lead.write")
def ask(pooled_id: UUID) -> AnyResponse:
    """Ask for one."""
    try:
        service.ask_for(uow(), current.actor(), pooled_id, request.form.get("note", ""))
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(url_for("lead_offers.pool"), 303)


@blueprint.post("/pool/requests/<uuid:request_id>/withdraw")
@permission("lead.write")
def withdraw(request_id: UUID) -> AnyResponse:
    """Ask no more."""
    try:
        service.withdraw_request(uow(), current.actor(), request_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(url_for("lead_offers.pool"), 303)
