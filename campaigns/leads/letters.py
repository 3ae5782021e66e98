"""Letters about leads, each in its reader's language: an offer with its own link, a granted request, an idle lead."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.audience.models import Suppression
from campaigns.audience.queries import in_scope
from campaigns.core.catalogs import in_language
from campaigns.core.settings import Settings
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.offer_token import OfferLink, make_offer_token
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.service.converting import Converted
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import Letter, queue_mail
from campaigns.partners.models import Grant, Partner, Programme
from campaigns.partners.readers import Reader, readers

MOST_READERS = 20


def readers_of(session: Session, partner_id: UUID) -> list[Reader]:
    """Who signs in for the partner, oldest first."""
    return readers(session, Grant.partner_id == partner_id, limit=MOST_READERS)


def may_confirm(session: Session, lead: Converted) -> bool:
    """Whether a confirmation may go to the address: not where it bounced or complained before."""
    blocked = select(Suppression.id).where(
        Suppression.email_key == lead.email_key,
        Suppression.reason.in_(("bounce", "complaint")),
        in_scope(lead.partner_id, lead.programme_id),
    )
    return not session.execute(select(blocked.exists())).scalar_one()


def _when(at: datetime, locale: str, zone: str) -> str:
    return format_datetime(at.astimezone(ZoneInfo(zone)), "EEEEd MMMM HH:mm", locale=locale)


def _vendor(session: Session, programme_id: UUID) -> str:
    return one_line(session.execute(select(Programme.name).where(Programme.id == programme_id)).scalar_one())


def _zone(session: Session, partner_id: UUID) -> str:
    return session.execute(select(Partner.time_zone).where(Partner.id == partner_id)).scalar_one()


def _owe(uow: UnitOfWork, made: Letter, key: str, reader: Reader, vendor: str, lead: Lead, partner_id: UUID) -> None:
    queue_mail(
        uow, kind="notice", dedupe_key=f"{key}:{reader.email}", recipient=reader.email, sender_name=vendor,
        subject=made.subject, text_body=made.text_body, html_body=made.html_body, partner_id=partner_id,
        programme_id=lead.programme_id,
    )  # fmt: skip


def tell_offer(uow: UnitOfWork, settings: Settings, offer_id: UUID) -> int:
    """Owe a letter to each of the partner's people while the offer is open; returns how many. Whom to call is not in
    it: that is for whoever accepts."""
    offer = uow.session.get_one(LeadOffer, offer_id, populate_existing=True)
    if offer.state != "open":
        return 0
    lead = uow.session.get_one(Lead, offer.lead_id)
    vendor, zone = _vendor(uow.session, offer.programme_id), _zone(uow.session, offer.partner_id)
    readers = readers_of(uow.session, offer.partner_id)
    for reader in readers:
        token = make_offer_token(settings.secret_key, OfferLink(offer.id, reader.grant_id, reader.epoch))
        made = _offer_letter(
            reader.locale, vendor, one_line(lead.company), _when(offer.due_at, reader.locale, zone),
            f"{settings.public_url}/lead/{token}",
        )  # fmt: skip
        _owe(uow, made, f"offer:{offer.id}", reader, vendor, lead, offer.partner_id)
    return len(readers)


def _offer_letter(language: str, vendor: str, company: str, until: str, link: str) -> Letter:
    def _(message: str, **values: object) -> str:
        return in_language(language, message, **values)

    subject = (
        _("%(vendor)s has a lead for you: %(company)s", vendor=vendor, company=company)
        if company
        else _("%(vendor)s has a lead for you", vendor=vendor)
    )
    return letter(
        language,
        subject,
        [
            _("Accept it by %(until)s, and it is yours. After that it goes to somebody else.", until=until),
            _("The page shows what is known and why it came to you. Who to call is shown as soon as you accept."),
        ],
        _("Look at the lead"),
        link,
        _("The link is yours alone. Nothing happens before you accept or decline on the page."),
    )


def tell_request(uow: UnitOfWork, settings: Settings, request_id: UUID) -> int:
    """Owe letters that a lead of the pool is the partner's now; returns how many."""
    request = uow.session.get_one(PoolRequest, request_id, populate_existing=True)
    lead = uow.session.get_one(Lead, request.lead_id, populate_existing=True)
    if request.state != "granted" or lead.partner_id != request.partner_id:
        return 0
    vendor = _vendor(uow.session, lead.programme_id)
    readers = readers_of(uow.session, request.partner_id)
    for reader in readers:
        made = _request_letter(reader.locale, vendor, f"{settings.public_url}/portal/leads/{lead.id}")
        _owe(uow, made, f"pool:{request_id}", reader, vendor, lead, request.partner_id)
    return len(readers)


def _request_letter(language: str, vendor: str, link: str) -> Letter:
    def _(message: str, **values: object) -> str:
        return in_language(language, message, **values)

    return letter(
        language,
        _("%(vendor)s has given you the lead you asked for", vendor=vendor),
        [_("It is in your inbox now. Say what you do next, so that everybody knows it is in good hands.")],
        _("See the lead"),
        link,
        _("You get this because your company asked for the lead."),
    )


def tell_idle(uow: UnitOfWork, settings: Settings, lead_id: UUID, version: int) -> int:
    """Owe letters that ask about an idle lead, unless somebody acted since; returns how many."""
    lead = uow.session.get_one(Lead, lead_id, populate_existing=True)
    if lead.version != version or lead.state != "accepted" or lead.partner_id is None:
        return 0
    vendor = _vendor(uow.session, lead.programme_id)
    readers = readers_of(uow.session, lead.partner_id)
    for reader in readers:
        made = _idle_letter(
            reader.locale, vendor, one_line(lead.company or lead.name), f"{settings.public_url}/portal/leads/{lead.id}"
        )
        _owe(uow, made, f"idle:{lead_id}:{version}", reader, vendor, lead, lead.partner_id)
    return len(readers)


def _idle_letter(language: str, vendor: str, who: str, link: str) -> Letter:
    def _(message: str, **values: object) -> str:
        return in_language(language, message, **values)

    return letter(
        language,
        _("What became of %(who)s?", who=who),
        [
            _("Nothing was written about this lead of %(vendor)s for a while.", vendor=vendor),
            _("A note or a next step is enough. Without one it will be offered to somebody else."),
        ],
        _("See the lead"),
        link,
        _("You get this because your company has accepted the lead."),
    )
