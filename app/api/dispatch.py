"""From a request to a declared view and back: token, permission, input, idempotency, ETag, answer."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from app.api.idempotency import StoredAnswer, body_digest, keep, release, reserve
from app.api.operation import Answer, Call, Operation
from app.api.refusals import precondition_required, refuse_nul, refused, unreadable, unsupported_media_type
from app.auth.access import permission
from app.auth.current import actor
from app.security import limited, upload_limit
from app.unit_of_work import container, uow
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind


def _body(entry: Operation) -> Any:
    if entry.body is None:
        return None
    if request.mimetype != "application/json":
        raise unsupported_media_type("application/json")
    try:
        text = request.get_data(cache=True).removeprefix(BOM_UTF8).decode()
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unreadable("request.json", f"The body is not JSON in UTF-8: {error}.") from error
    refuse_nul(raw, "body")
    try:
        return entry.body.model_validate_json(text)
    except ValidationError as error:
        if not isinstance(raw, dict):
            raise DomainError("body.invalid", Kind.INVALID, "The body must be a JSON object.") from error
        raise refused(error, "body") from error


def _takes(entry: Operation, given: str) -> bool:
    return any(given == one or (one.endswith("/*") and given.startswith(one[:-1])) for one in entry.takes)


def _query(entry: Operation) -> Any:
    args: MultiDict[str, str] = request.args
    if entry.query is None:
        if args:
            raise DomainError("query.unknown", Kind.INVALID, f"This takes no query, got {', '.join(sorted(args))}.")
        return None
    lists = {name for name, part in entry.query.model_fields.items() if "list" in str(part.annotation).lower()}
    refuse_nul(args.to_dict(flat=False), "query")
    values = {name: args.getlist(name) if name in lists else args.getlist(name)[-1] for name in args}
    try:
        return entry.query.model_validate(values)
    except ValidationError as error:
        raise refused(error, "query") from error


def _if_match(entry: Operation) -> int | None:
    if not entry.versioned:
        return None
    given = request.headers.get("If-Match")
    if not given:
        raise precondition_required()
    tag = given.strip().removeprefix("W/").strip('"')
    if not tag.isascii() or not tag.isdigit() or len(tag) > 9:
        raise DomainError("request.if_match", Kind.PRECONDITION, "Somebody changed it since; read it again.")
    return int(tag)


def _response(entry: Operation, result: BaseModel | Answer | Response | None) -> Response:
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(result)
    status = answer.status or entry.status
    if answer.value is None:
        response = Response(status=status)
        response.content_type = ""
        del response.headers["Content-Type"]
    else:
        response = Response(answer.value.model_dump_json(), status=status, mimetype="application/json")
    if answer.version is not None:
        response.set_etag(str(answer.version))
    for name, value in answer.headers.items():
        response.headers[name] = value
    if entry.method == "get":
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if answer.value is not None and answer.version is None:
            response.add_etag()
        response.make_conditional(request)
    return response


def _run(entry: Operation, actor: Actor, path: dict[str, Any], row: UUID | None, key: str | None) -> Response:
    call = Call(actor, uow(), container(), _body(entry), _query(entry), path, _if_match(entry), key)
    response = _response(entry, entry.view(call))
    if row is not None:
        headers = {name: value for name, value in response.headers if name in ("Location", "ETag", "Content-Type")}
        keep(uow(), row, response.status_code, headers, response.get_data())
    return response


def _replay(stored: StoredAnswer) -> Response:
    response = Response(stored.body, status=stored.status, headers=stored.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def handler(entry: Operation) -> Callable[..., Response]:
    """The Flask view of an operation. The guard has asked for the token and the permission before."""

    def view(**path: Any) -> Response:
        if entry.raw and not _takes(entry, request.mimetype):
            raise unsupported_media_type(", ".join(entry.takes))
        key = request.headers.get("Idempotency-Key") if entry.idempotent else None
        if key is None:
            return _run(entry, actor(), path, None, None)
        digest = body_digest(entry.method, request.full_path, request.get_data(cache=True))
        row = reserve(container().uow, actor(), key, digest)
        if isinstance(row, StoredAnswer):
            return _replay(row)
        done = False
        try:
            response = _run(entry, actor(), path, row, key)
            done = True
        finally:
            if not done:
                release(container().uow, row)
        return response

    view.__name__ = entry.name
    if entry.upload_mb is not None:
        upload_limit(entry.upload_mb)(view)  # a mark on the view, as the others
    if entry.limit is not None:
        limited(*entry.limit)(view)
    return permission(entry.permission)(view)
