"""Taking contacts in from a file: drop it, look at it, say where it comes from, watch it go in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.audience_words import BASES, COLUMNS, row_words, words
from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.i18n import gettext as _
from app.security import limited, upload_limit
from app.templating import is_htmx
from app.unit_of_work import container, roll_back, uow
from campaigns.audience import pages
from campaigns.audience.columns import FIELDS
from campaigns.audience.importing import DateOrder, ImportOptions
from campaigns.audience.models import ContactImport
from campaigns.audience.service import importing
from campaigns.core.csv_reading import DELIMITERS, ENCODINGS
from campaigns.core.errors import DomainError, Kind

blueprint = Blueprint("audience_import", __name__, url_prefix="/portal/audience")


@blueprint.post("/lists/<uuid:list_id>/import")
@permission("contact.write")
@upload_limit(51)
@limited("contacts", 30, 600)
def upload(list_id: UUID) -> AnyResponse:
    """Keep the file and look at it."""
    file = request.files.get("file")
    back = redirect(url_for("audience.table", list_id=list_id), 303)
    if file is None or not file.filename:
        flash(_("Choose a file first."), "danger")
        return back
    try:
        made = importing.receive_file(uow(), current.actor(), container().storage, list_id, file.filename, file.read())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.TOO_LARGE):
            raise
        roll_back()
        flash(text_of(error), "danger")
        return back
    return redirect(url_for("audience_import.show", import_id=made), 303)


@blueprint.get("/imports/<uuid:import_id>")
@permission("contact.read")
def show(import_id: UUID) -> str:
    """The file before, while and after it goes in."""
    row = pages.import_of(uow().session, current.actor(), import_id)
    if row.state == "draft":
        return _draft(row, importing.options_of(row))
    template = "portal/_import_progress.html" if is_htmx() else "portal/import_progress.html"
    return render_template(template, row=row, row_words=row_words, list_name=_list_name(row))


def _list_name(row: ContactImport) -> str:
    return pages.list_of(uow().session, current.actor(), row.list_id).name


def _draft(row: ContactImport, options: ImportOptions, errors: dict[str, str] | None = None, refused: str = "") -> str:
    preview = importing.look_at(container().storage.get(row.source_key), options, container().clock.now())
    return render_template(
        "portal/import.html",
        row=row,
        list_name=_list_name(row),
        preview=preview,
        options=options,
        columns=words(COLUMNS),
        bases=words(BASES),
        encodings=ENCODINGS,
        row_words=row_words,
        errors=errors or {},
        refused=refused,
    )


def _options(row: ContactImport) -> ImportOptions:
    """What the form says: each column's select is `c<number>` with a field's name."""
    before = importing.options_of(row)
    mapping: dict[str, int] = {}
    for name, chosen in request.form.items():
        if name.startswith("c") and name[1:].isdecimal() and len(name) < 6 and chosen in FIELDS:
            mapping.setdefault(chosen, int(name[1:]))
    order: DateOrder = {"mdy": "mdy", "ymd": "ymd"}.get(request.form.get("date_order", ""), "dmy")  # type: ignore[assignment]
    encoding, delimiter = request.form.get("encoding", ""), request.form.get("delimiter", "")
    return ImportOptions(
        mapping=mapping,
        has_header=bool(request.form.get("has_header")),
        encoding=encoding if encoding in ENCODINGS else before.encoding,
        delimiter=delimiter if delimiter in DELIMITERS else before.delimiter,
        basis=request.form.get("basis", ""),
        basis_source=request.form.get("source", ""),
        given_on=request.form.get("given_on", "")[:10],
        date_order=order,
    )


@blueprint.post("/imports/<uuid:import_id>")
@permission("contact.write")
def take(import_id: UUID) -> tuple[str, int] | str | AnyResponse:
    """Look again with other choices, or take the file in."""
    row = pages.import_of(uow().session, current.actor(), import_id)
    if row.state != "draft":
        return redirect(url_for("audience_import.show", import_id=import_id), 303)
    options = _options(row)
    try:
        if request.form.get("act") == "look":
            return _draft(row, options)
        importing.confirm_import(uow(), current.actor(), container().storage, import_id, options)
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        row = pages.import_of(uow().session, current.actor(), import_id)
        if error.code.startswith("csv."):  # the choice cannot even be shown
            flash(text_of(error), "danger")
            return redirect(url_for("audience_import.show", import_id=import_id), 303)
        return _draft(row, options, errors_by_field(error.problems), text_of(error)), 422
    return redirect(url_for("audience_import.show", import_id=import_id), 303)


@blueprint.post("/imports/<uuid:import_id>/discard")
@permission("contact.write")
def discard(import_id: UUID) -> AnyResponse:
    """Put the file away; nothing of it was taken."""
    row = pages.import_of(uow().session, current.actor(), import_id)
    importing.discard_import(uow(), current.actor(), container().storage, import_id)
    return redirect(url_for("audience.table", list_id=row.list_id), 303)
