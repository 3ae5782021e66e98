"""Reports as CSV: the run on every line, amounts in minor units and as decimals, no cell a formula."""

from __future__ import annotations

from flask import Response
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.csv_guard import csv_lines
from campaigns.core.money import Money
from campaigns.reports.credits import credits_by
from campaigns.reports.runs import Run
from campaigns.reports.tables import Table, csv_of

COLUMNS = (
    "run", "model", "cut_off", "by", "state", "key", "label", "currency", "amount_minor", "amount", "touches", "deals",
)  # fmt: skip


def credit_sheet(session: Session, actor: Actor, run: Run, by: str, state: str) -> Response:
    """Credits of a run by a dimension. Raises as `credits_by`."""
    rows = credits_by(session, actor, run, by, state)
    lines = (
        [
            run.number, run.model, run.cut_off.isoformat(), by, state, row.key, row.label, row.currency,
            row.amount_minor, Money(row.amount_minor, row.currency).as_decimal(), row.touches, row.deals,
        ]
        for row in rows
    )  # fmt: skip
    response = Response("".join(csv_lines(COLUMNS, lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="credits-{by}-run-{run.number}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def table_sheet(table: Table) -> Response:
    """Any report as a file named by what it is."""
    response = Response(csv_of(table), mimetype="text/csv")
    name = f"{table.asks.report}-{table.asks.grouping}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
