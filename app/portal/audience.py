"""Contacts of a partner: lists, the table with search, one contact, blocked addresses, the export."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.audience_words import BASES, BLOCKS, word, words
from app.auth import current
from app.auth.access import permission
from app.campaign_words import language_name
from app.error_texts import errors_by_field, text_of
from app.forms import form_version, with_kept
from app.i18n import gettext as _
from app.i18n import ngettext
from app.i18n.formats import countries
from app.paging import asked_page, query_text
from app.preview_answer import attachment
from app.unit_of_work import container, roll_back, uow
from campaigns.audience import pages
from campaigns.audience.importing import read_date
from campaigns.audience.service import contacts, lists, suppressing
from campaigns.core.csv_guard import csv_lines
from campaigns.core.errors import DomainError, Kind
from campaigns.leads.service import forget_person

blueprint = Blueprint("audience", __name__, url_prefix="/portal/audience")
FIELDS = ("email", "first_name", "last_name", "company", "phone", "country", "locale", "time_zone")
EXPORTED = (*FIELDS, "created_at")


@blueprint.get("")
@permission("contact.read")
def index(name: str = "", refused: str = "") -> str:
    """The lists, what was taken in lately, and what is blocked."""
    session, acting = uow().session, current.actor()
    return render_template(
        "portal/audience.html",
        lists=pages.lists_for(session, acting, archived=True),
        everybody=pages.contacts_for(session, acting).total,
        blocked=pages.blocks_for(session, acting).total,
        imports=pages.imports_for(session, acting, 5),
        name=name,
        refused=refused,
    )


@blueprint.post("/lists")
@permission("contact.write")
def create() -> tuple[str, int] | AnyResponse:
    """A new list; its page asks for a file next."""
    try:
        made = lists.create_list(uow(), current.actor(), request.form.get("name", ""))
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return index(request.form.get("name", ""), text_of(error)), 422
    return redirect(url_for("audience.table", list_id=made), 303)


@blueprint.get("/contacts")
@permission("contact.read")
def everybody() -> str:
    """All contacts."""
    return _table(None)


@blueprint.get("/lists/<uuid:list_id>")
@permission("contact.read")
def table(list_id: UUID) -> str:
    """The contacts of a list."""
    return _table(list_id)


def _table(list_id: UUID | None) -> str:
    session, acting = uow().session, current.actor()
    sort = request.args.get("sort", "email")
    sort = sort if sort in pages.SORTS else "email"
    found = pages.contacts_for(session, acting, list_id=list_id, text=query_text(), sort=sort, page=asked_page())
    return render_template(
        "portal/contacts.html",
        line=pages.list_of(session, acting, list_id) if list_id else None,
        found=found,
        search=query_text(),
        sort=sort,
        language=language_name,
        block=lambda reason: word(BLOCKS, reason),
    )


@blueprint.post("/lists/<uuid:list_id>")
@permission("contact.write")
def change_list(list_id: UUID) -> AnyResponse:
    """Rename a list, put it away or take it out again."""
    act = request.form.get("act", "")
    try:
        if act == "rename":
            lists.rename_list(uow(), current.actor(), list_id, form_version(), request.form.get("name", ""))
        else:
            lists.archive_list(uow(), current.actor(), list_id, archived=act == "archive")
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT, Kind.PRECONDITION):
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(url_for("audience.table", list_id=list_id), 303)


@blueprint.get("/lists/<uuid:list_id>.csv")
@permission("contact.export")
def export_list(list_id: UUID) -> Response:
    """A list as CSV."""
    line = pages.list_of(uow().session, current.actor(), list_id)
    return _export(line.name, list_id)


@blueprint.get("/contacts.csv")
@permission("contact.export")
def export_all() -> Response:
    """All contacts as CSV."""
    return _export(_("Contacts"), None)


def _export(name: str, list_id: UUID | None) -> Response:
    rows = pages.contact_rows(uow().session, current.actor(), list_id=list_id)
    cells = ([*(getattr(row, field) for field in FIELDS), row.created_at.isoformat()] for row in rows)
    body = "".join(csv_lines(EXPORTED, cells))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(f"{name}.csv")
    return response


def _form() -> contacts.ContactForm:
    return contacts.ContactForm(**{name: request.form.get(name, "") for name in FIELDS})


def _basis() -> contacts.Basis:
    day = read_date(request.form.get("given_on", ""), "ymd")
    given = datetime.combine(day, time(), UTC) if day else uow().now
    return contacts.Basis(request.form.get("basis", ""), request.form.get("source", ""), given)


@blueprint.get("/contacts/new")
@permission("contact.write")
def new(errors: dict[str, str] | None = None, refused: str = "") -> str:
    """The form for one contact."""
    return render_template(
        "portal/contact.html", contact=None, values=request.form, errors=errors or {}, refused=refused,
        bases=words(BASES), list_id=request.values.get("list", ""), today=uow().now.date().isoformat(),
        countries=countries(), with_kept=with_kept,
    )  # fmt: skip


@blueprint.post("/contacts/new")
@permission("contact.write")
def add() -> tuple[str, int] | AnyResponse:
    """Take one contact in."""
    chosen = request.form.get("list", "")
    try:
        list_id = UUID(chosen) if chosen else None
        made = contacts.add_contact(uow(), current.actor(), container().settings.secret_key, _form(), _basis(), list_id)
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return new(errors_by_field(error.problems), text_of(error)), 422
    except ValueError:
        return redirect(url_for("audience.index"), 303)
    flash(_("Saved."))
    return redirect(url_for("audience.contact", contact_id=made), 303)


@blueprint.get("/contacts/<uuid:contact_id>")
@permission("contact.read")
def contact(contact_id: UUID, errors: dict[str, str] | None = None, refused: str = "") -> str:
    """One contact: who, why they may be written to, on which lists."""
    found = pages.contact_page(uow().session, current.actor(), contact_id)
    return render_template(
        "portal/contact.html", contact=found, values=request.form or found.values, errors=errors or {},
        refused=refused, bases=words(BASES), block=lambda reason: word(BLOCKS, reason),
        basis=lambda name: word(BASES, name), list_id="", today="", countries=countries(), with_kept=with_kept,
    )  # fmt: skip


@blueprint.post("/contacts/<uuid:contact_id>")
@permission("contact.write")
def save(contact_id: UUID) -> tuple[str, int] | AnyResponse:
    """Save one contact."""
    key = container().settings.secret_key
    try:
        contacts.edit_contact(uow(), current.actor(), key, contact_id, form_version(), _form())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT, Kind.PRECONDITION):
            raise
        roll_back()
        return contact(contact_id, errors_by_field(error.problems), text_of(error)), 422
    flash(_("Saved."))
    return redirect(url_for("audience.contact", contact_id=contact_id), 303)


@blueprint.post("/contacts/<uuid:contact_id>/erase")
@permission("contact.write")
def erase(contact_id: UUID) -> AnyResponse:
    """Forget a person; it cannot be undone."""
    forget_person(uow(), current.actor(), container().settings.secret_key, contact_id)
    flash(_("Everything about this person is erased. Their address stays blocked, as a digest nobody can read."))
    return redirect(url_for("audience.index"), 303)


@blueprint.post("/contacts/<uuid:contact_id>/withdraw")
@permission("contact.write")
def withdraw(contact_id: UUID) -> AnyResponse:
    """They no longer agree."""
    contacts.withdraw_consent(uow(), current.actor(), contact_id)
    flash(_("Noted. They get no more mail."))
    return redirect(url_for("audience.contact", contact_id=contact_id), 303)


@blueprint.get("/blocked")
@permission("contact.read")
def blocked() -> str:
    """Addresses that are never mailed."""
    found = pages.blocks_for(uow().session, current.actor(), text=query_text(), page=asked_page())
    return render_template(
        "portal/blocked.html", found=found, search=query_text(), block=lambda reason: word(BLOCKS, reason)
    )


@blueprint.post("/blocked")
@permission("contact.write")
def block() -> AnyResponse:
    """Block addresses, one a line."""
    try:
        done = suppressing.suppress_addresses(
            uow(), current.actor(), request.form.get("addresses", "").splitlines(), source="page"
        )
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        flash(text_of(error), "danger")
        return redirect(url_for("audience.blocked"), 303)
    flash(ngettext("%(num)s address is blocked from now on.", "%(num)s addresses are blocked from now on.", done.added))
    if done.refused:
        flash(_("Not an address: %(lines)s", lines=", ".join(done.refused[:10])), "danger")
    return redirect(url_for("audience.blocked"), 303)


@blueprint.post("/blocked/<uuid:suppression_id>/lift")
@permission("contact.write")
def lift(suppression_id: UUID) -> AnyResponse:
    """Allow an address again that the partner blocked itself."""
    try:
        suppressing.lift_suppression(uow(), current.actor(), suppression_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(url_for("audience.blocked"), 303)
