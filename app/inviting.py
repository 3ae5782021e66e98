"""What each page that invites somebody does: send the link and show it once, or show the form again with its faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, request, url_for

from app.auth import current
from app.error_texts import errors_by_field, text_of
from app.i18n import LANGUAGES, locale
from app.i18n import gettext as _
from app.mails import absolute
from app.unit_of_work import roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.partners.service import invitations
from campaigns.partners.service.invitations import Invited


@dataclass(frozen=True, slots=True)
class InviteForm:
    """The state of the form that the templates show: what was typed, what is wrong with it, who was invited."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    invited: Invited | None = None

    def shown(self) -> dict[str, Any]:
        """The variables of the templates."""
        secret = self.invited.secret if self.invited else ""
        return {
            "values": self.values or {"locale": locale()},
            "errors": self.errors,
            "refused": self.refused,
            "invited": self.invited,
            "link": absolute(url_for("invitation.form", token=secret)) if secret else "",
        }


def invite_by_form(invite: Callable[[str], Invited], page: Callable[[InviteForm], str]) -> str | tuple[str, int]:
    """`invite` with the language chosen, then the page; 422 and the form again where the service refuses it."""
    language = request.form.get("locale", "")
    try:
        invited = invite(language if language in LANGUAGES else locale())
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return page(InviteForm(request.form, errors_by_field(error.problems), text_of(error))), 422
    return page(InviteForm(invited=invited))


def withdraw(invitation_id: UUID) -> None:
    """End an offer and say so."""
    invitations.revoke_invitation(uow(), current.actor(), invitation_id)
    flash(_("The invitation was withdrawn; its link no longer works."))
