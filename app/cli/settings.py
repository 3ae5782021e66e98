"""Settings for commands: the environment, or every problem with it on its own line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from campaigns.core.settings import Settings, SettingsError, environment, read, read_database_url

ROOT = Path(__file__).resolve().parent.parent.parent


def settings_or_exit(given: Mapping[str, str] | None = None) -> Settings:
    """The settings; exit code 2 and all problems if they cannot be used."""
    try:
        return read(environment() if given is None else given, root=ROOT)
    except SettingsError as error:
        raise _exit(error) from error


def stack_settings_or_exit() -> Settings:
    """As `settings_or_exit`; what is unset is the embedded stack's, where one was started in DATA_DIR."""
    return settings_or_exit(_with_embedded(environment()))


def database_url_or_exit() -> str:
    """Where the database is, for commands that need nothing else; the embedded stack's where it is unset."""
    try:
        return read_database_url(_with_embedded(environment()))
    except SettingsError as error:
        raise _exit(error) from error


def _exit(error: SettingsError) -> click.exceptions.Exit:
    for problem in error.problems:
        click.echo(f"settings: {problem}", err=True)
    return click.exceptions.Exit(2)


def _with_embedded(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of `throughline up`, as far as it can be told from outside; only looks where it has been."""
    data = Path(given.get("DATA_DIR") or ROOT / "var")
    if not (data / "secret_key").is_file():
        return dict(given)
    from app.embedded.places import prepare, secret_key
    from app.embedded.postgres import EmbeddedPostgres
    from app.embedded.valkey import EmbeddedValkey

    places = prepare(data)
    embedded = {
        "DATABASE_URL": EmbeddedPostgres(places.postgres, places.run, places.logs / "postgres.log").url,
        "BROKER_URL": EmbeddedValkey(places.run, places.logs / "valkey.log").url,
        "STORAGE_URL": places.storage.as_uri(),
        "PUBLIC_URL": f"http://127.0.0.1:{given.get('PORT') or 8000}",
        "SECRET_KEY": secret_key(places),
        "DATA_DIR": str(places.data),
    }
    return embedded | {name: value for name, value in given.items() if value}
