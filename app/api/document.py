"""The OpenAPI 3.1 document, assembled from the declared operations and pydantic's JSON Schemas."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.operation import MOST_INT, OPERATIONS, Operation

REF = "#/components/schemas/{model}"
PARAMETER_SCHEMAS: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 1, "maximum": MOST_INT},
    "string": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9._-]+$"},
    "ground": {"type": "string", "enum": ["light", "dark"]},
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `problems` lists everything found wrong at once.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "params": {"type": "object"},
        "problems": {"type": "array", "items": {"type": "object"}},
    },
}
ERRORS = {
    400: "The request cannot be read.",
    401: "The token is missing, unknown, expired or revoked.",
    403: "The role or the token's scopes do not allow this.",
    404: "There is no such thing in your tenant.",
    409: "The state does not allow this now, or the same request is under way.",
    410: "It has been withdrawn.",
    412: "Somebody changed it since; read it again.",
    413: "The body is larger than allowed.",
    415: "The body has another media type than the operation takes.",
    422: "The input is understood and refused; every problem is listed.",
    428: "If-Match is needed.",
    429: "Too many requests; Retry-After says when.",
    503: "Something this needs is not there just now.",
}


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": ERRORS[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _statuses(entry: Operation) -> list[int]:
    found = [401, 403, 429, 503]
    if entry.parameters or entry.query:
        found.append(404)
    if entry.body or entry.query or entry.raw:
        found += [400]
    if entry.method != "get":
        found += [404, 409, 410]
    if entry.body or entry.raw:
        found += [413, 415]
    found += [422]  # an unknown query is refused everywhere
    if entry.versioned:
        found += [412, 428]
    return sorted(set(found))


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": 200}
    if name == "If-Match":
        schema["pattern"] = '^"[0-9]{1,9}"$'
    if name == "Idempotency-Key":
        schema |= {"minLength": 1, "pattern": "^[!-~]+$"}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=REF)  # what it refers to is among the components
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _operation(entry: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": PARAMETER_SCHEMAS[kind]}
        for name, kind in entry.parameters
    ]
    if entry.query:
        parameters += _query(entry.query)
    if entry.idempotent:
        parameters.append(_header("Idempotency-Key", "The same key and body give the stored answer."))
    if entry.versioned:
        parameters.append(_header("If-Match", "The ETag of what you read.", required=True))
    done: dict[str, Any] = {"description": "Done."}
    if entry.answer:
        done["content"] = {"application/json": {"schema": {"$ref": REF.format(model=entry.answer.__name__)}}}
    elif entry.gives != "application/json":
        done["content"] = {entry.gives: {"schema": {"type": "string", "format": "binary"}}}
    responses = {str(entry.status): done} | {str(status): _problem(status) for status in _statuses(entry)}
    result: dict[str, Any] = {
        "operationId": entry.name,
        "summary": entry.summary,
        "tags": [entry.tag],
        "security": [{"bearer": [entry.permission]}],
        "parameters": parameters,
        "responses": responses,
    }
    if entry.body:
        schema = {"$ref": REF.format(model=entry.body.__name__)}
        result["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif entry.raw:
        binary = {"type": "string", "format": "binary"}
        result["requestBody"] = {"required": True, "content": {taken: {"schema": binary} for taken in entry.takes}}
    return result


def document(*, version: str, server: str) -> dict[str, Any]:
    """The whole document for `/api/v1/openapi.json`."""
    inputs = [(entry.body, "validation") for entry in OPERATIONS if entry.body]
    outputs = [(entry.answer, "serialization") for entry in OPERATIONS if entry.answer]
    unique = list(dict.fromkeys(inputs + outputs))
    _, schemas = models_json_schema(unique, ref_template=REF)  # type: ignore[arg-type]
    asked: dict[str, Any] = {}
    for entry in OPERATIONS:
        if entry.query:
            asked |= entry.query.model_json_schema(ref_template=REF).get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for entry in OPERATIONS:
        shown = "/".join(
            "{" + part.strip("{}").partition(":")[0] + "}" if part.startswith("{") else part
            for part in entry.path.split("/")
        )
        paths.setdefault(shown, {})[entry.method] = _operation(entry)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Throughline",
            "version": version,
            "description": "Everything a page can do. The tenant comes from the token only.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server + "/api/v1"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**asked, **schemas.get("$defs", {}), "Problem": PROBLEM},
        },
    }
