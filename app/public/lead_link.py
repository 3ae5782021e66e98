"""`/lead/<token>`: an offer from its letter, without a password. GET shows the card; only the POST decides."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import public
from app.error_texts import errors_by_field, text_of
from app.i18n import gettext as _
from app.i18n import locale, use_locale
from app.lead_words import country_name, decline_choices, offer_over, reason_words, score_words
from app.public.pages import nothing_here, plain
from app.security import limited
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service
from campaigns.leads.offer_cards import LinkReader, accepted_contact, link_reader, offer_card
from campaigns.leads.offer_token import OfferLink, read_offer_token

blueprint = Blueprint("lead_link", __name__, url_prefix="/lead")
WRONG = (Kind.INVALID, Kind.CONFLICT)


def _read(token: str) -> tuple[OfferLink, LinkReader]:
    link = read_offer_token(container().settings.secret_key, token)
    reader = link_reader(uow().session, link)
    use_locale(reader.locale)
    return link, reader


def _unknown(error: DomainError) -> Response:
    if error.kind is Kind.GONE:
        return plain(_("This link does not work any more"), _("Sign in to see your leads."), 410)
    return nothing_here()


def _page(token: str, link: OfferLink, reader: LinkReader, error: DomainError | None = None) -> Response:
    now = container().clock.now()
    offer = offer_card(uow().session, reader.actor, link.offer_id, now)
    zone = ZoneInfo(reader.time_zone)
    answer = Response(
        render_template(
            "public/lead_offer.html", offer=offer, token=token, reasons=reason_words(offer.reason),
            until=format_datetime(offer.due_at.astimezone(zone), "EEEE, d MMMM, HH:mm", locale=locale()),
            today=now.astimezone(zone).date().isoformat(), errors=_errors(error), values=request.form,
            refused=text_of(error) if error else "", decline_open=request.form.get("answer") == "decline",
            over=offer_over(offer.state), declines=decline_choices(), country_name=country_name,
            score_words=score_words,
        ),
        422 if error and offer.state == "open" else 200,
        content_type="text/html; charset=utf-8",
    )  # fmt: skip
    answer.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})
    return answer


def _errors(error: DomainError | None) -> dict[str, str]:
    if error is None:
        return {}
    return {"reason": text_of(error)} if error.code == "offer.reason" else errors_by_field(error.problems)


@blueprint.get("/<token>")
@public
@limited("lead_link", 60, 600)
def show(token: str) -> Response:
    """The card, or kindly that it is over. Scanners may come here as often as they like."""
    try:
        return _page(token, *_read(token))
    except DomainError as error:
        return _unknown(error)


@blueprint.post("/<token>")
@public(csrf=False)
@limited("lead_link", 60, 600)
def answer(token: str) -> AnyResponse:
    """Accept or decline. The token stands in for a cookie, so no other site can post this."""
    try:
        link, reader = _read(token)
    except DomainError as error:
        return _unknown(error)
    form, actor = request.form, reader.actor
    try:
        if form.get("answer") == "accept":
            service.accept_offer(
                uow(), actor, link.offer_id, form.get("next_action", ""), form.get("next_action_on", "")
            )
            return _done(_("The lead is yours"), link, reader)
        service.decline_offer(uow(), actor, link.offer_id, form.get("reason", ""), form.get("note", ""))
        return plain(_("Declined"), _("Thank you for saying why. The lead goes to somebody else."), 200)
    except DomainError as error:
        if error.kind not in WRONG:
            raise
        roll_back()
        return _page(token, link, reader, error)


def _done(title: str, link: OfferLink, reader: LinkReader) -> Response:
    contact = accepted_contact(uow().session, reader.actor, link.offer_id)
    return Response(
        render_template("public/lead_taken.html", title=title, contact=contact, url=url_for("leads.index")),
        content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
    )  # fmt: skip
