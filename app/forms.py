"""Small readings of posted forms."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import request

from campaigns.core.errors import invalid, not_found


def form_uuid(name: str) -> UUID:
    """A field that names a row; whatever is no id names no row."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise not_found(name) from None


def form_version(name: str = "version") -> int:
    """The version an edit began from (If-Match of forms)."""
    value = request.form.get(name, "")
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise invalid("form.version", "The form lacks its version. Load the page again.")
    return int(value)


def with_kept(choices: Mapping[str, str], value: str) -> list[tuple[str, str]]:
    """What a select offers: nothing, the value as it stands if it is none of the choices (a file may say anything),
    and the choices. So that saving a form never changes what nobody touched.
    """
    kept = [(value, value)] if value and value not in choices else []
    return [("", "–"), *kept, *choices.items()]
