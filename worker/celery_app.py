"""Composition root of the worker processes: the Celery application, its queues, one container per process after fork.

Rows rule: a message is acknowledged when it is received, and nothing is ever read from a result backend.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from typing import Any
from uuid import UUID

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown, worker_ready
from kombu.entity import Exchange, Queue

from campaigns.bootstrap import Container
from campaigns.core.logs import configure
from campaigns.core.settings import QUEUES, Settings
from campaigns.gateways.celery_queue import broker_queue, transport_options
from campaigns.gateways.open import open_container
from worker.schedule import beat_schedule
from worker.task import JOB_TASKS, TICK_TASKS, JobTask, TickTask, run_job, run_tick
from worker.tasks import load_all

HARD_LIMIT_AFTER_S = 20
SWEEP = "upkeep.sweep"


class ProcessContainer:
    """This process's container, built when first asked for, so never before a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._container: Container | None = None

    def get(self) -> Container:
        """The container."""
        if self._container is None:
            self._container = open_container(self._settings, pool_size=2)
        return self._container

    def close(self) -> None:
        """Give the connections back."""
        if self._container is not None:
            self._container.close()
            self._container = None


def make_celery(settings: Settings, *, with_tasks: bool = True) -> Celery:
    """The application for `throughline worker` and, without tasks, for `throughline beat`."""
    app = Celery("throughline", broker=settings.broker_url, set_as_current=True)
    app.conf.update(
        task_queues=_queues(settings.broker_prefix),
        task_default_queue=broker_queue("default", settings.broker_prefix),
        task_default_exchange=settings.broker_prefix,
        task_default_routing_key="default",
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,
        task_store_errors_even_if_ignored=False,
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=1000,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=30,
        broker_transport_options=transport_options(settings.broker_url),
        beat_schedule=beat_schedule(settings.broker_prefix),
        control_exchange=f"{settings.broker_prefix}.control",
        beat_scheduler="celery.beat:Scheduler",
        beat_max_loop_interval=2,
        timezone="UTC",
        enable_utc=True,
    )
    if with_tasks:
        load_all()
        process = ProcessContainer(settings)
        for job_task in JOB_TASKS.values():
            _add_job(app, process, job_task)
        for tick in TICK_TASKS.values():
            _add_tick(app, process, tick)
        _connect(app, settings, process)
    return app


def _queues(prefix: str) -> list[Any]:
    exchange = Exchange(prefix)  # type: ignore[no-untyped-call]
    return [Queue(broker_queue(name, prefix), exchange, routing_key=name) for name in QUEUES]  # type: ignore[no-untyped-call]


def _add_job(app: Celery, process: ProcessContainer, task: JobTask) -> None:
    def receive(job_id: str) -> str:
        return run_job(process.get(), task, UUID(job_id))

    _add(app, task.name, receive, task.soft_limit_s)


def _add_tick(app: Celery, process: ProcessContainer, task: TickTask) -> None:
    def receive() -> None:
        run_tick(process.get(), task)

    _add(app, task.name, receive, task.soft_limit_s)


def _add(app: Celery, name: str, receive: Any, soft_limit_s: int) -> None:
    app.task(name=name, soft_time_limit=soft_limit_s, time_limit=soft_limit_s + HARD_LIMIT_AFTER_S, ignore_result=True)(
        receive
    )


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends, however it ends."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _connect(app: Celery, settings: Settings, process: ProcessContainer) -> None:
    """Hang our beginnings and ends on Celery's signals; the references live as long as the application."""

    def logging_set_up(**_: object) -> None:
        configure(settings.log_format)

    def process_begins(**_: object) -> None:
        die_with_parent()
        process.get()

    def process_ends(**_: object) -> None:
        process.close()

    def ready(**_: object) -> None:
        app.send_task(
            SWEEP, queue=broker_queue("default", settings.broker_prefix), ignore_result=True, retry=False, expires=60
        )

    setup_logging.connect(logging_set_up, weak=False)
    worker_process_init.connect(process_begins, weak=False)
    worker_process_shutdown.connect(process_ends, weak=False)
    worker_ready.connect(ready, weak=False)
