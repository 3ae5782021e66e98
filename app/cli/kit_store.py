"""`throughline kit import` and `kit export`: kits between a folder or zip and the service's storage."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click
from rich.console import Console

from app.cli.kit import kit, problem_line
from app.cli.settings import stack_settings_or_exit

if TYPE_CHECKING:  # the other commands of the group need no database; importing all this costs them half a second
    from campaigns.bootstrap import Container
    from campaigns.core.actor import Actor
    from campaigns.core.errors import DomainError

_PROGRAMME = click.option("--programme", metavar="SLUG", help="Whose kit it is; needed where there are several.")


def _actor(container: Container, slug: str | None) -> Actor:
    """Somebody who may do all with kits of the programme; exits with a sentence if it is not clear which."""
    from campaigns.core.actor import Actor, Role
    from campaigns.kits.exchange import programmes_by_slug

    with container.uow.reading() as session:
        known = programmes_by_slug(session)
    wanted = [known[slug]] if slug in known else [] if slug else list(known.values())
    if len(wanted) != 1:
        click.echo(f"Name one programme with --programme; there are: {', '.join(known) or 'none'}.", err=True)
        sys.exit(2)
    return Actor(kind="system", role=Role.ADMIN, programme_id=wanted[0], name="command line")


def _said(error: DomainError) -> None:
    click.echo(f"{error.code}: {error.message}", err=True)
    for problem in error.problems:
        click.echo(problem_line(problem), err=True)
    sys.exit(1)


@kit.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--publish", is_flag=True, help="Give it to the partners if the check finds no error.")
@_PROGRAMME
def import_(path: Path, publish: bool, programme: str | None) -> None:
    """Take the kit at PATH (a folder or a zip) in, check it, and say what is wrong with it."""
    from campaigns.core.errors import DomainError
    from campaigns.gateways.open import open_container
    from campaigns.kits import queries
    from campaigns.kits.exchange import import_path

    container = open_container(stack_settings_or_exit(), pool_size=2)
    try:
        actor = _actor(container, programme)
        with Console(stderr=True).status("Checking the kit …"):
            taken = import_path(container.uow, container.storage, container.fonts, actor, path)
        with container.uow.reading() as session:
            page = queries.kit_page(session, actor, taken.kit_id, taken.version_id)
        _print(page.problems)
        click.echo(f"{taken.slug} version {taken.number}" + ("" if taken.created else " (was there already)"))
        if publish:
            _publish(container, actor, taken.version_id)
    except DomainError as error:
        _said(error)
    finally:
        container.close()


def _print(problems: tuple[dict[str, object], ...]) -> None:
    from campaigns.kits.rules import problem_of

    for problem in problems:
        click.echo(problem_line(problem_of(problem)), err=True)


def _publish(container: Container, actor: Actor, version_id: UUID) -> None:
    from campaigns.kits import service

    with container.uow() as uow:
        service.publish(uow, actor, version_id)
    click.echo("published")


@kit.command("export")
@click.argument("slug")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--version", "number", type=int, help="Which number; the newest unless named.")
@_PROGRAMME
def export(slug: str, path: Path, number: int | None, programme: str | None) -> None:
    """Write the kit SLUG to PATH: a zip if it ends in .zip, a folder otherwise."""
    from campaigns.core.errors import DomainError
    from campaigns.gateways.open import open_container
    from campaigns.kits.exchange import export_path

    container = open_container(stack_settings_or_exit(), pool_size=2)
    try:
        actor = _actor(container, programme)
        version = export_path(container.uow, container.storage, actor, slug, path, number=number)
        click.echo(f"{slug} version {version.number} → {path}")
    except DomainError as error:
        _said(error)
    except OSError as error:
        click.echo(f"kit.unwritable: {error.filename or path} cannot be written: {error.strerror}.", err=True)
        sys.exit(1)
    finally:
        container.close()
