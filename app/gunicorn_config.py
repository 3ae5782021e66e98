"""How gunicorn serves: threads, since pages stream progress (SSE) for long, and a bounded graceful end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from campaigns.core.logs import configure
from campaigns.core.settings import environment

_environment = environment()

bind = _environment.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(_environment.get("WEB_CONCURRENCY", "1"))
threads = int(_environment.get("WEB_THREADS", "32"))
timeout = 60
graceful_timeout = 8
keepalive = 30
preload_app = False
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes its own file there
forwarded_allow_ips = _environment.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True
accesslog = None


class HouseLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own lines in the same form as everybody's."""

    def setup(self, cfg: Any) -> None:
        """Send them where the other records go."""
        del cfg
        configure(_environment.get("LOG_FORMAT", "json"))


logger_class = HouseLogger


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a web process that ended."""
    del server
    if _environment.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
