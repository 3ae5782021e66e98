"""What a partner does on a deal's page: correct, go on, note, add evidence, ask, win, lose, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.i18n.formats import region
from app.portal.deal_form import REFUSED, read_form
from app.portal.deal_view import deal_context
from app.preview_answer import attachment
from app.security import limited, upload_limit
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.money_text import parse_money
from campaigns.core.problems import raise_if_any
from campaigns.deals.queries.partner import deal_page
from campaigns.deals.service import closing, evidence, extending, progress, rejecting
from campaigns.deals.service.lines import LineForm, set_lines
from campaigns.deals.service.resubmitting import resubmit_deal
from campaigns.deals.sniffing import MOST_BYTES

blueprint = Blueprint("deal_acts", __name__, url_prefix="/portal/deals/<uuid:deal_id>")
Answer = AnyResponse | tuple[str, int]
MOST_LINES = 100


def _act(deal_id: UUID, act: Callable[[], object], said: str) -> Answer:
    """Do it and go back to the page; what is wrong with a field stands beside it."""
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT, Kind.TOO_LARGE):
            raise
        roll_back()
        page = deal_page(uow().session, current.actor(), deal_id)
        shown = deal_context(page, errors_by_field(error.problems), text_of(error))
        if error.kind is Kind.INVALID and request.form:
            shown["values"] = shown["values"] | request.form.to_dict()
        return render_template("portal/deal.html", **shown), 422 if error.kind is Kind.INVALID else 409
    flash(said)
    return redirect(url_for("deals.show", deal_id=deal_id), 303)


def _words() -> str:
    return request.form.get("words", "")


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise invalid("deal.day", "This is not a day.") from None


@blueprint.post("/correct")
@permission("deal.write")
def correct(deal_id: UUID) -> Answer:
    """Answer what was handed back."""
    page = deal_page(uow().session, current.actor(), deal_id)
    read = read_form(page.form, page.editable)
    lines = _lines() if "lines" in page.editable else None

    def act() -> None:
        raise_if_any("deal.invalid", REFUSED, read.problems)
        resubmit_deal(uow(), current.actor(), deal_id, form_version(), read.form, lines=lines, words=_words())

    return _act(deal_id, act, _("Sent. It is in review again."))


@blueprint.post("/progress")
@permission("deal.write")
def go_on(deal_id: UUID) -> Answer:
    """Stage, next step, and by when; where no other system keeps them, the amount and the close, too."""

    def act() -> None:
        given = request.form
        page = deal_page(uow().session, current.actor(), deal_id)
        currency = given.get("currency", page.row.currency)
        amount = given.get("amount", "").strip()
        changes = progress.Progress(
            stage=given.get("stage"), next_step=given.get("next_step"), next_step_on=_day("next_step_on"),
            clear_next_on="next_step_on" in given and not given["next_step_on"].strip(),
            amount_minor=parse_money(amount, currency, region()).amount_minor if amount else None,
            currency=currency if amount else None, close_on=_day("close_on"),
        )  # fmt: skip
        progress.update_progress(uow(), current.actor(), deal_id, form_version(), changes)

    return _act(deal_id, act, _("Saved. Both sides see it."))


@blueprint.post("/notes")
@permission("deal.write")
def note(deal_id: UUID) -> Answer:
    """A note for both sides, or for one's own people."""
    sight = "partner" if request.form.get("private") else "both"
    return _act(deal_id, lambda: progress.add_note(uow(), current.actor(), deal_id, _words(), sight=sight), _("Noted."))


def _lines() -> list[LineForm]:
    """The table of products as posted; rows without a product are left out."""
    given = request.form
    found: list[LineForm] = []
    columns = (given.getlist("product"), given.getlist("quantity"), given.getlist("line_amount"))
    for product, quantity, amount, currency in zip(*columns, given.getlist("line_currency"), strict=False):
        if not product.strip() or len(found) > MOST_LINES:
            continue
        count = int(quantity) if quantity.isascii() and quantity.isdigit() and len(quantity) < 9 else 0
        minor = parse_money(amount, currency, region()).amount_minor if amount.strip() else 0
        found.append(LineForm(product, count, minor, currency))
    return found


@blueprint.post("/lines")
@permission("deal.write")
def lines(deal_id: UUID) -> Answer:
    """The products of a deal, each with its own currency."""
    return _act(deal_id, lambda: set_lines(uow(), current.actor(), deal_id, form_version(), _lines()), _("Saved."))


@blueprint.post("/evidence")
@permission("deal.write")
@upload_limit(MOST_BYTES // (1024 * 1024) + 1)
@limited("evidence", 60, 600)
def add_file(deal_id: UUID) -> Answer:
    """Keep a file with the deal."""
    file = request.files.get("file")

    def act() -> None:
        if file is None or not file.filename:
            raise invalid("evidence.empty", "The file is empty.")
        evidence.add_evidence(uow(), current.actor(), container().storage, deal_id, file.filename, file.read())

    return _act(deal_id, act, _("The file is with the deal."))


@blueprint.get("/evidence/<uuid:evidence_id>")
@permission("deal.read")
def file(deal_id: UUID, evidence_id: UUID) -> Response:
    """A file to keep."""
    found = evidence.read_evidence(uow(), current.actor(), container().storage, deal_id, evidence_id)
    return evidence_answer(found)


def evidence_answer(found: evidence.EvidenceFile) -> Response:
    """Never shown inline: it may be anything."""
    response = Response(found.data, content_type=found.content_type)
    response.headers["Content-Disposition"] = attachment(found.filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/extension")
@permission("deal.write")
def extension(deal_id: UUID) -> Answer:
    """Ask for more time, with files that show why."""

    def act() -> None:
        files = [UUID(one) for one in request.form.getlist("files") if _is_uuid(one)]
        extending.ask_extension(uow(), current.actor(), deal_id, form_version(), _words(), files)

    return _act(deal_id, act, _("Asked. The answer comes by mail and stands here."))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@blueprint.post("/appeal")
@permission("deal.write")
def appeal(deal_id: UUID) -> Answer:
    """Ask once for another person to look."""
    return _act(
        deal_id, lambda: rejecting.ask_appeal(uow(), current.actor(), deal_id, form_version(), _words()),
        _("Appealed. Another person decides."),
    )  # fmt: skip


@blueprint.post("/withdraw")
@permission("deal.write")
def withdraw(deal_id: UUID) -> Answer:
    """Take the registration back."""
    return _act(
        deal_id, lambda: closing.withdraw_deal(uow(), current.actor(), deal_id, form_version(), _words()),
        _("Withdrawn."),
    )  # fmt: skip


@blueprint.post("/convert")
@permission("deal.write")
def convert(deal_id: UUID) -> Answer:
    """It is an opportunity now."""
    return _act(
        deal_id, lambda: closing.convert_deal(uow(), current.actor(), deal_id, form_version(), words=_words()),
        _("It is an opportunity now."),
    )  # fmt: skip


@blueprint.post("/win")
@permission("deal.write")
def win(deal_id: UUID) -> Answer:
    """Won, for an amount."""

    def act() -> None:
        amount, currency = request.form.get("amount", "").strip(), request.form.get("currency", "")
        minor = parse_money(amount, currency, region()).amount_minor if amount else None
        closing.win_deal(
            uow(), current.actor(), deal_id, form_version(), amount_minor=minor,
            currency=currency if amount else "", words=_words(),
        )  # fmt: skip

    return _act(deal_id, act, _("Won. Congratulations."))


@blueprint.post("/lose")
@permission("deal.write")
def lose(deal_id: UUID) -> Answer:
    """Lost, with the reason."""
    return _act(
        deal_id,
        lambda: closing.lose_deal(
            uow(), current.actor(), deal_id, form_version(), reason_code=request.form.get("reason", ""), words=_words()
        ),
        _("Closed as lost."),
    )  # fmt: skip
