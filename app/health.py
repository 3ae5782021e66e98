"""What machines ask: is the process alive, can it work, what has it counted; and the counting of requests."""

from __future__ import annotations

import hmac
import ipaddress
import time

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.auth.access import public
from app.unit_of_work import container
from campaigns.core.errors import DomainError
from campaigns.core.settings import environment
from campaigns.db.upgrade import is_current

blueprint = Blueprint("health", __name__)

REQUEST_SECONDS = Histogram(
    "throughline_request_seconds",
    "Seconds until the answer begins, by endpoint.",
    ["method", "endpoint", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database (at the newest revision), the broker and the storage can be used; 503 and which cannot, if not."""
    found = {"database": _database(), "broker": _broker(), "storage": _storage()}
    return jsonify(found), 200 if all(state == "ok" for state in found.values()) else 503


def _database() -> str:
    try:
        with container().engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            return "ok" if is_current(connection) else "not migrated: run `throughline db upgrade`"
    except SQLAlchemyError:
        return "cannot be reached"


def _broker() -> str:
    return "ok" if container().waker.depth("default") is not None else "cannot be reached"


def _storage() -> str:
    try:
        container().storage.check()
    except DomainError as error:
        return error.message
    return "ok"


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' text format, over all processes that share the folder. With METRICS_TOKEN set only for its bearer,
    without only for direct callers on this machine.
    """
    token = container().settings.metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)
    elif "X-Forwarded-For" in request.headers or not _is_loopback(request.remote_addr):
        abort(404)
    registry = REGISTRY
    if environment().get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def register(app: Flask) -> None:
    """Measure every request."""

    @app.before_request
    def _begin() -> None:
        g.began = time.monotonic()

    @app.after_request
    def _end(response: Response) -> Response:
        if "began" in g:
            method = request.method if request.method in METHODS else "other"
            REQUEST_SECONDS.labels(method, request.endpoint or "none", str(response.status_code)).observe(
                time.monotonic() - g.began
            )
        return response
