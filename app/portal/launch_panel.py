"""One click: the panel that is filled already, and the confirm. Only the POST launches."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.auth.links import check_link_fits
from app.campaign_words import channel_words, kit_of, kit_text, language_name, lead_count, lead_first, reason_words
from app.error_texts import errors_by_field, problem_text, text_of
from app.portal.launch_form import PanelForm, read_panel
from app.security import embeds_previews, limited
from app.templating import is_htmx
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.launches import service
from campaigns.launches.offer import LaunchOffer, launch_offer
from campaigns.launches.service import LaunchRequest
from renderer.kit.messages import FIELD_CONTEXT

blueprint = Blueprint("campaigns", __name__, url_prefix="/portal/campaigns")


def _offer(version_id: UUID, form: PanelForm) -> LaunchOffer:
    return launch_offer(
        uow().session,
        current.actor(),
        version_id,
        now=container().clock.now(),
        locales=form.locales,
        list_id=form.list_id,
        no_list=form.no_list,
        fields=form.fields,
    )


def _check_link(version_id: UUID) -> None:
    here = current.signed_in()
    check_link_fits(here.scope if here else None, version_id)


def _panel(version_id: UUID, form: PanelForm, refused: str = "", problems: Any = ()) -> str:
    embeds_previews()
    _check_link(version_id)
    offer = _offer(version_id, form)
    kit = kit_of(offer.version)
    return render_template(
        "portal/_launch_panel.html" if is_htmx() else "portal/launch_panel.html",
        offer=offer,
        form=form,
        refused=refused,
        lead_first=lead_first,
        lead_count=lead_count,
        problems=[problem_text(item) for item in problems if not item.slot],
        errors=errors_by_field([*offer.field_problems, *problems]),
        language=language_name,
        reason=reason_words,
        channel=channel_words,
        titled=lambda text: kit_text(kit, text),
        titled_field=lambda text: kit_text(kit, text, FIELD_CONTEXT),
        shown_fields={f"f.{name}": value for name, value in form.fields.items() if value != _default(offer, name)},
        starts=_local(form, offer),
    )


def _default(offer: LaunchOffer, name: str) -> str:
    return next((item.default for item in offer.fields if item.id == name), "")


def _local(form: PanelForm, offer: LaunchOffer) -> Any:
    """The chosen start if it can be read, else the proposed one, in the partner's zone."""
    zone = ZoneInfo(offer.zone)
    try:
        chosen = form.start(zone, offer.starts_at)
    except DomainError:
        chosen = offer.starts_at
    return (chosen or offer.starts_at).astimezone(zone)


@blueprint.get("/<uuid:version_id>/launch")
@permission("launch.create")
def panel(version_id: UUID) -> str:
    """The panel; its address holds what was chosen, so it can be reloaded and shared within the company."""
    return _panel(version_id, read_panel(request.args))


@blueprint.get("/<uuid:version_id>/pieces")
@permission("campaign.read")
def pieces(version_id: UUID) -> str | Response:
    """Every piece of one language, large."""
    embeds_previews()
    asked = request.args.get("locale", "")
    offer = launch_offer(uow().session, current.actor(), version_id, now=container().clock.now())
    if offer.brand_revision_id is None:
        return redirect(url_for("campaigns.panel", version_id=version_id), 303)
    kit = kit_of(offer.version)
    return render_template(
        "portal/pieces.html",
        offer=offer,
        locale=asked if asked in offer.locales else (offer.chosen or offer.locales)[0],
        language=language_name,
        titled=lambda text: kit_text(kit, text),
    )


@blueprint.post("/<uuid:version_id>/launch")
@permission("launch.create")
@limited("launch", 60, 600)
def confirm(version_id: UUID) -> Response | tuple[str, int]:
    """Launch. The same click again leads to the same launch."""
    form = read_panel(request.form)
    _check_link(version_id)
    try:
        offer = _offer(version_id, form)
        launch_id = service.launch_campaign(
            uow(),
            current.actor(),
            LaunchRequest(
                kit_version_id=version_id,
                locales=form.locales or (),
                client_token=form.client_token,
                list_id=offer.chosen_list.id if offer.chosen_list else None,
                starts_at=form.start(ZoneInfo(offer.zone), offer.starts_at),
                fields=form.fields,
            ),
        )
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT, Kind.GONE):
            raise
        roll_back()
        return _panel(version_id, form, text_of(error), error.problems), 422
    target = url_for("launches.page", launch_id=launch_id)
    if is_htmx():
        uow().commit()
        answer = make_response("", 200)
        answer.headers["HX-Location"] = f'{{"path": "{target}", "target": "#launch-panel", "swap": "outerHTML"}}'
        return answer
    return redirect(target, 303)
