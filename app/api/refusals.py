"""Refusals of the API's edge itself, each with a status of its own (RFC 9110, RFC 6585)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from campaigns.core.errors import DomainError, Kind
from campaigns.core.problems import Problem


class EdgeError(DomainError):
    """A refusal whose status the kind does not give."""

    def __init__(self, status: int, code: str, kind: Kind, message: str, **params: Any) -> None:
        super().__init__(code, kind, message, **params)
        self.status = status


def unreadable(code: str, message: str) -> EdgeError:
    """The request cannot be read at all: 400 rather than 422."""
    return EdgeError(400, code, Kind.INVALID, message)


def unsupported_media_type(needed: str) -> EdgeError:
    """The body is of another type than the operation takes."""
    return EdgeError(415, "request.media_type", Kind.INVALID, f"The body must be {needed}.", needed=needed)


def precondition_required() -> EdgeError:
    """A change of what people edit needs If-Match (RFC 6585)."""
    message = "Send If-Match with the ETag of what you read."
    return EdgeError(428, "request.if_match_missing", Kind.PRECONDITION, message)


def refused(error: ValidationError, where: str) -> DomainError:
    """Pydantic's findings as one `invalid` error that lists every problem."""
    problems = [
        Problem(
            code=f"{where}.{item['type']}",
            message=item["msg"],
            path="/" + "/".join(str(part) for part in item["loc"]),
        )
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return DomainError(f"{where}.invalid", Kind.INVALID, f"{len(problems)} values cannot be taken.", problems=problems)


def refuse_nul(value: Any, where: str) -> None:
    """No text may hold U+0000, which the database cannot keep; 422 that names the first place."""
    waiting: list[tuple[Any, str]] = [(value, "")]
    while waiting:
        item, path = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                message = "It holds a NUL character; leave it out."
                found = Problem(code=f"{where}.nul", message=message, path=path or "/")
                raise DomainError(f"{where}.invalid", Kind.INVALID, "1 value cannot be taken.", problems=[found])
        elif isinstance(item, dict):
            waiting += [(name, path) for name in item] + [(part, f"{path}/{name}") for name, part in item.items()]
        elif isinstance(item, list):
            waiting += [(part, f"{path}/{index}") for index, part in enumerate(item)]
