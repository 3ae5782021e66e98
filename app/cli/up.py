"""`throughline up`: the whole stack in one process tree, embedded parts for every URL that is unset."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.settings import ROOT
from app.embedded.stack import Stack, StackOptions
from campaigns.core.settings import environment


def run_stack(*, host: str, port: int, data: Path, workers: int, first_run: Sequence[Sequence[str]] = ()) -> int:
    """Run the stack until it is stopped; `first_run` are commands to run on the terminal once it answers."""
    options = StackOptions(root=ROOT, data=data, host=host, port=port, workers=workers, first_run=first_run)

    def say(line: str) -> None:
        stream = sys.stderr if line.startswith("error:") else sys.stdout
        click.echo(line, file=stream)
        stream.flush()

    return Stack(options, environment(), say).run()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), envvar="DATA_DIR", default=ROOT / "var", help="Folder."
)
@click.option("--workers", default=0, type=click.IntRange(0, 256), help="Rendering processes; 0: one per processor.")
@click.option("--found", metavar="NAME", help="Found a programme of this name if there is none; needs --admin.")
@click.option("--admin", metavar="ADDRESS", help="Who administers it; the link is printed.")
def up(host: str, port: int, data: Path, workers: int, found: str | None, admin: str | None) -> None:
    """Start everything and serve until ctrl-C."""
    if (found is None) != (admin is None):
        raise click.UsageError("--found and --admin go together.")
    create = [sys.executable, "-m", "app.cli", "programme", "create", found or "", "--admin", admin or "", "--if-none"]
    first_run = [create] if found else []
    raise click.exceptions.Exit(run_stack(host=host, port=port, data=data, workers=workers, first_run=first_run))
