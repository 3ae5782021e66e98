"""Pages of a file of leads, the same for a vendor and a partner: brought in, looked at, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audience_words import COLUMNS, row_words, words
from app.auth import current
from app.error_texts import text_of
from app.i18n import gettext as _
from app.lead_words import LEAD_COLUMNS
from app.templating import is_htmx
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service
from campaigns.leads.imports import last_imports, lead_import
from campaigns.leads.service.looking import look_at


@dataclass(frozen=True, slots=True)
class Side:
    """Whose pages: the blueprint's name, the path parameter of a file, the right to change, and the list's address."""

    blueprint: str
    parameter: str
    write: str
    leads: str

    def url(self, endpoint: str, import_id: UUID | None = None, **more: Any) -> str:
        """The address of one of the pages."""
        if import_id is not None:
            more[self.parameter] = import_id
        return url_for(f"{self.blueprint}.{endpoint}", **more)


def upload_page(side: Side, programmes: Mapping[UUID, str], refused: str = "") -> str:
    """Where a file is brought in, and the last ones."""
    return render_template(
        "leads/files.html", side=side, programmes=programmes, refused=refused, values=request.form,
        rows=last_imports(uow().session, current.actor()),
    )  # fmt: skip


def upload(side: Side, programmes: Mapping[UUID, str], programme_id: UUID | None) -> Response | tuple[str, int]:
    """Keep the file as a draft to be looked at; nothing of it is a lead yet."""
    file, form = request.files.get("file"), request.form
    try:
        if file is None or not file.filename:
            raise DomainError("csv.empty", Kind.INVALID, "The file has no rows.")
        made = service.receive_leads(
            uow(), current.actor(), container().storage, kind="event" if form.get("kind") == "event" else "csv",
            source=form.get("source", ""), filename=file.filename, data=file.read(), programme_id=programme_id,
            draft=True,
        )  # fmt: skip
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.TOO_LARGE):
            raise
        roll_back()
        return upload_page(side, programmes, text_of(error)), 422
    return redirect(side.url("show", made), 303)


def file_page(side: Side, import_id: UUID) -> str:
    """The file before, while and after it goes in."""
    row = lead_import(uow().session, current.actor(), import_id)
    if row.state == "draft":
        preview = look_at(container().storage.get(row.storage_key), row.options)
        return render_template(
            "leads/file_draft.html", side=side, row=row, preview=preview, row_words=row_words,
            columns=words(COLUMNS) | words(LEAD_COLUMNS),
        )  # fmt: skip
    template = "leads/_file.html" if is_htmx() else "leads/file.html"
    return render_template(template, side=side, row=row, row_words=row_words)


def act_on(side: Side, import_id: UUID, deed: str) -> Response:
    """Confirm a draft, put it away, or take back what a file brought."""
    try:
        if deed == "discard":
            service.discard_leads(uow(), current.actor(), container().storage, import_id)
            flash(_("Put away. Nothing of it was taken in."), "ok")
            return redirect(side.url("index"), 303)
        act = service.confirm_leads if deed == "confirm" else service.ask_undo
        act(uow(), current.actor(), import_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    return redirect(side.url("show", import_id), 303)
