"""Settings for commands: the environment, or every problem with it on its own line."""

from __future__ import annotations

from pathlib import Path

import click

from campaigns.core.settings import Settings, SettingsError, environment, read

ROOT = Path(__file__).resolve().parent.parent.parent


def settings_or_exit() -> Settings:
    """The settings; exit code 2 and all problems if they cannot be used."""
    try:
        return read(environment(), root=ROOT)
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"settings: {problem}", err=True)
        raise click.exceptions.Exit(2) from error
