"""The letter about an endpoint that was paused, in its reader's language."""

from __future__ import annotations

from campaigns.core.catalogs import in_language
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import Letter, queue_mail
from campaigns.outbound.models import WebhookEndpoint
from campaigns.partners.models import Grant
from campaigns.partners.readers import readers


def tell_paused(uow: UnitOfWork, endpoint: WebhookEndpoint, public_url: str) -> int:
    """Owe the letter to every administrator of the endpoint's company, once for each pause; how many."""
    theirs = (
        (Grant.programme_id == endpoint.programme_id, Grant.role == "admin")
        if endpoint.programme_id
        else (Grant.partner_id == endpoint.partner_id, Grant.role == "partner_admin")
    )
    told = 0
    for reader in readers(uow.session, *theirs):
        made = _letter(reader.locale, endpoint.url, f"{public_url}/admin/webhooks/{endpoint.id}")
        told += 1 if queue_mail(
            uow, kind="notice", dedupe_key=f"webhook-paused:{endpoint.id}:{endpoint.version}:{reader.email}",
            recipient=reader.email, sender_name="Throughline", subject=made.subject, text_body=made.text_body,
            html_body=made.html_body, partner_id=endpoint.partner_id, programme_id=endpoint.programme_id,
        ) else 0  # fmt: skip
    return told


def _letter(language: str, url: str, link: str) -> Letter:
    def _(message: str, **values: object) -> str:
        return in_language(language, message, **values)

    return letter(
        language,
        _("A webhook was paused"),
        [
            _("%(url)s has answered nothing but errors for three days, so nothing is sent there any more.", url=url),
            _("What happens meanwhile waits. Mend the receiver, then resume the webhook."),
        ],
        _("Open the webhook"),
        link,
        _("You get this because you manage your company’s webhooks."),
    )
