"""The request's id: taken from a sane X-Request-Id, else made; in the answer's header and in every log line."""

from __future__ import annotations

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from campaigns.core.logs import sane_request_id


def request_id() -> str:
    """The id of the request being answered."""
    return str(g.request_id)


def register(app: Flask) -> None:
    """Set it before all else and answer it."""

    @app.before_request
    def _take() -> None:
        g.request_id = sane_request_id(request.headers.get("X-Request-Id"))
        clear_contextvars()
        bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _answer(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
