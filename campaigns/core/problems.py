"""Validation that returns all problems at once; the value itself is the renderer's."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.core.errors import DomainError, Kind
from renderer.report import Problem, has_errors

__all__ = ["Problem", "has_errors", "raise_if_any"]


def raise_if_any(code: str, message: str, problems: Sequence[Problem]) -> None:
    """Raise one `invalid` error that carries every problem, if there is an error among them."""
    if has_errors(problems):
        raise DomainError(code, Kind.INVALID, message, problems=problems)
