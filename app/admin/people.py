"""People of a company: who works here, who is invited. The same page for a vendor and for a partner."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import text_of
from app.forms import form_uuid
from app.i18n import gettext as _
from app.inviting import InviteForm, invite_by_form, withdraw
from app.mails import invitation_letter
from app.navigation import role_name
from app.security import limited
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind, not_found
from campaigns.partners import queries
from campaigns.partners.service import invitations, people

blueprint = Blueprint("people", __name__)


def _side() -> Literal["vendor", "partner"]:
    return "partner" if current.actor().partner_id else "vendor"


def _list_url() -> str:
    return url_for(f"people.{_side()}")


def _page(form: InviteForm | None = None) -> str:
    acting, now = current.actor(), container().clock.now()
    everybody = queries.colleagues(uow().session, acting)
    return render_template(
        "admin/people.html",
        colleagues=[line for line in everybody if line.disabled_at is None],
        closed=[line for line in everybody if line.disabled_at],
        pending=queries.pending_colleagues(uow().session, acting, now),
        roles={role: role_name(role) for role in people.ROLES[_side()]},
        **(form or InviteForm()).shown(),
    )


@blueprint.get("/admin/people")
@permission("people.manage")
def vendor() -> str:
    """A vendor's people."""
    if _side() != "vendor":
        raise not_found("page")
    return _page()


@blueprint.get("/portal/people")
@permission("people.manage")
def partner() -> str:
    """A partner's people."""
    if _side() != "partner":
        raise not_found("page")
    return _page()


@blueprint.post("/people/invite")
@permission("people.manage")
@limited("invite", 60, 3600)
def invite() -> str | tuple[str, int]:
    """Mail a link and show it once, to be copied."""
    form = request.form
    return invite_by_form(
        lambda language: invitations.invite_colleague(
            uow(),
            current.actor(),
            email=form.get("email", ""),
            name=form.get("name", ""),
            role=form.get("role", ""),
            locale=language,
            compose=invitation_letter,
        ),
        _page,
    )


@blueprint.post("/people/invitations/<uuid:invitation_id>/revoke")
@permission("people.manage")
def revoke_invitation(invitation_id: UUID) -> Response:
    """Withdraw an offer."""
    withdraw(invitation_id)
    return redirect(_list_url(), 303)


@blueprint.post("/people/role")
@permission("people.manage")
def change_role() -> Response:
    """Another role for a colleague."""
    return _act(
        lambda: people.change_role(uow(), current.actor(), form_uuid("grant"), request.form.get("role", ""), _side()),
        _("The role was changed. The person signs in anew."),
    )


@blueprint.post("/people/revoke")
@permission("people.manage")
def revoke() -> Response:
    """Take a colleague's role."""
    return _act(
        lambda: people.revoke_grant(uow(), current.actor(), form_uuid("grant")),
        _("The role was taken. The person is signed out and their programs are refused."),
    )


@blueprint.post("/people/sign-out")
@permission("people.manage")
def sign_out() -> Response:
    """Sign a colleague out everywhere."""
    return _act(
        lambda: people.end_sessions_of(uow(), current.actor(), form_uuid("grant")),
        _("The person was signed out everywhere."),
    )


@blueprint.post("/people/disable")
@permission("people.manage")
def disable() -> Response:
    """Close a colleague's account."""
    return _act(
        lambda: people.disable_person(uow(), current.actor(), form_uuid("person")),
        _("The account was closed. Nobody can sign in with it."),
    )


@blueprint.post("/people/enable")
@permission("people.manage")
def enable() -> Response:
    """Open a colleague's closed account again."""
    return _act(
        lambda: people.enable_person(uow(), current.actor(), form_uuid("person")),
        _("The account is open again. The person signs in as before."),
    )


def _act(act: Any, done: str) -> Response:
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(done)
    return redirect(_list_url(), 303)
