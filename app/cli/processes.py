"""`throughline web`, `worker`, `beat`: one process of the distributed stack, each replacing this one."""

from __future__ import annotations

import os
import sys

import click

from app.cli.settings import settings_or_exit
from campaigns.core.settings import environment


def _become(*arguments: str, **added: str) -> None:
    os.execve(sys.executable, [sys.executable, *arguments], {**environment(), **added})  # noqa: S606 - no shell wanted


@click.command()
@click.option("--bind", default=None, help="host:port; default 127.0.0.1:8000 or BIND.")
@click.option("--processes", type=click.IntRange(1, 64), help="Web processes; default 1 or WEB_CONCURRENCY.")
def web(bind: str | None, processes: int | None) -> None:
    """Serve the pages and the API."""
    settings_or_exit()
    added = {"BIND": bind} if bind else {}
    if processes:
        added["WEB_CONCURRENCY"] = str(processes)
    _become("-m", "gunicorn", "-c", "python:app.gunicorn_config", "app.wsgi:application", **added)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def worker(arguments: tuple[str, ...]) -> None:
    """Consume jobs: -Q render|send|default, --concurrency N, --metrics-port PORT."""
    _become("-m", "worker", "worker", *arguments)


@click.command()
def beat() -> None:
    """Call what must run again and again. Several at once are harmless."""
    _become("-m", "worker", "beat")
