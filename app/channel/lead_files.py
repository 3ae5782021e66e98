"""Files of a vendor's leads."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from app.auth.access import permission
from app.lead_file_view import Side, act_on, file_page, upload, upload_page
from app.security import limited, upload_limit

blueprint = Blueprint("channel_lead_files", __name__, url_prefix="/channel/leads/imports")
SIDE = Side("channel_lead_files", "vendor_import_id", "vendor_lead.write", "channel_leads.index")


@blueprint.get("")
@permission("vendor_lead.read")
def index() -> str:
    """Where a file is brought in."""
    return upload_page(SIDE, {})


@blueprint.post("")
@permission("vendor_lead.write")
@upload_limit(51)
@limited("leads", 30, 600)
def receive() -> Response | tuple[str, int]:
    """Keep a file to be looked at."""
    return upload(SIDE, {}, None)


@blueprint.get("/<uuid:vendor_import_id>")
@permission("vendor_lead.read")
def show(vendor_import_id: UUID) -> str:
    """One file."""
    return file_page(SIDE, vendor_import_id)


@blueprint.post("/<uuid:vendor_import_id>/<any(confirm,discard,undo):fate>")
@permission("vendor_lead.write")
def act(vendor_import_id: UUID, fate: str) -> Response:
    """Let it go in, put it away, take it back."""
    return act_on(SIDE, vendor_import_id, fate)
