"""What was done in a company: the audit log, filtered and paged by the address."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.audit_words import action_name, actor_name
from app.auth import current
from app.auth.access import permission
from app.unit_of_work import uow
from campaigns.partners import records

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")


@blueprint.get("")
@permission("audit.read")
def index() -> str:
    """Latest first."""
    before, action = request.args.get("before", ""), request.args.get("action", "")[:80]
    cursor = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    page = records.audit_page(uow().session, current.actor(), action=action, before=cursor)
    actions = sorted(((name, action_name(name)) for name in page.actions), key=lambda pair: pair[1])
    return render_template(
        "admin/audit.html",
        page=page,
        action=action,
        actions=actions,
        cursor=cursor,
        action_name=action_name,
        actor_name=actor_name,
    )
