"""Signed links from messages: `/go/<token>` opens a session that can do one thing, for an hour.

The token names the grant, the person's epoch and the kit version; it holds no secret of a session. Following it
changes nothing else: only the panel's confirm (a POST) launches, so a mail scanner cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from campaigns.core.errors import DomainError, Kind
from campaigns.core.settings import Settings

LIFE = timedelta(days=14)
_SALT = "throughline.go.v1"


@dataclass(frozen=True, slots=True)
class GoLink:
    """What a link is for: one person's grant, one kit version, as long as the person's epoch stands."""

    grant_id: UUID
    epoch: int
    kit_version_id: UUID


def make_go_token(settings: Settings, link: GoLink) -> str:
    """The token for `/go/<token>`."""
    return _serializer(settings).dumps([link.grant_id.hex, link.epoch, link.kit_version_id.hex])


def read_go_token(settings: Settings, token: str) -> GoLink:
    """The link behind a token. DomainError `link.gone` after 14 days, `link.not_found` if it was not made here."""
    try:
        grant, epoch, version = _serializer(settings).loads(token, max_age=int(LIFE.total_seconds()))
        return GoLink(UUID(hex=grant), int(epoch), UUID(hex=version))
    except SignatureExpired:
        raise DomainError("link.gone", Kind.GONE, "This link is too old. Sign in to go on.") from None
    except (BadData, ValueError, TypeError):
        raise DomainError("link.not_found", Kind.NOT_FOUND, "There is no such link.") from None


def scope_of(link: GoLink) -> str:
    """The session's scope: the launch panel of one kit version."""
    return f"launch:{link.kit_version_id}"


def check_link_fits(scope: str | None, kit_version_id: UUID) -> None:
    """A session opened by a link serves the one kit version that the link named; any other is refused."""
    if scope is not None and scope != f"launch:{kit_version_id}":
        message = "The link you came by is for another campaign. Sign in to launch this one."
        raise DomainError("link.other_campaign", Kind.FORBIDDEN, message)


def _serializer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt=_SALT)
