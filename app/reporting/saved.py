"""One report on a page or as a file, and saved views of them; the same for a vendor and for a partner."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.auth import current
from app.auth.access import permission
from app.error_texts import text_of
from app.forms import form_version
from app.i18n import gettext
from app.i18n.formats import zone
from app.reporting import words
from app.reporting.sheets import table_sheet
from app.reporting.table_view import asked_args, speech, table_context
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.reports.asked import read_asks
from campaigns.reports.building import build
from campaigns.reports.cell_text import instant_text
from campaigns.reports.service import schedules, views

WRONG = (Kind.INVALID, Kind.CONFLICT, Kind.PRECONDITION)


def register(blueprint: Blueprint, needed: str) -> None:
    """The pages of a side, under its own permission; what is saved asks for the right again."""

    @blueprint.get("/tables/<report>")
    @permission(needed)
    def table(report: str) -> tuple[str, int]:
        """One report with its choices."""
        acting = current.actor()
        asks = read_asks(acting, asked_args() | {"report": report})
        context, status = table_context(uow().session, acting, asks)
        return render_template("reports/table.html", **context), status

    @blueprint.get("/tables/<report>/csv")
    @permission(needed)
    def table_file(report: str) -> Response:
        """The same as a file."""
        acting = current.actor()
        asks = read_asks(acting, asked_args() | {"report": report})
        return table_sheet(build(uow().session, acting, asks, container().clock.now()))

    @blueprint.get("/views")
    @permission(needed)
    def saved() -> str:
        """What was saved, and when which is mailed."""
        rows = views.views(uow().session, current.actor(), deleted=True)
        return render_template(
            "reports/views.html", kept=[row for row in rows if not row.deleted], words=words,
            gone=[row for row in rows if row.deleted], next_times=_next_times(rows), zone=str(zone()),
            mine=current.actor().partner_id is not None,
        )  # fmt: skip

    @blueprint.post("/views")
    @permission("self.write")
    def save() -> Redirect:
        """Keep what the page shows under a name."""
        try:
            views.save_view(
                uow(), current.actor(), request.form.get("name", ""), request.form, shared="shared" in request.form
            )
        except DomainError as error:
            return _after(error, "")
        return _after(None, gettext("The view is saved."))

    @blueprint.get("/views/<uuid:view_id>")
    @permission(needed)
    def one_view(view_id: UUID) -> tuple[str, int]:
        """A saved view, as it stands now."""
        acting = current.actor()
        row = views.view(uow().session, acting, view_id)
        context, _status = table_context(uow().session, acting, row.asks)
        return render_template("reports/table.html", **context, view=row), 200

    @blueprint.post("/views/<uuid:view_id>")
    @permission("self.write")
    def change(view_id: UUID) -> Redirect:
        """Rename it, share it, put it away, bring it back; mail it, or no more."""
        try:
            return _after(None, _changed(view_id, request.form.get("act", "")))
        except DomainError as error:
            return _after(error, "")

    def _after(error: DomainError | None, said: str) -> Redirect:
        if error is not None:
            if error.kind not in WRONG:
                raise error
            roll_back()
            flash(text_of(error), "danger")
        else:
            flash(said)
        return redirect(url_for(f"{blueprint.name}.saved"), 303)


def _next_times(rows: list[views.ViewRow]) -> dict[UUID, str]:
    """When each view is next mailed, in the zone its reader chose."""
    planned = {row.id: row.schedule for row in rows if row.schedule}
    return {
        view_id: f"{instant_text(plan.next_at, replace(speech(), zone=plan.zone))} ({plan.zone})"
        for view_id, plan in planned.items()
    }


def _changed(view_id: UUID, act: str) -> str:
    """Do it; what to say."""
    acting, form = current.actor(), request.form
    if act == "delete":
        views.delete_view(uow(), acting, view_id)
        return gettext("The view is put away. It can be brought back below.")
    if act == "restore":
        views.restore_view(uow(), acting, view_id)
        return gettext("The view is back.")
    if act == "mail":
        day = form.get("day", "")
        schedules.schedule_view(
            uow(), acting, view_id, every=form.get("every", ""), at=form.get("at", ""), zone=form.get("zone", ""),
            day=int(day) if day.isascii() and day.isdigit() and len(day) < 3 else 0,
        )  # fmt: skip
        return gettext("The view will be mailed to you.")
    if act == "end":
        schedules.end_schedule(uow(), acting, view_id)
        return gettext("No more mails of this view.")
    shared = {"share": True, "keep": False}.get(act)
    name = form.get("name", "") if act == "rename" else None
    views.change_view(uow(), acting, view_id, version=form_version(), name=name, shared=shared)
    return gettext("Saved.")
