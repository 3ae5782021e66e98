"""No text of a form, a query or an address holds U+0000: the database cannot keep it, and nobody types it.

The API says the same of its bodies with a place for each (`app.api.refusals.refuse_nul`).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request

from app.auth.access import is_api
from campaigns.core.errors import invalid


def _typed() -> Iterator[str]:
    for name, values in request.args.lists():
        yield from (name, *values)
    if request.method in {"POST", "PUT", "PATCH"}:
        for name, values in request.form.lists():
            yield from (name, *values)
        yield from (file.filename or "" for file in request.files.values())


def _refuse() -> None:
    if any("\0" in part for part in (request.view_args or {}).values() if isinstance(part, str)):
        abort(404)  # nothing of ours has such a name
    if not is_api() and any("\0" in text for text in _typed()):
        raise invalid("http.nul", "There is a NUL character in what was sent; leave it out.")


def register(app: Flask) -> None:
    """After the limits, which decide how much of a body is read, and after the guard."""
    app.before_request(_refuse)
