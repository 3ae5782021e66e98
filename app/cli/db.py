"""`throughline db upgrade` and `db check`."""

from __future__ import annotations

import click

from app.cli.settings import database_url_or_exit
from campaigns.db.session import make_engine


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema up to date; safe to run several times at once."""
    from campaigns.db.upgrade import upgrade as upgrade_schema

    engine = make_engine(database_url_or_exit(), pool_size=1)
    revision = upgrade_schema(engine)
    click.echo(f"schema at {revision}")


@db.command()
def check() -> None:
    """Compare the schema with the models; exit code 1 and every difference if there is one."""
    from campaigns.db.upgrade import check as check_schema
    from campaigns.metadata import metadata

    engine = make_engine(database_url_or_exit(), pool_size=1)
    differences = check_schema(engine, metadata)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.exceptions.Exit(1)
    click.echo("models and schema are equal")
