"""The form of the product's own letters: paragraphs, one button, one line of small print, as text and as HTML."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from campaigns.mailroom.service import Letter
from renderer.spec import direction


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).resolve().parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("letter.html")


def letter(
    language: str,
    subject: str,
    paragraphs: list[str],
    action: str,
    link: str,
    after: str,
    *,
    table: list[list[str]] | None = None,
    leave: tuple[str, str] | None = None,
) -> Letter:
    """A letter whose every sentence is already in `language`; whatever people typed is escaped in the HTML.

    `table` stands before the button, its first row the heads; `leave` is the words and the address that end such
    letters.
    """
    rows = ["\n".join("  ".join(cell for cell in row if cell) for row in table)] if table else []
    last = [f"{leave[0]}:\n{leave[1]}"] if leave else []
    text = "\n\n".join([*paragraphs, *rows, f"{action}:\n{link}", after, *last]) + "\n"
    html = _template().render(
        language=language, direction=direction(language), subject=subject, paragraphs=paragraphs, action=action,
        link=link, after=after, table=table, leave=leave,
    )  # fmt: skip
    return Letter(subject, text, html)
