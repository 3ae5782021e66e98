"""Wake-up calls through Celery: sends a task's name and a job's id, never raises, expects no answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError

from campaigns.core.logs import get_logger
from campaigns.core.ports import Wake

log = get_logger(__name__)

SILENCE_S = 3.0
REQUEST_ID_HEADER = "x_request_id"


_IMPATIENT = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def broker_queue(queue: str, prefix: str = "throughline") -> str:
    """The name a queue has at the broker, which may serve others, and other installations of ours, too."""
    return f"{prefix}.{queue}"


def transport_options(broker_url: str) -> dict[str, Any]:
    """Short patience with a broker that does not answer; the sweeper makes up for what is not sent."""
    if broker_url.startswith("redis"):
        options: dict[str, Any] = {"socket_connect_timeout": 3, "visibility_timeout": 3600, "health_check_interval": 25}
        return options if "+socket" in broker_url else {**options, "socket_keepalive": True}
    return {"connect_timeout": 3, "read_timeout": 10, "write_timeout": 5}


class CeleryWaker:
    """Sends calls to a broker. After a failure it stays silent for some seconds instead of delaying every commit."""

    def __init__(self, broker_url: str, prefix: str = "throughline") -> None:
        self._prefix = prefix
        self._app = Celery("throughline-waker", broker=broker_url, set_as_current=False)
        self._app.conf.update(
            task_ignore_result=True,
            task_serializer="json",
            broker_connection_timeout=3,
            broker_heartbeat=0,
            broker_transport_options=transport_options(broker_url) | _IMPATIENT,
            broker_pool_limit=4,
        )
        with self._app.connection_for_write() as connection:  # not opened by this
            self._channel_errors: tuple[type[Exception], ...] = tuple(connection.channel_errors)
            self._errors = (OSError, KombuError, *connection.connection_errors, *self._channel_errors)
        self._silent_until = 0.0

    def wake(self, calls: Sequence[Wake]) -> None:
        """Send what can be sent; what cannot is found by the sweeper."""
        if time.monotonic() < self._silent_until:
            return
        try:
            with self._app.producer_pool.acquire(block=True, timeout=3) as producer:
                for call in calls:
                    self._app.send_task(
                        call.task,
                        args=[str(call.job_id)],
                        queue=broker_queue(call.queue, self._prefix),
                        headers={REQUEST_ID_HEADER: call.request_id},
                        producer=producer,
                        ignore_result=True,
                        retry=False,
                    )
        except self._errors as error:
            self._silent_until = time.monotonic() + SILENCE_S
            log.warning("wake.not_sent", reason=f"{type(error).__name__}: {error}"[:200], calls=len(calls))

    def depth(self, queue: str) -> int | None:
        """How many calls wait in the queue; None if the broker cannot say, 0 if it has no such queue yet."""
        try:
            with self._app.connection_for_read() as connection:
                connection.ensure_connection(timeout=3, **_IMPATIENT)
                try:
                    declared = connection.default_channel.queue_declare(
                        queue=broker_queue(queue, self._prefix), passive=True
                    )
                except self._channel_errors:
                    return 0
                return int(declared.message_count)
        except self._errors:
            return None

    def close(self) -> None:
        """Give the connections back."""
        self._app.close()
