"""CSV out: contacts and leads of the calling partner, streamed, no cell a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from app.api.operation import Call, Shape, operation
from campaigns.audience import pages
from campaigns.core.csv_guard import csv_lines
from campaigns.leads import queries as leads

CONTACT_COLUMNS = (
    "id", "email", "first_name", "last_name", "company", "phone", "country", "locale", "time_zone", "created_at",
)  # fmt: skip
LEAD_COLUMNS = (
    "id", "name", "email", "company", "phone", "state", "campaign", "launch_slug", "channel", "asset_id", "step_id",
    "locale", "created_at",
)  # fmt: skip


class ContactExportQuery(Shape):
    """Only one list's contacts."""

    list_id: UUID | None = None


def _csv(call: Call[Any, Any], name: str, columns: Sequence[str], rows: Callable[[Session], Iterator[Any]]) -> Response:
    def lines() -> Iterator[str]:
        with call.container.uow.reading() as session:  # the request's own session is closed by then
            shown = ([getattr(row, column) for column in columns] for row in rows(session))
            yield from csv_lines(columns, shown)

    response = Response(lines(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(
    "get",
    "/exports/contacts.csv",
    summary="Your contacts as CSV",
    tag="Audience",
    permission="contact.export",
    query=ContactExportQuery,
    gives="text/csv",
)
def export_contacts(call: Call[Any, ContactExportQuery]) -> Response:
    actor, list_id = call.actor, call.query.list_id
    if list_id is not None:
        pages.list_of(call.uow.session, actor, list_id)
    return _csv(call, "contacts", CONTACT_COLUMNS, lambda session: pages.contact_rows(session, actor, list_id=list_id))


@operation(
    "get",
    "/exports/leads.csv",
    summary="Your leads as CSV",
    tag="Leads",
    permission="contact.export",
    gives="text/csv",
)
def export_leads(call: Call[Any, Any]) -> Response:
    actor = call.actor
    return _csv(call, "leads", LEAD_COLUMNS, lambda session: leads.lead_rows(session, actor))
