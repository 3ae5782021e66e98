"""`throughline export DIR` and `import DIR`: everything of a programme, out and back in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.settings import settings_or_exit
from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError
from campaigns.gateways.open import open_container
from campaigns.kits.exchange import programmes_by_slug
from campaigns.metadata import metadata
from campaigns.transfer.exporting import export_programme
from campaigns.transfer.importing import import_programme

Told = Callable[[str, int, int], None]


@contextmanager
def _progress() -> Iterator[Told]:
    """What tells how far it is: a bar on a terminal, one line per finished part elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda what, done, total: click.echo(f"{what}: {done}", err=True) if done == total else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=max(total, 1))


@contextmanager
def _opened() -> Iterator[Container]:
    """The installation the environment names; a refusal is printed and ends the command with 1."""
    container = open_container(settings_or_exit(), pool_size=2)
    try:
        yield container
    except DomainError as error:
        click.echo(f"{error.code}: {error.message}", err=True)
        sys.exit(1)
    finally:
        container.close()


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--programme", metavar="SLUG", help="Which programme; needed where there are several.")
@click.option("--with-passwords", is_flag=True, help="Take the password hashes along; otherwise people set new ones.")
def export(folder: Path, programme: str | None, with_passwords: bool) -> None:
    """Write everything of a programme to the new folder DIR."""
    with _opened() as container:
        with container.uow.reading() as session:
            known = programmes_by_slug(session)
        wanted = [known[programme]] if programme in known else [] if programme else list(known.values())
        if len(wanted) != 1:
            click.echo(f"Name one programme with --programme; there are: {', '.join(known) or 'none'}.", err=True)
            sys.exit(2)
        with _progress() as told:
            done = export_programme(
                container.uow, container.storage, metadata, wanted[0], folder, passwords=with_passwords, told=told
            )
    click.echo(f"{done.programme}: {done.rows} rows, {done.objects} files of {done.bytes} bytes → {folder}")
    click.echo(
        "This folder holds the partners' contacts and mails. It is for another installation of the service, not for"
        " the vendor, who never sees them.",
        err=True,
    )


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def import_(folder: Path) -> None:
    """Take the programme in the folder DIR into this installation, whole or not at all."""
    with _opened() as container, _progress() as told:
        done = import_programme(container.uow, container.storage, metadata, folder, told=told)
    click.echo(f"{done.programme}: {done.rows} rows, {done.objects} files of {done.bytes} bytes imported")
    if done.arrived_paused:
        click.echo(
            f"{done.arrived_paused} launches are paused: nothing is sent from here before their partners resume them."
            " Stop the old installation first."
        )
