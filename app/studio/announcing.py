"""Telling partners of a published version: one message each, with a link that opens their own launch panel."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.auth.links import GoLink, make_go_token
from app.campaign_words import kit_of, kit_text
from app.i18n import gettext as _
from app.i18n import ngettext
from app.mails import absolute, campaign_letter
from app.security import limited
from app.unit_of_work import container, uow
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import programme_of
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.queries import version_ref
from campaigns.launches.queries import partners_running
from campaigns.mailroom.service import queue_mail
from campaigns.partners.queries import partner_heads

blueprint = Blueprint("announcing", __name__, url_prefix="/studio/kits")


@blueprint.post("/<uuid:kit_id>/versions/<uuid:version_id>/tell")
@permission("kit.publish")
@limited("tell", 10, 3600)
def tell(kit_id: UUID, version_id: UUID) -> Response:
    """Mail every partner that does not run the version yet. Asking twice mails nobody twice."""
    here = current.signed_in()
    told = announce(uow(), current.actor(), version_id, here.tenant_name if here else "")
    flash(ngettext("%(num)s person is told.", "%(num)s people are told.", told) if told else _("All run it already."))
    return redirect(url_for("kits.show", kit_id=kit_id, version=version_id), 303)


def announce(work: UnitOfWork, actor: Actor, version_id: UUID, vendor: str) -> int:
    """Queue a letter to the head of every partner without the version; how many. `kit.not_published` (conflict)."""
    session = work.session
    version = version_ref(session, actor, version_id)
    if version.state != "published":
        raise DomainError("kit.not_published", Kind.CONFLICT, "Only a published version can be told of.")
    title = kit_text(kit_of(version), version.title)
    heads = partner_heads(session, actor, without=partners_running(session, version_id))
    for head in heads:
        token = make_go_token(container().settings, GoLink(head.grant_id, head.epoch, version_id))
        letter = campaign_letter(head.locale, head.name, vendor, title, absolute(url_for("go.follow", token=token)))
        queue_mail(
            work,
            kind="notice",
            dedupe_key=f"tell:{version_id}:{head.grant_id}",
            recipient=head.email,
            sender_name=vendor,
            subject=letter.subject,
            text_body=letter.text_body,
            html_body=letter.html_body,
            partner_id=head.partner_id,
            programme_id=programme_of(actor),
        )
    return len(heads)
