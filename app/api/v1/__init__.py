"""/api/v1: one module per resource, its shapes beside it; importing a module declares its operations."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint, Response, jsonify

from app.api.dispatch import handler
from app.api.document import document
from app.api.operation import OPERATIONS
from app.auth.access import public
from app.unit_of_work import container

RESOURCES = (
    "me", "programmes", "people", "tokens", "brand", "kits", "campaigns", "launches", "launch_files", "totals", "lists",
    "contacts", "suppressions", "imports", "leads", "lead_offers", "vendor_leads", "vendor_lead_acts", "lead_coverage",
    "lead_imports", "lead_import_acts", "own_leads", "exports", "partners", "outbox", "audit", "webhooks",
    "webhook_deliveries", "inbound_changes", "changes", "reports", "report_views", "report_inputs",
    "deal_files", "deal_mail", "deals", "registrations",
    "accounts", "policies", "product_lines",
)  # fmt: skip


def make_blueprint() -> Blueprint:
    """The blueprint with every declared operation and the document."""
    blueprint = Blueprint("api_v1", __name__, url_prefix="/api/v1")
    for name in RESOURCES:
        import_module(f"app.api.v1.{name}")
    for entry in OPERATIONS:
        blueprint.add_url_rule(
            entry.rule,
            endpoint=entry.name,
            view_func=handler(entry),
            methods=[entry.method.upper()],
            provide_automatic_options=False,
        )

    @blueprint.get("/openapi.json")
    @public
    def openapi() -> Response:
        answer = jsonify(document(version="1", server=container().settings.public_url))
        answer.add_etag()
        answer.headers["Cache-Control"] = "public, max-age=300"
        return answer

    return blueprint
