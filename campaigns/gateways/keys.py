"""What a storage key may look like; both storages ask it before they touch anything."""

from __future__ import annotations

import re

from campaigns.core.errors import DomainError, Kind

MAX_LENGTH = 512
_SEGMENT = re.compile(r"[A-Za-z0-9_@=+-][A-Za-z0-9._@=+-]*")


def valid_key(key: str) -> str:
    """The key itself: segments of letters, digits and `._@=+-` joined by `/`, none beginning with a dot.

    Raises DomainError `storage.key` for anything else, so that no key leads out of a folder or prefix.
    """
    if len(key) > MAX_LENGTH or not all(_SEGMENT.fullmatch(part) for part in key.split("/")):
        raise DomainError("storage.key", Kind.INVALID, "This is not a storage key.", key=key[:MAX_LENGTH])
    return key


def missing(key: str) -> DomainError:
    """The error for an object that is not there."""
    return DomainError("storage.missing", Kind.NOT_FOUND, "The stored file is not there.", key=key)


def unavailable(reason: str) -> DomainError:
    """The error for a storage that cannot be used now."""
    return DomainError("storage.unavailable", Kind.UNAVAILABLE, "The file storage cannot be reached.", reason=reason)
