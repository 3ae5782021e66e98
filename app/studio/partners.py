"""The partners of a programme: the list, and inviting a company."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.i18n.formats import countries
from app.inviting import InviteForm, invite_by_form, withdraw
from app.mails import invitation_letter
from app.security import limited
from app.unit_of_work import container, uow
from campaigns.core.permissions import may
from campaigns.partners import queries, roster
from campaigns.partners.service import invitations

blueprint = Blueprint("studio_partners", __name__, url_prefix="/studio/partners")


def _page(form: InviteForm | None = None) -> str:
    acting, now = current.actor(), container().clock.now()
    search, sort = request.args.get("q", ""), request.args.get("sort", "name")
    number = request.args.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    return render_template(
        "studio/partners.html",
        roster=roster.partners(uow().session, acting, search=search, sort=sort, page=page),
        pending=queries.pending_partners(uow().session, acting, now) if may(acting, "partner.invite") else [],
        countries=countries(),
        search=search,
        sort=sort if sort in roster.SORTS else "name",
        **(form or InviteForm()).shown(),
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
    return invite_by_form(
        lambda language: invitations.invite_partner(
            uow(),
            current.actor(),
            company=form.get("company", ""),
            country=form.get("country", ""),
            email=form.get("email", ""),
            name=form.get("name", ""),
            locale=language,
            compose=invitation_letter,
        ),
        _page,
    )


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
@permission("partner.invite")
def revoke(invitation_id: UUID) -> Response:
    """Withdraw an invitation of a company."""
    withdraw(invitation_id)
    return redirect(url_for("studio_partners.index"), 303)
