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


def letter(language: str, subject: str, paragraphs: list[str], action: str, link: str, after: str) -> Letter:
    """A letter whose every sentence is already in `language`; whatever people typed is escaped in the HTML."""
    text = "\n\n".join([*paragraphs, f"{action}:\n{link}", after]) + "\n"
    html = _template().render(
        language=language, direction=direction(language), subject=subject, paragraphs=paragraphs, action=action,
        link=link, after=after,
    )  # fmt: skip
    return Letter(subject, text, html)
