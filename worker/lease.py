"""Keeps a job's lease alive while its function runs, so that leases can be short and lost workers are noticed soon."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.db import jobs
from campaigns.db.jobs import ClaimedJob

log = get_logger(__name__)


class HeldLease:
    """A block in which a thread extends the lease every third of it, for `max_s` seconds at most."""

    def __init__(self, container: Container, job: ClaimedJob, lease: timedelta, *, max_s: float) -> None:
        self._container = container
        self._job = job
        self._lease = lease
        self._beats = int(max_s / (lease.total_seconds() / 3)) + 1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="lease", daemon=True)

    def _hold(self) -> None:
        for _ in range(self._beats):
            if self._over.wait(self._lease.total_seconds() / 3):
                return
            try:
                with self._container.uow() as uow:
                    if not jobs.extend(uow.session, self._job, uow.now, lease=self._lease):
                        return
            except SQLAlchemyError as error:
                log.warning("lease.not_extended", job=str(self._job.id), reason=type(error).__name__)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(timeout=5)
