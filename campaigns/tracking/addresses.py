"""The public addresses of a launch, in one place: landing page, pictures, files, logos, tokens."""

from __future__ import annotations

from typing import Protocol


class PublicSettings(Protocol):
    """What addresses are made from; `core.settings.Settings` fits."""

    @property
    def public_url(self) -> str: ...

    @property
    def secret_key(self) -> str: ...


def landing_url(public_url: str, slug: str, locale: str) -> str:
    """The landing page."""
    return f"{public_url}/l/{slug}/{locale}"


def media_url(public_url: str, slug: str, locale: str, asset_id: str) -> str:
    """A picture, as mails and the landing page show it."""
    return f"{public_url}/l/{slug}/{locale}/media/{asset_id}"


def file_url(public_url: str, slug: str, locale: str, asset_id: str) -> str:
    """A piece to download."""
    return f"{public_url}/l/{slug}/{locale}/files/{asset_id}"


def logo_url(public_url: str, slug: str, ground: str) -> str:
    """The brand's logo for a `light` or `dark` ground."""
    return f"{public_url}/l/{slug}/logo/{ground}.png"


def tracked_url(public_url: str, token: str) -> str:
    """A tracked link."""
    return f"{public_url}/t/{token}"


def unsubscribe_url(public_url: str, token: str) -> str:
    """Where a recipient ends it (RFC 8058 posts here too)."""
    return f"{public_url}/u/{token}"
