"""An error's kind becomes a status: RFC 9457 problem+json under /api, a page for people elsewhere."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response, g, render_template
from werkzeug.exceptions import BadHost, HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import is_api
from app.error_texts import text_of
from app.unit_of_work import roll_back
from campaigns.core.errors import DomainError, Kind

STATUS = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.PRECONDITION: 412,
    Kind.TOO_LARGE: 413,
    Kind.THROTTLED: 429,
    Kind.UNAVAILABLE: 503,
}


def status_of(error: DomainError) -> int:
    """The status of an error's kind; an error of the edge itself (`app.api.refusals`) names its own."""
    return int(getattr(error, "status", STATUS[error.kind]))


def problem(error: DomainError, status: int | None = None) -> Response:
    """The error as application/problem+json, with every problem that was found."""
    status = status or status_of(error)
    body = {
        "type": f"urn:throughline:error:{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "params": error.params or None,
        "problems": [found.as_dict() for found in error.problems] or None,
        "request_id": g.get("request_id", ""),
    }
    kept = {key: value for key, value in body.items() if value is not None}
    response = Response(json.dumps(kept, default=str), status, content_type="application/problem+json")
    return _with_headers(response, error)


def page(error: DomainError, status: int | None = None) -> Response:
    """The error for a person: what happened, what is kept, what to do."""
    status = status or status_of(error)
    html = render_template(
        "error.html",
        status=status,
        code=error.code,
        sentence=text_of(error),
        problems=error.problems,
        request_id=g.get("request_id", ""),
    )
    return _with_headers(Response(html, status, content_type="text/html; charset=utf-8"), error)


def _with_headers(response: Response, error: DomainError) -> Response:
    if "retry_after_s" in error.params:
        response.headers["Retry-After"] = str(error.params["retry_after_s"])
    if error.kind is Kind.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _domain(error: DomainError, status: int | None = None) -> Response:
    roll_back()
    return (problem if is_api() else page)(error, status)


_BY_STATUS = {
    400: ("http.bad_request", Kind.INVALID, "The request could not be read."),
    404: ("http.not_found", Kind.NOT_FOUND, "There is nothing at this address."),
    405: ("http.method_not_allowed", Kind.INVALID, "This address does not take such a request."),
    413: ("http.too_large", Kind.TOO_LARGE, "The file is larger than this page takes."),
    415: ("http.unsupported_media_type", Kind.INVALID, "This address does not take such content."),
    429: ("http.too_many_requests", Kind.THROTTLED, "Too many requests. Wait a little and try again."),
    500: ("http.internal", Kind.UNAVAILABLE, "Something went wrong on our side. Nothing was changed."),
}


def _http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error.get_response()
    if isinstance(error, BadHost | SecurityError):  # a Host that is none: no address of ours can be written on a page
        return Response("The request could not be read.\n", 400, content_type="text/plain; charset=utf-8")
    code, kind, message = _BY_STATUS.get(status, ("http.error", Kind.INVALID, error.description or "Bad request."))
    answer = _domain(DomainError(code, kind, message), status)
    for name in ("Allow", "Retry-After"):
        value = error.get_response().headers.get(name)
        if value:
            answer.headers[name] = value
    return answer


def register(app: Flask) -> None:
    """Every error is answered here. Anything unforeseen reaches `_http` as a 500, logged by Flask with its trace."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
