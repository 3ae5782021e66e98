"""`/hooks/mail/<endpoint>`: registrations that a vendor's mail provider hands in, signed as its changes are."""

from __future__ import annotations

from uuid import UUID

from flask import Response, jsonify, request

from app.auth.access import public
from app.errors import problem
from app.public import blueprint
from app.security import limited, upload_limit
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError
from campaigns.deals.service.mailing import read_message, take_message
from campaigns.integrations.receiving import genuine
from renderer.message import MOST_BYTES

REFUSED = ("mail.address", "mail.sender", "mail.unreadable")  # another try of the provider would change nothing


@blueprint.post("/hooks/mail/<uuid:endpoint_id>")
@public(csrf=False)
@limited("hook-mail", 600, 60)
@upload_limit((MOST_BYTES >> 20) + 1)
def take_mail(endpoint_id: UUID) -> tuple[Response, int] | Response:
    """Take a whole message (message/rfc822); 200 with what came of it, also for one that is not taken."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    about, body = container().settings, request.get_data(cache=False)
    try:
        found = genuine(uow(), about.secret_key, endpoint_id, headers, body, MOST_BYTES)
        came = take_message(
            uow(), read_message(body), domain=about.mailed_to, public_url=about.public_url,
            programme_id=found.programme_id,
        )  # fmt: skip
    except DomainError as error:
        roll_back()
        if error.code in REFUSED:
            return jsonify(outcome="refused", code=error.code), 200
        answer = problem(error)
        answer.headers.pop("WWW-Authenticate", None)  # what is missing is a signature, no bearer token
        return answer
    return jsonify(outcome=came), 200
