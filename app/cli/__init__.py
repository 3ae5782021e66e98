"""The command `throughline`. Sub-commands are imported when they are called, so that it starts at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import cast

import click

# name → module:attribute and the line `throughline --help` shows, so that help imports nothing
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("app.cli.up:up", "Run the whole stack; parts without a URL are embedded."),
    "demo": ("app.cli.demo:demo", "Run the whole stack with a demo programme and its launched campaign."),
    "web": ("app.cli.processes:web", "Run the web server alone."),
    "worker": ("app.cli.processes:worker", "Run a worker alone."),
    "beat": ("app.cli.processes:beat", "Run the clock alone."),
    "db": ("app.cli.db:db", "Migrate the database, or hold it against the models."),
    "programme": ("app.cli.programme:programme", "Found a programme and invite its administrator."),
    "kit": ("app.cli.kit_store:kit", "Check, translate, import and export campaign kits."),
    "export": ("app.cli.transfer:export", "Write everything of a programme to a folder."),
    "import": ("app.cli.transfer:import_", "Take an exported programme in, whole or not at all."),
    "deal": ("app.cli.deal:deal", "Take a deal's registration from a mail server."),
    "render": ("app.cli.render:render", "Render a kit with a brand, without a service."),
}
HIDDEN: dict[str, str] = {"demo-seed": "app.cli.demo:demo_seed"}  # what other commands call


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None if there is none."""
        del ctx
        place = COMMANDS[cmd_name][0] if cmd_name in COMMANDS else HIDDEN.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.split(":")
        return cast(click.Command, getattr(import_module(module), attribute))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a database that does not answer is a sentence, not a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            database = sys.modules.get("sqlalchemy.exc")  # not imported: then it was not that
            if database is None or not isinstance(error, database.OperationalError):
                raise
            reason = str(error.orig).strip().splitlines()[0]
            click.echo(f"database.unreachable: {reason}", err=True)
            raise click.exceptions.Exit(1) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="throughline", prog_name="throughline")
def main() -> None:
    """Throughline: through-channel marketing and co-branding."""
