"""The web application and the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from campaigns.bootstrap import Container


def create_app(container: Container) -> Flask:
    """The application over a container; see `app.factory`. Imported late, since the command needs none of it."""
    from app import factory  # noqa: PLC0415

    return factory.create_app(container)
