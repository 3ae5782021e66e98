"""What the vendor's own people sell to: accounts, open opportunities, and the files they come from."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.account_words import row_problem
from app.api.paging import encode
from app.auth import current
from app.auth.access import permission
from app.channel.deals import asked_after
from app.deal_words import SOURCES, word
from app.error_texts import text_of
from app.forms import form_uuid
from app.i18n import gettext as _
from app.i18n.formats import countries
from app.paging import query_text
from app.security import limited, upload_limit
from app.templating import is_htmx
from app.unit_of_work import container, roll_back, uow
from campaigns.accounts import queries, service
from campaigns.core.errors import DomainError, Kind
from campaigns.deals.service.merging import merge_accounts, unmerge_accounts

blueprint = Blueprint("channel_accounts", __name__, url_prefix="/channel/accounts")
PAGE = 50


@blueprint.get("")
@permission("account.read")
def index() -> str:
    """The accounts, newest first, and the last files."""
    session, acting = uow().session, current.actor()
    direct = request.args.get("direct") == "1"
    rows = queries.accounts_of(
        session, acting, search=query_text(), direct=True if direct else None, after=asked_after(), limit=PAGE + 1
    )
    shown = rows[:PAGE]
    return render_template(
        "channel/accounts.html", rows=shown, search=query_text(), direct=direct, countries=countries(),
        imports=queries.imports_of(session, acting, limit=5), origin=lambda code: word(SOURCES, code),
        next=encode(shown[-1].created_at, shown[-1].id) if len(rows) > PAGE else "",
    )  # fmt: skip


@blueprint.get("/opportunities")
@permission("account.read")
def opportunities() -> str:
    """What the vendor's own people have open, newest first."""
    session, acting = uow().session, current.actor()
    closed = request.args.get("closed") == "1"
    rows = queries.opportunities_of(session, acting, open_only=not closed, after=asked_after(), limit=PAGE + 1)
    shown = rows[:PAGE]
    return render_template(
        "channel/opportunities.html", rows=shown, closed=closed,
        next=encode(shown[-1].created_at, shown[-1].id) if len(rows) > PAGE else "",
    )  # fmt: skip


@blueprint.get("/<uuid:account_id>")
@permission("account.read")
def account(account_id: UUID) -> str:
    """One account, what identifies it, what was merged into it."""
    page = queries.account_page(uow().session, current.actor(), account_id)
    return render_template(
        "channel/account.html", page=page, countries=countries(), origin=lambda code: word(SOURCES, code)
    )


def _back(account_id: UUID, said: str, error: DomainError | None) -> Response:
    if error is not None:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise error
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(said)
    return redirect(url_for("channel_accounts.account", account_id=account_id), 303)


@blueprint.post("/<uuid:account_id>/merge")
@permission("account.write")
def merge(account_id: UUID) -> Response:
    """Another account is this one."""
    try:
        merge_accounts(uow(), current.actor(), account_id, form_uuid("account"), request.form.get("reason", ""))
    except DomainError as error:
        return _back(account_id, "", error)
    return _back(account_id, _("Merged. Deals of both stand on one account now."), None)


@blueprint.post("/<uuid:account_id>/merges/<uuid:account_merge_id>/undo")
@permission("account.write")
def unmerge(account_id: UUID, account_merge_id: UUID) -> Response:
    """The two are two again."""
    try:
        unmerge_accounts(uow(), current.actor(), account_merge_id)
    except DomainError as error:
        return _back(account_id, "", error)
    return _back(account_id, _("Undone. Each account has its own deals again."), None)


@blueprint.post("/opportunities/<uuid:opportunity_id>/close")
@permission("account.write")
def close(opportunity_id: UUID) -> Response:
    """It is over and conflicts with nothing any more."""
    service.close_opportunity(uow(), current.actor(), opportunity_id)
    flash(_("Closed."))
    return redirect(url_for("channel_accounts.opportunities"), 303)


@blueprint.post("/imports")
@permission("account.write")
@upload_limit(51)
@limited("accounts", 30, 600)
def upload() -> Response:
    """Keep a file and have it read."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise DomainError("csv.empty", Kind.INVALID, "The file has no rows.")
        made, _new = service.receive_import(
            uow(), current.actor(), container().storage, kind=request.form.get("kind", ""),
            source=request.form.get("source", ""), filename=file.filename, data=file.read(),
        )  # fmt: skip
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.TOO_LARGE):
            raise
        roll_back()
        flash(text_of(error), "danger")
        return redirect(url_for("channel_accounts.index"), 303)
    return redirect(url_for("channel_accounts.import_page", account_import_id=made), 303)


@blueprint.get("/imports/<uuid:account_import_id>")
@permission("account.read")
def import_page(account_import_id: UUID) -> str:
    """How far a file is, and every bad row."""
    row = queries.import_line(uow().session, current.actor(), account_import_id)
    template = "channel/_import.html" if is_htmx() else "channel/import.html"
    return render_template(template, row=row, problem=row_problem)
