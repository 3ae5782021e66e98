"""`python -m worker worker|beat`: what `throughline worker` and `throughline beat` become."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from campaigns.core.settings import QUEUES, Settings, SettingsError, environment, read

ROOT = Path(__file__).resolve().parent.parent


def _settings() -> Settings:
    try:
        return read(environment(), root=ROOT)
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"settings: {problem}", err=True)
        raise click.exceptions.Exit(2) from error


@click.group()
def main() -> None:
    """One process of the distributed stack."""


@main.command()
@click.option("-Q", "--queue", "queues", multiple=True, type=click.Choice(QUEUES), help="Consume only this queue.")
@click.option("-c", "--concurrency", type=click.IntRange(1, 256), help="Processes; default: one per processor.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve Prometheus metrics on this port.")
def worker(queues: tuple[str, ...], concurrency: int | None, metrics_port: int | None) -> None:
    """Consume jobs."""
    from campaigns.gateways.celery_queue import broker_queue  # noqa: PLC0415 - after the settings are known to be good
    from worker.celery_app import make_celery  # noqa: PLC0415

    settings = _settings()
    app = make_celery(settings)
    if metrics_port:
        from worker.metrics import serve  # noqa: PLC0415

        serve(metrics_port)
    names = ",".join(broker_queue(queue, settings.broker_prefix) for queue in queues or QUEUES)
    options = ["worker", "--loglevel=INFO", "-Q", names, "--without-gossip", "--without-mingle", "--without-heartbeat"]
    options += ["-n", f"{'-'.join(queues) or 'all'}-{id(app):x}@%h", "--pool=prefork"]
    if concurrency:
        options += ["--concurrency", str(concurrency)]
    app.worker_main(options)


@main.command()
def beat() -> None:
    """Call the ticks of the beat table."""
    from campaigns.core.logs import configure  # noqa: PLC0415
    from worker.celery_app import make_celery  # noqa: PLC0415

    settings = _settings()
    configure(settings.log_format)
    app = make_celery(settings, with_tasks=False)
    app.Beat(loglevel="INFO", pidfile=None).run()


if __name__ == "__main__":
    sys.exit(main(standalone_mode=True))
