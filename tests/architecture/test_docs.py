"""What the documents point at is there: files, `make` targets, commands and their options."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from app.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("assets/kits/*/README.md")])
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"^```\w*\n(.*?)^```", re.S | re.M)
_COMMAND = re.compile(r"(?:^|\s|/|`)throughline ((?:[a-z][a-z-]* ?)+)((?:[^`\n#]|#\S)*)")


def command_of(words: list[str]) -> click.Command:
    """The command that the words name; AssertionError where there is none."""
    found: click.Command = main
    for word in words:
        if not isinstance(found, click.Group):
            break
        inner = found.get_command(click.Context(found), word)
        assert inner is not None, f"throughline {' '.join(words)}: there is no {word!r}"
        found = inner
    return found


def passes_on(command: click.Command) -> bool:
    """Whether it hands its options to another program."""
    return bool(command.context_settings.get("ignore_unknown_options"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    targets = [target for target in _LINK.findall(page.read_text("utf-8")) if not re.match(r"[a-z]+:", target)]
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "changes.md"], ids=lambda page: str(page.relative_to(ROOT))
)  # the list of changes also names what is not there yet, or no longer
def test_commands_and_their_options_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    code = "\n".join(_CODE.findall(text)) + "\n" + "\n".join(re.findall(r"`([^`\n]+)`", text))
    assert not set(re.findall(r"^(?:[A-Z]+=\S+ )?make ([a-z-]+)", code, re.M)) - targets
    for words, rest in _COMMAND.findall(code.replace("\\\n", " ")):
        command = command_of(words.split())
        if not isinstance(command, click.Group) and not passes_on(command):
            known = {name for option in command.params for name in option.opts}
            assert not set(re.findall(r"(?<=\s)--?[A-Za-z][a-z-]*", f" {rest}")) - known, f"{command.name} {rest}"


def test_the_list_of_decisions_is_whole() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
