"""Webhooks: addresses that are told of what happens. Made with a secret shown once, tried, changed, switched off."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import webhook_words
from app.auth.access import permission
from app.auth.current import actor
from app.error_texts import errors_by_field, text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.integrations import feeds
from campaigns.outbound import cloud_events, desk, endpoints, queries
from campaigns.outbound.endpoints import EndpointForm

blueprint = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")
DEEDS = "pause,resume,ping,disable,replay,read"


def _form() -> EndpointForm:
    given = request.form
    types = tuple(given.get("types", "").replace(",", " ").split())
    return EndpointForm(
        given.get("url", "").strip(), given.get("title", ""), given.get("system", "").strip(), types,
        given.get("adapter", ""),
    )  # fmt: skip


def _list(refusal: DomainError | None = None, made: Any = None) -> str:
    return render_template(
        "admin/webhooks.html",
        endpoints=queries.endpoints_of(uow().session, actor()),
        values=request.form if refusal else {},
        errors=errors_by_field(refusal.problems) if refusal else {},
        refused=text_of(refusal) if refusal else "",
        made=made,
        words=webhook_words,
    )


def _one(endpoint_id: UUID, refusal: DomainError | None = None, made: Any = None) -> str:
    one = queries.endpoint_of(uow().session, actor(), endpoint_id)
    shown = {
        "url": one.url,
        "title": one.title,
        "system": one.system,
        "types": " ".join(one.types),
        "adapter": one.adapter,
    }
    return render_template(
        "admin/webhook.html",
        one=one,
        deliveries=queries.deliveries_of(uow().session, actor(), endpoint_id=endpoint_id),
        values=request.form if refusal else shown,
        errors=errors_by_field(refusal.problems) if refusal else {},
        refused=text_of(refusal) if refusal else "",
        made=made,
        feeds=feeds.feeds_of(uow().session, actor(), endpoint_id=endpoint_id),
        inbound=f"{container().settings.public_url}/hooks/in/{one.id}",
        now=uow().now,
        words=webhook_words,
    )


@blueprint.get("")
@permission("webhook.manage")
def index() -> str:
    """The list and the form."""
    return _list()


@blueprint.post("")
@permission("webhook.manage")
def create() -> str | tuple[str, int]:
    """Make one; its secret is on this answer and nowhere else."""
    settings = container().settings
    try:
        made = endpoints.create_endpoint(
            uow(), actor(), settings.secret_key, _form(), loopback=settings.webhook_loopback
        )
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        return _list(error), 422
    return _list(made=made)


@blueprint.get("/<uuid:endpoint_id>")
@permission("webhook.manage")
def show(endpoint_id: UUID) -> str:
    """One, with its latest deliveries."""
    return _one(endpoint_id)


@blueprint.post("/<uuid:endpoint_id>")
@permission("webhook.manage")
def change(endpoint_id: UUID) -> Response | tuple[str, int]:
    """Change what a person wrote."""
    loopback = container().settings.webhook_loopback
    try:
        endpoints.change_endpoint(uow(), actor(), endpoint_id, form_version(), _form(), loopback=loopback)
    except DomainError as error:
        if error.kind is not Kind.INVALID:
            raise
        roll_back()
        return _one(endpoint_id, error), 422
    flash(_("Saved."))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id), 303)


@blueprint.post("/<uuid:endpoint_id>/rotate")
@permission("webhook.manage")
def rotate(endpoint_id: UUID) -> str:
    """A new secret, on this answer and nowhere else."""
    made = endpoints.rotate_secret(uow(), actor(), container().settings.secret_key, endpoint_id)
    return _one(endpoint_id, made=made)


@blueprint.post(f"/<uuid:endpoint_id>/<any({DEEDS}):deed>")
@permission("webhook.manage")
def do(endpoint_id: UUID, deed: str) -> Response:
    """What a button does."""
    work, acting = uow(), actor()
    if deed == "pause":
        endpoints.pause_endpoint(work, acting, endpoint_id)
        flash(_("Paused. What happens meanwhile waits."))
    elif deed == "resume":
        endpoints.resume_endpoint(work, acting, endpoint_id)
        flash(_("Resumed. What waited is sent first."))
    elif deed == "ping":
        endpoints.ping_endpoint(work, acting, endpoint_id)
        flash(_("A test message is on its way. Load this page again to see how it went."))
    elif deed == "read":
        feeds.read_now(work, acting, endpoint_id)
        flash(_("It is read now. Load this page again to see what came."))
    elif deed == "disable":
        endpoints.disable_endpoint(work, acting, endpoint_id)
        flash(_("Switched off for good."))
    else:
        count = desk.replay_failed(work, acting, endpoint_id)
        flash(_("%(count)s deliveries are sent again.", count=count))
    return redirect(url_for("webhooks.show", endpoint_id=endpoint_id), 303)


@blueprint.get("/deliveries/<uuid:delivery_id>")
@permission("webhook.manage")
def delivery(delivery_id: UUID) -> str:
    """What was sent and what came back."""
    one, event, partner = queries.event_of(uow().session, actor(), delivery_id)
    told = cloud_events.cloud_event(event, container().settings.public_url, partner=partner)
    body = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
    return render_template("admin/delivery.html", one=one, body=body, words=webhook_words)


@blueprint.post("/deliveries/<uuid:delivery_id>/<any(replay,skip):deed>")
@permission("webhook.manage")
def settle(delivery_id: UUID, deed: str) -> Response:
    """Send it again, or leave it with a reason."""
    if deed == "replay":
        desk.replay_delivery(uow(), actor(), delivery_id)
        flash(_("It is sent again."))
    else:
        desk.skip_delivery(uow(), actor(), delivery_id, request.form.get("reason", ""))
        flash(_("It is skipped."))
    return redirect(url_for("webhooks.delivery", delivery_id=delivery_id), 303)
