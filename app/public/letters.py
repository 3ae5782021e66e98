"""The two letters of a lead: one to the visitor, in their language, and one to each of the partner's people."""

from __future__ import annotations

from app.i18n import dgettext_for, use_locale
from app.mails import absolute
from app.unit_of_work import uow
from campaigns.launches.public import PublicLaunch
from campaigns.leads.letters import may_confirm, readers_of
from campaigns.leads.service import Converted
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import queue_mail
from renderer.kit.manifest import Landing


def queue_lead_letters(launch: PublicLaunch, lead: Converted, form: Landing) -> None:
    """Owe the letters in this transaction. The visitor gets one per lead and nothing they typed is in it,
    so that nobody can write to others through the form."""
    if lead.first and may_confirm(uow().session, lead):
        _confirm(launch, lead, form)
    for person in readers_of(uow().session, lead.partner_id):
        _tell(launch, lead, person.email, person.locale)


def _confirm(launch: PublicLaunch, lead: Converted, form: Landing) -> None:
    language = use_locale(lead.locale)

    def _(message: str, **values: object) -> str:
        return dgettext_for(language, message, **values)

    made = letter(
        language,
        _("%(partner)s has your message", partner=launch.partner_name),
        [form.thanks or _("Thank you. We will get back to you soon.")],
        _("Open the page again"),
        absolute(f"/l/{launch.slug}/{lead.locale}"),
        _("You get this once, because your address was entered there. If it was not you, do nothing."),
    )
    queue_mail(
        uow(),
        kind="confirmation",
        dedupe_key=f"confirmation:{lead.lead_id}",
        recipient=lead.email,
        sender_name=launch.partner_name,
        subject=made.subject,
        text_body=made.text_body,
        html_body=made.html_body,
        partner_id=lead.partner_id,
        programme_id=lead.programme_id,
    )


def _tell(launch: PublicLaunch, lead: Converted, recipient: str, locale: str) -> None:
    def _(message: str, **values: object) -> str:
        return dgettext_for(locale, message, **values)

    made = letter(
        locale,
        _("A new lead from %(campaign)s", campaign=launch.campaign),
        [
            _("%(name)s has answered your campaign.", name=lead.name or lead.email)
            if lead.first
            else _("%(name)s has written again.", name=lead.name or lead.email),
            _("Whoever answers on the same day wins more often."),
        ],
        _("See the lead"),
        absolute(f"/portal/leads/{lead.lead_id}"),
        _("This went to everybody who signs in for %(partner)s.", partner=launch.partner_name),
    )
    queue_mail(
        uow(),
        kind="notice",
        dedupe_key=f"lead:{lead.submission_id}:{recipient}",
        recipient=recipient,
        sender_name=launch.programme_name,
        subject=made.subject,
        text_body=made.text_body,
        html_body=made.html_body,
        partner_id=lead.partner_id,
        programme_id=lead.programme_id,
    )
