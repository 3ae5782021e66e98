"""The processes of our own that make a stack: what each is started with."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from app.embedded.child import Spec
from app.embedded.places import Places

WEB_WITHIN_S = 12.0


def web(places: Places, environment: Mapping[str, str], root: Path) -> Spec:
    """Gunicorn; it reads its own settings from `app.gunicorn_config`."""
    return Spec(
        name="web",
        command=[sys.executable, "-m", "gunicorn", "-c", "python:app.gunicorn_config", "app.wsgi:application"],
        environment=environment,
        log=places.logs / "web.log",
        directory=root,
        stop_within_s=WEB_WITHIN_S,
    )


def worker(
    places: Places, environment: Mapping[str, str], root: Path, *, name: str, queues: tuple[str, ...], processes: int
) -> Spec:
    """A Celery worker tree. Its children die with it; rows bring back what they held."""
    command = [sys.executable, "-m", "worker", "worker", "--concurrency", str(processes)]
    for queue in queues:
        command += ["-Q", queue]
    return Spec(
        name=name,
        command=command,
        environment=environment,
        log=places.logs / f"{name}.log",
        directory=root,
        orphan_signal=signal.SIGKILL,
        stop_within_s=15,
        queues=queues,
    )


def beat(places: Places, environment: Mapping[str, str], root: Path) -> Spec:
    """Celery's beat."""
    return Spec(
        name="beat",
        command=[sys.executable, "-m", "worker", "beat"],
        environment=environment,
        log=places.logs / "beat.log",
        directory=root,
        orphan_signal=signal.SIGKILL,
        stop_within_s=5,
    )
