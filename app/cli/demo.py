"""`throughline demo`: `up` with the demo programme and its main job, which `demo-seed` does on the running stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.settings import ROOT, settings_or_exit
from app.cli.up import run_stack
from app.demo import dealing, history, launching, seed, vendor_leads
from app.demo.plan import DemoFailed, DemoPlan, read_plan
from app.demo.sign_ins import SignIns
from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError
from campaigns.gateways.open import open_container

PLAN = ROOT / "assets" / "demo" / "programme.toml"
KITS = ROOT / "assets" / "kits"
CURRENCIES = {"GB": "GBP", "JP": "JPY", "AE": "AED"}


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
    container = open_container(settings, pool_size=2)
    try:
        _run(container, read_plan(PLAN), settings.data_dir)
    except (DomainError, DemoFailed) as error:
        click.echo(f"error: {error}", err=True)
        for problem in getattr(error, "problems", ()):
            click.echo(f"  {problem.path or ''}:{problem.line or 1}: {problem.code} {problem.message}", err=True)
        raise click.exceptions.Exit(1) from error
    finally:
        container.close()


def _run(container: Container, plan: DemoPlan, data: Path) -> None:
    sign_ins = SignIns(data / "demo" / "sign-ins.json")
    seed.seed(container, plan, KITS, sign_ins, click.echo)
    if made := dealing.seed_deals(container, plan):
        click.echo(f"{made} deals")
    if handed := vendor_leads.seed_vendor_leads(container, plan):
        click.echo(f"{handed} leads of {plan.vendors[0].name}, offered by its rules")
    lists = {partner.slug: seed.contact_list(container, partner) for partner in plan.partners}
    launches = [launching.start(container, plan, partner, lists[partner.slug]) for partner in plan.partners]
    _follow(container, launches)
    if told := history.tell(container, launches, CURRENCIES):
        click.echo(f"{told} deals of the last months, and what led to them")
    folder = data / "demo" / "pieces"
    for launch in launches:
        for path in launching.write_files(container, launch, folder):
            click.echo(f"{launch.partner.name} · {_shown(path)}")
    click.echo("")
    people = [person for vendor in plan.vendors for person in vendor.people]
    people += [person for partner in plan.partners for person in partner.people]
    for person in people:
        click.echo(f"sign in as {person.role.value:<15} {person.email:<36} {sign_ins.password(person.email)}")


def _follow(container: Container, launches: list[launching.DemoLaunch]) -> None:
    console = Console()
    if not console.is_terminal:
        *_, (ready, total) = launching.follow(container, launches)
        click.echo(f"{ready} of {total} pieces ready")
        return
    columns = (TextColumn("Making the pieces"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("pieces", total=None)
        for ready, total in launching.follow(container, launches):
            bar.update(task, completed=ready, total=total)


def _shown(path: Path) -> str:
    """Relative to the folder the command stands in, which is the clone for `make run`."""
    return os.path.relpath(path, ROOT)
