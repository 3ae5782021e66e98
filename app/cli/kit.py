"""`throughline kit …`: campaign kits on disk, without database or broker."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from app.cli.fonts import load_fonts
from renderer.kit.archive import KitRefused, read_kit
from renderer.kit.checks import check_kit
from renderer.kit.load import load_kit
from renderer.kit.messages import coverage, update_catalogs
from renderer.report import Problem, has_errors

_KIT_PATH = click.Path(exists=True, path_type=Path)


@click.group()
def kit() -> None:
    """Check, translate, import and export campaign kits."""


@kit.command("check")
@click.argument("path", type=_KIT_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@click.option("--fast", is_flag=True, help="Do not render the pieces.")
def check(path: Path, as_json: bool, fast: bool) -> None:
    """Print every problem of the kit at PATH; exit 1 if any is an error."""
    try:
        files = read_kit(path)
        with Console(stderr=True).status("Checking the kit …"):
            problems = check_kit(files, None if fast else load_fonts())
    except KitRefused as error:
        problems = list(error.problems)
    if as_json:
        click.echo(json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(problem_line(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = sum(problem.severity == "warning" for problem in problems)
        click.echo(f"{errors} errors, {warnings} warnings, {len(problems) - errors - warnings} notes", err=True)
    sys.exit(1 if has_errors(problems) else 0)


def problem_line(problem: Problem) -> str:
    """`path:line: severity code message`, with the locale and slot concerned."""
    place = f"{problem.path or '-'}:{problem.line or 1}"
    concerned = ", ".join(part for part in (problem.asset, problem.slot, problem.locale) if part)
    return f"{place}: {problem.severity} {problem.code} {problem.message}" + (f" ({concerned})" if concerned else "")


@kit.command("messages")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
def messages(path: Path) -> None:
    """Create or update the gettext catalogs of the kit in the folder PATH; print the coverage per locale."""
    try:
        loaded = load_kit(read_kit(path))
    except KitRefused as error:
        for problem in error.problems:
            click.echo(problem_line(problem), err=True)
        sys.exit(1)
    for name, data in update_catalogs(loaded).items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        click.echo(f"wrote {name}")
    for locale, share in coverage(load_kit(read_kit(path))).items():
        percent = 100 * share.translated // share.total if share.total else 100
        click.echo(f"{locale}: {share.translated} of {share.total} texts ({percent} %)")
