"""Error codes of organisations and people."""

from __future__ import annotations

from campaigns.core.errors import DomainError, Kind


def throttled(retry_after_s: int) -> DomainError:
    """Too many attempts; `retry_after_s` says how long to wait."""
    minutes = max(1, -(-retry_after_s // 60))
    return DomainError(
        "sign_in.throttled",
        Kind.THROTTLED,
        f"Too many attempts. Wait {minutes} min, then try again.",
        retry_after_s=retry_after_s,
        minutes=minutes,
    )


def link_used() -> DomainError:
    """An invitation or a reset link that was used, revoked, or ran out."""
    return DomainError(
        "link.gone", Kind.GONE, "This link was used already, withdrawn, or is too old. Ask for a new one."
    )


def changed_meanwhile() -> DomainError:
    """Somebody else saved in between."""
    return DomainError(
        "edit.changed_meanwhile",
        Kind.PRECONDITION,
        "Somebody saved a change while you were editing. Load the page again; what you typed is not saved yet.",
    )
