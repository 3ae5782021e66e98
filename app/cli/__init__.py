"""The command `throughline`: a table of names, each imported only when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

COMMANDS: dict[str, str] = {
    "up": "app.cli.up:up",
    "web": "app.cli.processes:web",
    "worker": "app.cli.processes:worker",
    "beat": "app.cli.processes:beat",
    "db": "app.cli.db:db",
}


class LazyGroup(click.Group):
    """A group that finds its commands in `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that has the command."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return cast(click.Command, getattr(import_module(module), name))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="throughline", prog_name="throughline")
def main() -> None:
    """Throughline: through-channel marketing and co-branding."""
