"""Where the command finds the fonts that the set-up put in place."""

from __future__ import annotations

from pathlib import Path

import click

from renderer.errors import RenderError
from renderer.text.fonts import FontBook

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"


def load_fonts() -> FontBook:
    """The font bundle. Stops the command with a sentence if the set-up has not been run."""
    try:
        return FontBook.load(FONTS)
    except RenderError as error:
        raise click.ClickException(str(error)) from error
