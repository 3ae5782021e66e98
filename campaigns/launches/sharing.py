"""Share links: where each channel takes a text and an address, and the addresses of a launch's posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from renderer.spec import Links

CHANNELS = ("linkedin", "x", "facebook", "whatsapp", "email")


@dataclass(frozen=True, slots=True)
class Share:
    """One way to share: `url` is the tracked address, `intent` opens the channel with text and address filled in."""

    channel: str
    locale: str
    asset_id: str
    title: str
    text: str
    url: str
    intent: str


def intent(channel: str, text: str, url: str, subject: str = "") -> str:
    """The address that opens a channel's own compose page. Unknown channels give the plain address.

    LinkedIn and Facebook take an address only (they read the page's own title); X, WhatsApp and mail take text.
    """
    full = text if not url or url in text else f"{text}\n{url}"
    if channel == "linkedin":
        return "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": url})
    if channel == "x":
        return "https://x.com/intent/post?" + urlencode({"text": full})
    if channel == "facebook":
        return "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": url})
    if channel == "whatsapp":
        return "https://wa.me/?" + urlencode({"text": full})
    if channel == "email":
        return "mailto:?" + urlencode({"subject": subject, "body": full}).replace("+", "%20")
    return url


def tracked(links: Mapping[str, Links], asset_id: str, channel: str) -> str:
    """The tracked address a post carries."""
    own = links[asset_id]
    return own.channels.get(channel or "plain") or own.landing
