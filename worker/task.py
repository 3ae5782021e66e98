"""What a job's task is: claim the row, run the function outside any transaction, record; and what a tick is.

Knows no Celery application: `worker.celery_app` turns the registries into Celery tasks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded

from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError, Kind
from campaigns.core.logs import bound, get_logger
from campaigns.db import jobs
from campaigns.db.jobs import ClaimedJob
from campaigns.db.session import may_pass
from campaigns.db.unit_of_work import UnitOfWork
from renderer.errors import RenderError
from worker.lease import HeldLease
from worker.metrics import JOB_SECONDS, JOBS, TICKS

log = get_logger(__name__)

JobFunction = Callable[[Container, ClaimedJob], object]
TickFunction = Callable[[Container], object]
OnParked = Callable[[UnitOfWork, ClaimedJob, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class JobTask:
    """A task for job rows. Call it like its function; `run` is what a message does."""

    name: str
    queue: str
    function: JobFunction
    lease: timedelta
    soft_limit_s: int
    on_parked: OnParked | None

    def __call__(self, container: Container, job: ClaimedJob) -> object:
        """The bare function, for tests and for calling one task from another."""
        return self.function(container, job)


@dataclass(frozen=True, slots=True)
class TickTask:
    """A task of the beat table. It may run twice at once and must be safe then."""

    name: str
    function: TickFunction
    soft_limit_s: int

    def __call__(self, container: Container) -> object:
        """The bare function."""
        return self.function(container)


JOB_TASKS: dict[str, JobTask] = {}
TICK_TASKS: dict[str, TickTask] = {}


def job_task(
    name: str,
    *,
    queue: str = "default",
    lease: timedelta = jobs.LEASE,
    soft_limit_s: int = 120,
    on_parked: OnParked | None = None,
) -> Callable[[JobFunction], JobTask]:
    """Register `function(container, job)` as the task of jobs called `name` (`context.verb`).

    The lease is extended while the function runs, until `soft_limit_s`. `on_parked(uow, job, error)` runs in the
    transaction that gives the job up for good, so that what waits for it can be told.
    """

    def register(function: JobFunction) -> JobTask:
        if name in JOB_TASKS or name in TICK_TASKS:
            raise ValueError(f"two tasks are called {name}")
        task = JobTask(name, queue, function, lease, soft_limit_s, on_parked)
        JOB_TASKS[name] = task
        return task

    return register


def tick_task(name: str, *, soft_limit_s: int = 60) -> Callable[[TickFunction], TickTask]:
    """Register `function(container)` as a task that `worker.schedule` calls again and again."""

    def register(function: TickFunction) -> TickTask:
        if name in JOB_TASKS or name in TICK_TASKS:
            raise ValueError(f"two tasks are called {name}")
        task = TickTask(name, function, soft_limit_s)
        TICK_TASKS[name] = task
        return task

    return register


def describe(error: Exception) -> tuple[dict[str, Any], bool]:
    """The error as the row keeps it, and whether another attempt may help."""
    if isinstance(error, DomainError):
        kept = {"code": error.code, "message": error.message, "params": _plain(error.params)}
        return kept, error.kind in (Kind.UNAVAILABLE, Kind.THROTTLED)
    if isinstance(error, RenderError):
        return {"code": error.code, "message": error.message, "params": _plain(error.params)}, False
    if isinstance(error, SoftTimeLimitExceeded):
        return {"code": "job.time_limit", "message": "The work took longer than its limit."}, True
    kept = {"code": "job.crashed", "message": f"{type(error).__name__}: {error}"[:500]}
    return kept, isinstance(error, OSError | MemoryError) or may_pass(error)


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    simple = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, simple) else str(value) for name, value in params.items()}


def run_job(container: Container, task: JobTask, job_id: UUID) -> str:
    """Do what a wake-up call asks for. Returns the outcome: skipped, done, lost, waiting or parked.

    Never raises for what the function does; an unreachable database raises, and the sweeper calls again.
    """
    with container.uow() as uow:
        job = jobs.claim(uow.session, job_id, uow.now, lease=task.lease)
    if job is None:
        JOBS.labels(task.name, "skipped").inc()
        return "skipped"
    started = time.monotonic()
    with bound(request_id=job.request_id, job=str(job.id), task=task.name):
        error = _attempt(container, task, job)
        outcome = _record(container, task, job, error)
        seconds = time.monotonic() - started
        log.info("job.ended", outcome=outcome, attempt=job.attempts, seconds=round(seconds, 3))
    JOBS.labels(task.name, outcome).inc()
    JOB_SECONDS.labels(task.name, outcome).observe(seconds)
    return outcome


def _attempt(container: Container, task: JobTask, job: ClaimedJob) -> Exception | None:
    with HeldLease(container, job, task.lease, max_s=task.soft_limit_s + 30):
        try:
            task.function(container, job)
        except Exception as error:
            log.warning("job.failed", error=describe(error)[0], exc_info=not isinstance(error, DomainError))
            return error
    return None


def _record(container: Container, task: JobTask, job: ClaimedJob, error: Exception | None) -> str:
    with container.uow(job.request_id) as uow:
        if error is None:
            return "done" if jobs.finish(uow.session, job, uow.now) else "lost"
        kept, retry = describe(error)
        outcome = jobs.fail(uow.session, job, uow.now, kept, retry=retry)
        if outcome == "parked":
            tell_parked(task, uow, job, kept)
        return outcome


def tell_parked(task: JobTask, uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    """Tell the context that the job is given up. What may pass is raised, so that parking is tried again as a whole;
    anything else is logged: a context that cannot be told must not keep its job alive.
    """
    if task.on_parked is None:
        return
    try:
        with uow.savepoint():
            task.on_parked(uow, job, error)
    except Exception as failure:
        if describe(failure)[1]:
            raise
        log.exception("job.parked_untold", job=str(job.id), task=task.name)


def run_tick(container: Container, task: TickTask) -> None:
    """Run an entry of the beat table; its failure is logged, the next tick tries again."""
    outcome = "done"
    with bound(task=task.name):
        try:
            task.function(container)
        except Exception:
            outcome = "failed"
            log.warning("tick.failed", exc_info=True)
    TICKS.labels(task.name, outcome).inc()
