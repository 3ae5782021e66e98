"""Progress of a launch as server-sent events: short polls of two small queries until nothing more changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response

from app.auth import current
from app.auth.access import permission
from app.unit_of_work import container, uow
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError
from campaigns.launches.queries import Progress, progress

blueprint = Blueprint("launch_events", __name__, url_prefix="/portal/launches")
POLL_S = 0.15
LONGEST_S = 60.0  # then the browser connects again; a thread is not held for ever
QUIET_POLLS = 40  # a comment now and then tells the server that the browser is gone


def _said(seen: Progress) -> str:
    body = {
        "state": seen.state,
        "ready": seen.ready,
        "failed": seen.failed,
        "total": seen.total,
        "settled": seen.settled,
        "pieces": {str(piece.id): piece.state for piece in seen.pieces},
    }
    return f"event: progress\ndata: {json.dumps(body)}\n\n"


def _stream(box: Container, actor: Actor, launch_id: UUID, first: Progress) -> Iterator[str]:
    yield "retry: 500\n\n" + _said(first)
    seen, until, polls = first, time.monotonic() + LONGEST_S, 0
    while not seen.settled and time.monotonic() < until:
        time.sleep(POLL_S)
        polls += 1
        try:
            with box.uow.reading() as session:
                now = progress(session, actor, launch_id)
        except DomainError:
            return
        if now != seen:
            seen = now
            yield _said(seen)
        elif polls % QUIET_POLLS == 0:
            yield ": still here\n\n"


@blueprint.get("/<uuid:launch_id>/events")
@permission("launch.read")
def events(launch_id: UUID) -> Response:
    """`progress` events until the launch is made, well or not."""
    acting, box = current.actor(), container()
    first = progress(uow().session, acting, launch_id)
    uow().commit()
    response = Response(_stream(box, acting, launch_id, first), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response
