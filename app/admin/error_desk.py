"""The error desk: what other systems sent and could not be applied, and what could not be delivered to them."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import webhook_words
from app.auth.access import permission
from app.auth.current import actor
from app.i18n import gettext as _
from app.unit_of_work import uow
from campaigns.integrations import desk as inbound
from campaigns.integrations import feeds
from campaigns.outbound import desk as outgoing
from campaigns.outbound import queries

blueprint = Blueprint("error_desk", __name__, url_prefix="/admin/error-desk")


@blueprint.get("")
@permission("webhook.manage")
def index() -> str:
    """Both halves, newest first."""
    return render_template(
        "admin/error_desk.html",
        changes=inbound.failed_changes(uow().session, actor()),
        feeds=feeds.feeds_of(uow().session, actor(), failing=True),
        deliveries=queries.deliveries_of(uow().session, actor(), state="failed"),
        words=webhook_words,
    )


@blueprint.post("/replay")
@permission("webhook.manage")
def replay_all() -> Response:
    """Everything that failed, once more."""
    count = inbound.replay_failed_changes(uow(), actor()) + outgoing.replay_failed(uow(), actor())
    flash(_("%(count)s are tried again.", count=count))
    return redirect(url_for("error_desk.index"), 303)


@blueprint.get("/changes/<uuid:change_id>")
@permission("webhook.manage")
def change(change_id: UUID) -> str:
    """What was received, and why it was not applied."""
    one = inbound.inbound_of(uow().session, actor(), change_id)
    body = json.dumps(one.body, ensure_ascii=False, indent=2, sort_keys=True)
    return render_template("admin/inbound_change.html", one=one, body=body, words=webhook_words)


@blueprint.post("/changes/<uuid:change_id>/<any(replay,skip):deed>")
@permission("webhook.manage")
def settle(change_id: UUID, deed: str) -> Response:
    """Apply it again, or leave it with a reason."""
    if deed == "replay":
        inbound.replay_change(uow(), actor(), change_id)
        flash(_("%(count)s are tried again.", count=1))
    else:
        inbound.skip_change(uow(), actor(), change_id, request.form.get("reason", ""))
        flash(_("It is skipped."))
    return redirect(url_for("error_desk.index"), 303)
