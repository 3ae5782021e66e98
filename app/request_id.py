"""The request's id: taken from a well-formed X-Request-Id, else made; answered in the same header."""

from __future__ import annotations

import re

from flask import Flask, Response, g, request

from campaigns.core.ids import new_id

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str:
    """The id of the request being answered."""
    return str(g.request_id)


def register(app: Flask) -> None:
    """Set it before all else and answer it."""

    @app.before_request
    def _take() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _WELL_FORMED.fullmatch(given) else new_id().hex

    @app.after_request
    def _answer(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
