"""A claimed delivery as a message: the step's compiled mail merged with the contact, the links and the headers."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.ports import Envelope, Storage
from campaigns.core.text import one_line
from campaigns.sequences.service.claiming import Claimed
from campaigns.sequences.service.settings import SendSettings
from campaigns.tracking.addresses import landing_url, tracked_url, unsubscribe_url
from campaigns.tracking.models import TrackedLink
from campaigns.tracking.tokens import link_token, unsubscribe_token
from renderer.email.headers import MailHeaders
from renderer.email.mail import CompiledMail
from renderer.email.merge import merge_mail

KEPT_MAILS = 256
MailLinks = dict[tuple[str, str], int]


class MailCache:
    """Compiled mails by storage key, the last used ones. An artifact never changes, so nothing goes stale."""

    def __init__(self, most: int = KEPT_MAILS) -> None:
        self._most = most
        self._kept: OrderedDict[str, CompiledMail] = OrderedDict()
        self._lock = Lock()

    def get(self, storage: Storage, key: str) -> CompiledMail:
        """The compiled mail; DomainError `storage.missing` or `storage.unavailable`, RenderError `mail.format`."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        loaded = CompiledMail.from_bytes(storage.get(key))
        with self._lock:
            self._kept[key] = loaded
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return loaded


def mail_links(session: Session, launch_id: UUID) -> MailLinks:
    """(asset, locale) → the tracked link to the landing page that the asset's mail carries."""
    rows = session.execute(
        select(TrackedLink.asset_id, TrackedLink.locale, TrackedLink.id).where(
            TrackedLink.launch_id == launch_id, TrackedLink.kind == "landing", TrackedLink.channel == "mail"
        )
    )
    return {(row.asset_id, row.locale): row.id for row in rows}


def compose(one: Claimed, compiled: CompiledMail, settings: SendSettings, links: MailLinks, now: datetime) -> Envelope:
    """The message for one contact. RenderError where an address or a value cannot be put into a mail.

    From is the vendor's sending domain with the partner's name, Reply-To the partner (domain.md, mode A).
    """
    base = settings.public_url
    link_id = links.get((one.asset_id, one.locale))
    landing = (
        tracked_url(base, link_token(settings.secret_key, link_id, one.id))
        if link_id is not None
        else landing_url(base, one.slug, one.locale)
    )
    leave = unsubscribe_url(base, unsubscribe_token(settings.secret_key, one.id))
    headers = MailHeaders(
        from_name=one_line(one.sender_name),
        from_address=one.sender_email,
        to_address=one.email,
        message_id=one.message_id,
        date=now,
        unsubscribe_url=leave,
        reply_to=one.reply_to,
        list_id=f"{one.slug}.{settings.sender_domain}",
        extra=(
            # campaign:partner:type:sender, as Gmail's Postmaster Tools reads it
            ("Feedback-ID", f"{one.slug}:{one.partner_id.hex[:12]}:campaign:{settings.sender_domain}"),
            ("Auto-Submitted", "auto-generated"),
        ),
    )
    values = {
        "contact.first_name": one_line(one.first_name),
        "contact.last_name": one_line(one.last_name),
        "contact.company": one_line(one.company),
        "contact.email": one.email,
        "link.landing": landing,
        "link.unsubscribe": leave,
    }
    return Envelope(
        sender=one.sender_email,
        recipient=one.email,
        message_id=one.message_id,
        data=merge_mail(compiled, headers, values),
        delivery_id=one.id,
        partner_id=one.partner_id,
    )
