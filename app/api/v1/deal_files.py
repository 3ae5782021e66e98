"""Canonical deals by file, for systems that neither call nor can be called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, request

from app.api.operation import Answer, Call, Shape, operation
from campaigns.core.csv_guard import csv_lines
from campaigns.integrations.files import COLUMNS, deal_rows, take_changes


class TakenOut(Shape):
    """Rows of the file, and how many of them did not come before."""

    rows: int
    new: int


@operation(
    "get", "/exports/canonical-deals.csv", summary="Your programme's deals as CSV, amounts as decimals", tag="Webhooks",
    permission="registration.read", gives="text/csv",
)  # fmt: skip
def export_canonical_deals(call: Call[Any, Any]) -> Response:
    actor, factory = call.actor, call.container.uow

    def lines() -> Iterator[str]:
        with factory.reading() as session:  # the request's own session is closed by then
            yield from csv_lines(COLUMNS, deal_rows(session, actor))

    response = Response(lines(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="deals.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/changes", summary="Changes of an endpoint's system as CSV", tag="Webhooks",
    permission="webhook.manage", takes=("text/csv",), answer=TakenOut, status=202, upload_mb=10,
)  # fmt: skip
def post_changes(call: Call[Any, Any]) -> Answer:
    rows, new = take_changes(call.uow, call.actor, call.path["endpoint_id"], request.get_data(cache=True))
    return Answer(TakenOut(rows=rows, new=new), status=202)
