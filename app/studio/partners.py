"""The partners of a programme: the list, and inviting a company."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.i18n import LANGUAGES, locale
from app.i18n import gettext as _
from app.i18n.formats import countries
from app.mails import absolute, invitation_letter
from app.security import limited
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import may
from campaigns.partners import queries, roster
from campaigns.partners.service import invitations

blueprint = Blueprint("studio_partners", __name__, url_prefix="/studio/partners")


def _page(values: Any = None, errors: dict[str, str] | None = None, refused: str = "", invited: Any = None) -> str:
    acting, now = current.actor(), container().clock.now()
    search, sort = request.args.get("q", ""), request.args.get("sort", "name")
    number = request.args.get("page", "1")
    page = int(number) if number.isdigit() and len(number) < 7 else 1
    return render_template(
        "studio/partners.html",
        roster=roster.partners(uow().session, acting, search=search, sort=sort, page=page),
        pending=queries.pending_partners(uow().session, acting, now) if may(acting, "partner.invite") else [],
        countries=countries(),
        search=search,
        sort=sort if sort in roster.SORTS else "name",
        values=values or {"locale": locale()},
        errors=errors or {},
        refused=refused,
        invited=invited,
        link=absolute(url_for("invitation.form", token=invited.secret)) if invited else "",
    )


@blueprint.get("")
@permission("partner.read")
def index() -> str:
    """The list, searched and sorted by the address."""
    return _page()


@blueprint.post("")
@permission("partner.invite")
@limited("invite", 60, 3600)
def invite() -> str | tuple[str, int]:
    """Invite a company; the link is mailed and shown once."""
    form = request.form
    language = form.get("locale", "")
    try:
        invited = invitations.invite_partner(
            uow(),
            current.actor(),
            company=form.get("company", ""),
            country=form.get("country", ""),
            email=form.get("email", ""),
            name=form.get("name", ""),
            locale=language if language in LANGUAGES else locale(),
            compose=invitation_letter,
        )
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return _page(form, errors_by_field(error.problems), text_of(error)), 422
    return _page(invited=invited)


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
@permission("partner.invite")
def revoke(invitation_id: UUID) -> Response:
    """Withdraw an invitation of a company."""
    invitations.revoke_invitation(uow(), current.actor(), invitation_id)
    flash(_("The invitation was withdrawn; its link no longer works."))
    return redirect(url_for("studio_partners.index"), 303)
