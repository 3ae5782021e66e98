"""Structured logs: one JSON line per event on standard error, with the request id that travels into tasks."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from campaigns.core.ids import new_id

_CHATTY = ("celery.worker.strategy", "celery.app.trace", "celery.beat", "alembic")  # one line per sweep
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")


def configure(log_format: str, *, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's records through one formatter; `log_format` is json or text."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer", "fontTools", "PIL", "amqp", "kombu", *_CHATTY):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; events are short names (`job.done`), everything else is a field."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def sane_request_id(given: str | None) -> str:
    """The caller's request id if it is harmless (8–64 of letters, digits and `._:-`), else a new one."""
    if given and _SANE_ID.fullmatch(given):
        return given
    return new_id().hex


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Every event inside the block carries the fields."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield
