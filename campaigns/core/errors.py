"""The error every service raises: a code, a kind that the edge maps, a sentence and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from renderer.report import Problem


class Kind(StrEnum):
    """What an error means to the outside; `app.errors` maps it to a status, `worker` to retry or fail."""

    INVALID = "invalid"  # 422
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404; also what another tenant's row is
    CONFLICT = "conflict"  # 409
    GONE = "gone"  # 410
    PRECONDITION = "precondition"  # 412
    TOO_LARGE = "too_large"  # 413
    THROTTLED = "throttled"  # 429
    UNAVAILABLE = "unavailable"  # 503, retried by workers


class DomainError(Exception):
    """Something may not be done. `code` is stable (`launch.state`), `message` an English sentence.

    `problems` lists everything found wrong at once where input was checked.
    """

    def __init__(self, code: str, kind: Kind, message: str, *, problems: Sequence[Problem] = (), **params: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.kind = kind
        self.message = message
        self.problems = tuple(problems)
        self.params = params


def not_found(what: str) -> DomainError:
    """The answer for a row that is absent or another tenant's; both look the same."""
    return DomainError(f"{what}.not_found", Kind.NOT_FOUND, f"There is no such {what.replace('_', ' ')}.")


def invalid(code: str, message: str, **params: Any) -> DomainError:
    """Input that cannot be taken."""
    return DomainError(code, Kind.INVALID, message, **params)
