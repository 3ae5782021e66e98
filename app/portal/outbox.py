"""The outbox: messages kept as files while no mail server is set; to read, and to take away as .eml."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.auth import current
from app.auth.access import permission
from app.paging import asked_page, query_text
from app.preview_answer import attachment
from app.security import embeds_previews, policy
from app.unit_of_work import container, uow
from campaigns.mailroom import queries

blueprint = Blueprint("outbox", __name__, url_prefix="/portal/outbox")


@blueprint.get("")
@permission("outbox.read")
def index() -> str:
    """The messages, newest first."""
    found = queries.outbox_for(uow().session, current.actor(), text=query_text(), page=asked_page())
    return render_template(
        "portal/outbox.html", found=found, search=query_text(), kept=container().settings.smtp_url is None
    )


@blueprint.get("/<uuid:message_id>")
@permission("outbox.read")
def show(message_id: UUID) -> str:
    """One message: as its reader sees it, as text, and its headers."""
    embeds_previews()
    found = queries.message_page(uow().session, current.actor(), container().storage, message_id)
    return render_template("portal/message.html", message=found)


@blueprint.get("/<uuid:message_id>/html")
@permission("outbox.read")
def html(message_id: UUID) -> Response:
    """The HTML alone, for the frame: nothing in it may run or post, and its links open nowhere."""
    found = queries.message_page(uow().session, current.actor(), container().storage, message_id)
    response = Response(found.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy(
        script_src="'none'", style_src="'unsafe-inline'", img_src="'self' data: https:", connect_src="'none'",
        form_action="'none'", frame_ancestors="'self'", sandbox="",
    )  # fmt: skip
    return response


@blueprint.get("/<uuid:message_id>.eml")
@permission("outbox.read")
def eml(message_id: UUID) -> AnyResponse:
    """The message as it would have gone out."""
    line, data = queries.raw_message(uow().session, current.actor(), container().storage, message_id)
    response = Response(data, content_type="message/rfc822")
    response.headers["Content-Disposition"] = attachment(f"{line.subject[:60] or 'message'}.eml")
    return response
