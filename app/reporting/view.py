"""What the page of reports shows: everything of one run that the reader may see, with its words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from sqlalchemy.orm import Session

from app.reporting import words
from campaigns.attribution.service.asking import underway
from campaigns.attribution.service.programme_models import MODELS
from campaigns.core.actor import Actor
from campaigns.reports import credits, funnels, registrations, runs
from campaigns.reports.figures import Span

SHOWN_DEALS = 20
FUNNEL_SHOWN = 12


def report_view(
    session: Session, actor: Actor, *, run_id: UUID | None, by: str, state: str, group: str
) -> dict[str, Any]:
    """Values for `reports/index.html`; `run` is None where nothing was computed yet. Raises as the reports do."""
    listed = runs.runs(session, actor)
    run = runs.run(session, actor, run_id) if run_id else runs.shown_run(session, actor)
    shared = {
        "run": run,
        "runs": listed,
        "by": by,
        "state_chosen": state,
        "group": group,
        "words": words,
        "mine": actor.partner_id is not None,
        "by_choices": credits.PARTNER_DIMENSIONS if actor.partner_id else credits.DIMENSIONS,
        "group_choices": [name for name in registrations.GROUPINGS if name != "partner" or not actor.partner_id],
        "registered": registrations.registrations(session, actor, group),
        "funnels": funnels.funnels(session, actor)[:FUNNEL_SHOWN],
        "spans": {name: _span(span) for name, span in funnels.durations(session, actor).items()},
        "underway": [] if actor.programme_id is None else underway(session, actor.programme_id),
        "address": _address,
    }
    if run is None:
        return shared
    rows = credits.credits_by(session, actor, run, by, state)
    most: dict[str, int] = {}
    for row in rows:
        most[row.currency] = max(most.get(row.currency, 0), row.amount_minor)
    return shared | {
        "rows": rows,
        "most": most,
        "of_programme": run.model in MODELS,
        "deals": credits.deals_of(session, actor, run, state=state, limit=SHOWN_DEALS),
    }


def _span(span: Span) -> dict[str, Any]:
    known = span.median_s is not None and span.p90_s is not None
    return {
        "n": span.n,
        "median": timedelta(seconds=span.median_s or 0) if known else None,
        "p90": timedelta(seconds=span.p90_s or 0) if known else None,
    }


def _address(name: str, **values: Any) -> str:
    """A page of the same side."""
    return url_for(f"{request.blueprint}.{name}", **values)
