"""What a partner may see of a lead before it is the partner's: enough to decide, nobody to call."""

from __future__ import annotations

import re

DOTS = "•••"
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_NUMBER = re.compile(r"\+?\d[\d\s()/.-]{5,}\d")
_SITE = re.compile(r"(?:https?://|www\.)\S+", re.I)


def masked_name(name: str) -> str:
    """Initials: `Ada Lovelace` is `A. L.`; an address or nothing is dots."""
    words = [] if "@" in name else [word for word in name.split() if word[0].isalpha()]
    return " ".join(f"{word[0].upper()}." for word in words[:3]) or DOTS


def masked_text(text: str, *hidden: str) -> str:
    """A text without addresses, numbers one could call, sites, and the given words."""
    for pattern in (_ADDRESS, _SITE, _NUMBER):
        text = pattern.sub(DOTS, text)
    for word in hidden:
        for part in {word, *word.split()}:
            if len(part) > 2:
                text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", DOTS, text, flags=re.I)
    return text
