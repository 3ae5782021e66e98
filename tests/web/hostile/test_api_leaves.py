"""Every string of every JSON body the API takes, by its own document: a hostile text is refused or kept, never a fault.

The leaves are read out of the OpenAPI document, so that a new field is covered from its first day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from tests.factories.api_bodies import request_for
from tests.factories.hostile_texts import EVERYTHING, SURROGATE
from tests.factories.tenancy_stage import address, routes
from tests.web.hostile.conftest import Target

TEXTS = {name: text for name, text in EVERYTHING.items() if name != "megabyte"} | {"surrogate": SURROGATE}
ALONE = ("nul", "surrogate", "digits", "crlf", "noncharacter", "huge-number")
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
def operations(target: Target) -> dict[str, list[Path]]:
    """`VERB rule` → the paths of the strings in its body."""
    document = target.app.test_client().get("/api/v1/openapi.json").get_json()
    rules = {rule_key(line): line for line in routes(target.app) if " /api/v1/" in line}
    found = {}
    for path, verbs in document["paths"].items():
        for verb, about in verbs.items():
            body = about.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                line = rules[(verb.upper(), shape(path))]
                found[line] = sorted(set(leaves(document, body["schema"], ())), key=str)
    return found


def shape(path: str) -> str:
    """A path with its parameters unnamed; the document's addresses may begin at the version."""
    parts = ["*" if part[:1] in "{<" and part else part for part in path.removeprefix("/api/v1").split("/")]
    return "/".join(parts)


def rule_key(line: str) -> tuple[str, str]:
    verb, path = line.split(maxsplit=1)
    return verb, shape(path)


def leaves(document: Any, schema: Any, at: Path) -> Iterator[Path]:
    """The places of strings in what a schema describes; a key of a free mapping is one too."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from leaves(document, branch, at)
    for name, inner in schema.get("properties", {}).items():
        yield from leaves(document, inner, (*at, name))
    if schema.get("items"):
        yield from leaves(document, schema["items"], (*at, 0))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(document, schema["additionalProperties"], (*at, "offer"))
    if schema.get("type") == "string" or "enum" in schema:
        yield at


def put(body: Any, path: Path, text: str) -> Any:
    """The body with the text at the path; what is missing on the way is made."""
    if not path:
        return text
    step, rest = path[0], path[1:]
    if step == 0:
        return [put(body[0] if isinstance(body, list) and body else None, rest, text)]
    made = dict(body) if isinstance(body, dict) else {}
    made[step] = put(made.get(step), rest, text)
    return made


def faults(target: Target, line: str, body: Any, what: str) -> list[str]:
    verb, path = line.split(maxsplit=1)[0], address(routes(target.app)[line], target.stage)
    made = request_for(line, target.stage.named)
    who = "vendor" if any(word in path for word in ("/kit", "/partners", "/programme")) else "partner"
    send = partial(
        target.call, who, verb, path, headers=made["headers"], data=json.dumps(body), content_type="application/json"
    )
    answer = target.undone(send)
    return [f"{line} {what}: {answer.status_code}"] if answer.status_code >= 500 else []


def test_every_body_is_read(operations: dict[str, list[Path]]) -> None:
    assert len(operations) > 15
    assert sum(map(len, operations.values())) > 50
    assert ("fields", "offer") in operations["POST /api/v1/launches"]


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_in_every_string_at_once(target: Target, operations: dict[str, list[Path]], name: str) -> None:
    bad = []
    for line, paths in operations.items():
        body: Any = deepcopy(request_for(line, target.stage.named).get("json", {}))
        for path in paths:
            body = put(body, path, TEXTS[name])
        bad += faults(target, line, body, "all")
    assert not bad


@pytest.mark.parametrize("name", ALONE)
def test_a_hostile_text_in_each_string_alone(target: Target, operations: dict[str, list[Path]], name: str) -> None:
    bad = []
    for line, paths in operations.items():
        good = request_for(line, target.stage.named).get("json", {})
        for path in paths:
            bad += faults(target, line, put(good, path, TEXTS[name]), str(path))
    assert not bad
