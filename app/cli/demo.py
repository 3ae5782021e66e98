"""`throughline demo`: `up` with the demo programme and its main job, which `demo-seed` does on the running stack.

Nothing of the product is imported before it is needed: the supervisor needs none, and a second start seeds nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.settings import ROOT, settings_or_exit
from app.cli.up import run_stack
from app.demo.remembered import Remembered
from campaigns.core.settings import Settings

PLAN = ROOT / "assets" / "demo" / "programme.toml"
KITS = ROOT / "assets" / "kits"
SOURCES = (PLAN.parent, KITS, ROOT / "app" / "demo")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), envvar="DATA_DIR", default=ROOT / "var", help="Folder."
)
@click.option("--workers", default=0, type=click.IntRange(0, 256), help="Rendering processes; 0: one per processor.")
def demo(host: str, port: int, data: Path, workers: int) -> None:
    """Start everything with a demo programme whose campaign is launched for three partners."""
    first_run = [[sys.executable, "-m", "app.cli", "demo-seed"]]
    raise click.exceptions.Exit(run_stack(host=host, port=port, data=data, workers=workers, first_run=first_run))


@click.command(hidden=True)
def demo_seed() -> None:
    """Seed and launch against the stack the environment names."""
    settings = settings_or_exit()
    folder = settings.data_dir / "demo"
    note = Remembered(folder / "told.json", SOURCES, settings.database_url, folder / "pieces")
    lines = note.lines()
    if lines is None:
        _seed(settings, note)
        return
    for line in lines:
        click.echo(line)


def _seed(settings: Settings, note: Remembered) -> None:
    from app.demo.plan import DemoFailed, read_plan
    from app.demo.whole import show
    from campaigns.core.errors import DomainError
    from campaigns.gateways.open import open_container

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        click.echo(line)

    container = open_container(settings, pool_size=2)
    try:
        launches = show(container, read_plan(PLAN), KITS, settings.data_dir, ROOT, say)
    except (DomainError, DemoFailed) as error:
        click.echo(f"error: {error}", err=True)
        for problem in getattr(error, "problems", ()):
            click.echo(f"  {problem.path or ''}:{problem.line or 1}: {problem.code} {problem.message}", err=True)
        raise click.exceptions.Exit(1) from error
    finally:
        container.close()
    note.write((line for line in said if " · " in line or line.startswith("sign in") or not line), launches)
