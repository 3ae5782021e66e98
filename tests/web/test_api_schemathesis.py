"""The document against the application: schemathesis asks every operation with good and with bad input."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    negative_data_rejection,
]
BOUNDS = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/zip", "application/pdf", "application/postscript", "image/*", "text/csv")
def _as_it_is(_context: Any, value: Any) -> bytes:
    """Files go out as the bytes they are."""
    return getattr(value, "data", value) if not isinstance(value, str) else value.encode()


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str], ids: dict[str, Any]) -> None:
    """One operation with generated cases. Good cases name things that are there, half of the time, at version 1."""

    @seed(7)
    @BOUNDS
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def run(case: Any, known: bool) -> None:
        if mode is GenerationMode.POSITIVE and known:
            case.path_parameters.update({name: str(ids[name]) for name in case.path_parameters if name in ids})
            if case.headers and "If-Match" in case.headers:
                case.headers["If-Match"] = '"1"'
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("who", ["partner", "vendor"])
def test_every_operation_keeps_to_the_document(app, api, stage, who):
    headers = api(who).headers
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    # a tag that is none of ours may be malformed: it matches nothing, and the answer to that is 412 (RFC 9110, 13.1.1)
    allowed = schema.config.checks.negative_data_rejection.expected_statuses
    schema.config.checks.negative_data_rejection.expected_statuses = [*allowed, "412"]
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation, mode, headers, stage.ids())
        asked += 1
    assert asked > 60


def test_no_operation_answers_without_a_token(app, stage):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    known = stage.ids() | {"ground": "light", "number": 1}
    for found in schema.get_all_operations():
        operation = found.ok()
        values = {name: str(known.get(name, stage.launch_id)) for name in (p.name for p in operation.path_parameters)}
        answer = operation.Case(path_parameters=values).call()
        assert answer.status_code == 401, operation.label
