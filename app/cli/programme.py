"""`throughline programme create`: a new programme and the invitation of its first administrator."""

from __future__ import annotations

import click

from app.cli.settings import stack_settings_or_exit
from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError
from campaigns.gateways.open import open_container


@click.group()
def programme() -> None:
    """Found a programme."""


@programme.command()
@click.argument("name")
@click.option("--admin", required=True, metavar="ADDRESS", help="Who administers it; gets an invitation.")
@click.option("--locale", default="en", show_default=True, type=click.Choice(["en", "de", "fr", "es", "ja", "ar"]))
@click.option("--if-none", is_flag=True, help="Do nothing if the installation has a programme.")
def create(name: str, admin: str, locale: str, if_none: bool) -> None:
    """Found the programme NAME and print the link its administrator signs in with."""
    from app import create_app
    from app.mails import absolute, invitation_letter
    from campaigns.partners.queries import any_programme
    from campaigns.partners.service.founding import found_programme
    from campaigns.partners.service.invitations import invite_colleague

    container = open_container(stack_settings_or_exit(), pool_size=2)
    try:
        with create_app(container).test_request_context("/"), container.uow() as uow:
            if if_none and any_programme(uow.session):
                return
            programme_id = found_programme(uow, SYSTEM, name=name, locale=locale)
            actor = Actor(kind="system", programme_id=programme_id, name=name)
            invited = invite_colleague(
                uow, actor, email=admin, name="", role="admin", locale=locale, compose=invitation_letter
            )
            click.echo(f"{admin} administers {name} by this link: {absolute(f'/invitation/{invited.secret}')}")
    except DomainError as error:
        click.echo(f"error: {error}", err=True)
        for problem in error.problems:
            click.echo(f"  {problem.code} {problem.message}", err=True)
        raise click.exceptions.Exit(1) from error
    finally:
        container.close()
