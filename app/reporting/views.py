"""Reports on pages: money by what earned it, a deal's path, funnels, times, registrations; and asking for a run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.auth import current
from app.auth.access import permission
from app.error_texts import problem_text, text_of
from app.i18n import gettext
from app.reporting import saved, words
from app.reporting.run_form import model_of, rules_of
from app.reporting.sheets import credit_sheet
from app.reporting.view import report_view
from app.security import limited
from app.unit_of_work import roll_back, uow
from campaigns.attribution.service import RunRequest, ask_run
from campaigns.core.errors import DomainError, Kind
from campaigns.reports.paths import deal_path
from campaigns.reports.runs import chosen_run

studio_reports = Blueprint("studio_reports", __name__, url_prefix="/studio/reports")
portal_results = Blueprint("portal_results", __name__, url_prefix="/portal/results")


def _run_id() -> UUID | None:
    """The run of the address; None, and so the newest, where it names none."""
    try:
        return UUID(request.args.get("run", ""))
    except ValueError:
        return None


def _asked() -> dict[str, Any]:
    """What the address asks for; the reports say what is wrong with it."""
    return {
        "run_id": _run_id(),
        "by": request.args.get("by", "kit"),
        "state": request.args.get("state", "won"),
        "group": request.args.get("group", "month"),
    }


def _register(blueprint: Blueprint, needed: str) -> None:
    """The same three pages for a side, under its own permission."""

    @blueprint.get("")
    @permission(needed)
    def show() -> str:
        return render_template("reports/index.html", **report_view(uow().session, current.actor(), **_asked()))

    @blueprint.get("/credits.csv")
    @permission(needed)
    def sheet() -> Response:
        asked, acting = _asked(), current.actor()
        run = chosen_run(uow().session, acting, asked["run_id"])
        return credit_sheet(uow().session, acting, run, asked["by"], asked["state"])

    @blueprint.get("/deals/<uuid:credited_deal_id>")
    @permission(needed)
    def path(credited_deal_id: UUID) -> str:
        acting = current.actor()
        run = chosen_run(uow().session, acting, _asked()["run_id"])
        found = deal_path(uow().session, acting, run, credited_deal_id)
        mine = acting.partner_id is not None
        return render_template("reports/path.html", run=run, path=found, words=words, mine=mine)


_register(studio_reports, "report.read")
_register(portal_results, "result.read")
saved.register(studio_reports, "report.read")
saved.register(portal_results, "result.read")


@studio_reports.post("/runs")
@permission("report.run")
@limited("attribution", 30, 3600)
def ask() -> Redirect:
    """Ask for a run of the model and rules chosen; the page says that it is being made."""
    back = "channel_reports.show" if request.form.get("back") == "channel" else "studio_reports.show"
    try:
        asked = ask_run(uow(), current.actor(), RunRequest(model_of(request.form), rules_of(request.form)))
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        flash(" ".join([text_of(error), *map(problem_text, error.problems)]), "danger")
        return redirect(url_for(back), 303)
    if asked is None:
        flash(gettext("This model is being computed already."))
    else:
        flash(gettext("The run is being made. It appears here when it is done."))
    return redirect(url_for(back), 303)
