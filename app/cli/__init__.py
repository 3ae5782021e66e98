"""The `throughline` command. Sub-commands are imported when they are called, so that it starts at once."""

from __future__ import annotations

from importlib import import_module

import click

# name → module:attribute and the line `throughline --help` shows, so that help imports nothing
COMMANDS: dict[str, tuple[str, str]] = {
    "kit": ("app.cli.kit:kit", "Check, translate, import and export campaign kits."),
    "render": ("app.cli.render:render", "Render a kit with a brand, without a service."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Through-channel marketing and co-branding."""
