"""Signed links from an offer's letter: whose it is and which offer. Reading one changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from campaigns.core.errors import DomainError, Kind

LIFE = timedelta(days=60)  # the offer itself ends sooner; an old link still says so kindly
_SALT = "throughline.lead.v1"


@dataclass(frozen=True, slots=True)
class OfferLink:
    """One person's grant, as long as the person's epoch stands, and one offer."""

    offer_id: UUID
    grant_id: UUID
    epoch: int


def make_offer_token(secret_key: str, link: OfferLink) -> str:
    """The token for `/lead/<token>`."""
    return str(_serializer(secret_key).dumps([link.offer_id.hex, link.grant_id.hex, link.epoch]))


def read_offer_token(secret_key: str, token: str) -> OfferLink:
    """The link behind a token. `link.gone` after 60 days, `link.not_found` if it was not made here."""
    try:
        offer, grant, epoch = _serializer(secret_key).loads(token, max_age=int(LIFE.total_seconds()))
        return OfferLink(UUID(hex=offer), UUID(hex=grant), int(epoch))
    except SignatureExpired:
        raise DomainError("link.gone", Kind.GONE, "This link is too old. Sign in to go on.") from None
    except (BadData, ValueError, TypeError):
        raise DomainError("link.not_found", Kind.NOT_FOUND, "There is no such link.") from None


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=_SALT)
