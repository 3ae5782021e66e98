"""Launches of a partner: the list, one launch while it is made and after, its files, and stopping it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.campaign_words import (
    channel_words,
    kit_of,
    kit_text,
    language_name,
    lead_count,
    lead_first,
    reason_words,
    state_words,
)
from app.error_texts import text_of
from app.i18n import gettext as _
from app.portal.launch_files import by_language, shares_of
from app.preview_answer import attachment, download, show_file
from app.security import embeds_previews
from app.templating import is_htmx
from app.unit_of_work import container, roll_back, uow
from campaigns.artifacts.keys import part_key
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.queries import pinned_version
from campaigns.launches import queries, service
from campaigns.launches.bundle import stream_zip
from campaigns.launches.rules import PUBLIC, State
from campaigns.sequences import service as sequences
from campaigns.tracking.addresses import landing_url

blueprint = Blueprint("launches", __name__, url_prefix="/portal/launches")


@blueprint.get("")
@permission("launch.read")
def index() -> str:
    """The launches, newest first; `?before=` is the page after."""
    text = request.args.get("before", "")
    try:
        before = UUID(text) if text else None
    except ValueError:
        before = None
    found = queries.launches_for(uow().session, current.actor(), before=before, limit=queries.PAGE + 1)
    return render_template(
        "portal/launches.html",
        launches=found[: queries.PAGE],
        more=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        state_of=state_words,
        language=language_name,
    )


@blueprint.get("/<uuid:launch_id>")
@permission("launch.read")
def page(launch_id: UUID) -> str:
    """One launch: its making, and then its files, landing page and share links."""
    embeds_previews()
    session = uow().session
    shown = queries.launch_page(session, current.actor(), launch_id)
    version = pinned_version(session, shown.line.kit_version_id)
    kit = kit_of(version)
    public = shown.line.state in PUBLIC
    base = container().settings.public_url
    return render_template(
        "portal/_launch.html" if is_htmx() else "portal/launch.html",
        lead_first=lead_first,
        lead_count=lead_count,
        launch=shown,
        by_language=by_language(shown.pieces),
        shares_by_language=by_language(shares_of(shown)) if public else {},
        landings=[(locale, landing_url(base, shown.line.slug, locale)) for locale in shown.line.locales]
        if public
        else [],
        has_landing=any(piece.kind == "landing" for piece in shown.pieces),
        size=sum(piece.file.size for piece in shown.pieces if piece.file),
        seconds=(shown.ready_at - shown.line.created_at).total_seconds() if shown.ready_at else None,
        live=shown.line.state in (State.RENDERING, State.READY),
        state_of=state_words,
        language=language_name,
        reason=reason_words,
        channel=channel_words,
        titled=lambda text: kit_text(kit, text),
        token=str(new_id()),
    )


@blueprint.get("/<uuid:launch_id>/pieces/<uuid:piece_id>")
@permission("launch.read")
def piece(launch_id: UUID, piece_id: UUID) -> Response:
    """A finished piece to look at: a picture, or a page for a frame."""
    session = uow().session
    found, file = queries.piece_file(session, current.actor(), launch_id, piece_id)
    if found.kind == "email":
        return show_file(file, part_key(file.fingerprint, "html"), "text/html", None, found.locale)
    shown = queries.launch_page(session, current.actor(), launch_id)
    kit = kit_of(pinned_version(session, shown.line.kit_version_id)) if found.kind == "landing" else None
    return show_file(file, file.storage_key, file.media_type, kit, found.locale)


@blueprint.get("/<uuid:launch_id>/pieces/<uuid:piece_id>/look")
@permission("launch.read")
def look(launch_id: UUID, piece_id: UUID) -> str:
    """The page of one finished piece."""
    embeds_previews()
    session = uow().session
    found, _file = queries.piece_file(session, current.actor(), launch_id, piece_id)
    shown = queries.launch_page(session, current.actor(), launch_id)
    kit = kit_of(pinned_version(session, shown.line.kit_version_id))
    return render_template(
        "portal/piece.html",
        launch_id=launch_id,
        piece=found,
        language=language_name,
        titled=lambda text: kit_text(kit, text),
    )


@blueprint.get("/<uuid:launch_id>/pieces/<uuid:piece_id>/file")
@permission("launch.read")
def piece_download(launch_id: UUID, piece_id: UUID) -> Response:
    """A finished piece to keep; a mail as its HTML."""
    found, file = queries.piece_file(uow().session, current.actor(), launch_id, piece_id)
    if found.kind == "email":
        name = f"{found.asset_id}.{found.locale}.html"
        return download(part_key(file.fingerprint, "html"), "text/html; charset=utf-8", name, None, file.fingerprint)
    return download(file.storage_key, file.media_type, file.filename, file.size, file.sha256)


@blueprint.get("/<uuid:launch_id>/everything.zip")
@permission("launch.read")
def everything(launch_id: UUID) -> Response:
    """All files, a folder per language."""
    shown = queries.launch_page(uow().session, current.actor(), launch_id)
    uow().rollback()
    response = Response(stream_zip(container().storage, shown.pieces), content_type="application/zip")
    response.headers["Content-Disposition"] = attachment(f"{shown.line.slug}.zip")
    return response


Verb = Callable[[UnitOfWork, Actor, UUID], object]


def _move(launch_id: UUID, verb: Verb, after: Callable[[UnitOfWork, UUID], object] | None, said: str) -> Response:
    try:
        verb(uow(), current.actor(), launch_id)
        if after is not None:
            after(uow(), launch_id)
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(said)
    return redirect(url_for("launches.page", launch_id=launch_id), 303)


@blueprint.post("/<uuid:launch_id>/cancel")
@permission("launch.cancel")
def cancel(launch_id: UUID) -> Response:
    """Stop it for good."""
    said = _("Stopped. Nothing more is mailed; what was sent before stays sent.")
    return _move(launch_id, service.cancel_launch, sequences.cancel_sequence, said)


@blueprint.post("/<uuid:launch_id>/pause")
@permission("launch.cancel")
def pause(launch_id: UUID) -> Response:
    """Hold the mails."""
    return _move(launch_id, service.pause_launch, sequences.pause_sequence, _("Paused. The landing page stays up."))


@blueprint.post("/<uuid:launch_id>/resume")
@permission("launch.cancel")
def resume(launch_id: UUID) -> Response:
    """Let them go on."""
    return _move(launch_id, service.resume_launch, sequences.resume_sequence, _("It goes on."))


@blueprint.post("/<uuid:launch_id>/retry")
@permission("launch.create")
def retry(launch_id: UUID) -> Response:
    """Make the pieces again that could not be made."""
    return _move(launch_id, service.retry_failed, None, _("The missing pieces are being made again."))


@blueprint.post("/<uuid:launch_id>/relaunch")
@permission("launch.create")
def relaunch(launch_id: UUID) -> Response:
    """Launch the newest version with the same choices."""
    try:
        made = service.relaunch(uow(), current.actor(), launch_id, request.form.get("client_token", ""))
    except DomainError as error:
        if error.kind not in (Kind.CONFLICT, Kind.INVALID, Kind.GONE):
            raise
        roll_back()
        flash(text_of(error), "danger")
        return redirect(url_for("launches.page", launch_id=launch_id), 303)
    return redirect(url_for("launches.page", launch_id=made), 303)
