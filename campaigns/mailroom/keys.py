"""Where the file of a kept message lies."""

from __future__ import annotations

import hashlib


def storage_key(message_id: str) -> str:
    """Where a message's file lies: spread over 256 folders by the digest of its Message-ID."""
    name = hashlib.sha256(message_id.encode()).hexdigest()
    return f"mail/{name[:2]}/{name}.eml"
