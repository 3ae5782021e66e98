"""Identifiers: time-ordered UUIDs for rows, random secrets for whatever is handed out."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): unguessable enough for a key, ordered for the index."""
    return compat.uuid7()


def new_secret(bytes_: int = 32) -> str:
    """A URL-safe random secret; only its `digest` is stored."""
    return secrets.token_urlsafe(bytes_)


def digest(secret: str) -> str:
    """SHA-256 in hex, for secrets of full entropy (sessions, tokens, invitations)."""
    return hashlib.sha256(secret.encode()).hexdigest()
