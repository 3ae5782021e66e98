"""`/hooks/in/<endpoint>`: changes that other systems send, signed by Standard Webhooks. No cookie, no page."""

from __future__ import annotations

from uuid import UUID

from flask import Response, jsonify, request

from app.auth.access import public
from app.errors import problem
from app.public import blueprint
from app.security import limited, upload_limit
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError
from campaigns.integrations.receiving import receive


@blueprint.post("/hooks/in/<uuid:endpoint_id>")
@public(csrf=False)
@limited("hook", 3000, 60)
@upload_limit(1)
def take_change(endpoint_id: UUID) -> tuple[Response, int] | Response:
    """Keep the change and answer 202; 200 for a message that came before."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        taken = receive(uow(), container().settings.secret_key, endpoint_id, headers, request.get_data(cache=False))
    except DomainError as error:
        roll_back()
        answer = problem(error)
        answer.headers.pop("WWW-Authenticate", None)  # what is missing is a signature, no bearer token
        return answer
    return jsonify(id=str(taken.id)), 202 if taken.new else 200
