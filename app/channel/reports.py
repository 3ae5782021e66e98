"""Reports of a channel manager: registrations, approvals, conversion and times, by partner, region and product."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth import current
from app.auth.access import permission
from app.reporting.table_view import asked_args, table_context
from app.unit_of_work import uow
from campaigns.attribution.service.asking import underway
from campaigns.core.tenancy import programme_of
from campaigns.reports.asked import read_asks
from campaigns.reports.runs import shown_run

blueprint = Blueprint("channel_reports", __name__, url_prefix="/channel/reports")


@blueprint.get("")
@permission("report.read")
def show() -> tuple[str, int]:
    """How registering goes, and a run made with other settings."""
    session, acting = uow().session, current.actor()
    asks = read_asks(acting, asked_args() | {"report": "registrations", "by": asked_args()["by"] or "partner"})
    context, status = table_context(session, acting, asks)
    return render_template(
        "channel/reports.html", **context, underway=underway(session, programme_of(acting)),
        run=shown_run(session, acting),
    ), status  # fmt: skip
