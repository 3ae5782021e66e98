"""`throughline render`: a kit with a brand, in files, without database or broker."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.fonts import load_fonts
from app.cli.kit import problem_line
from renderer.email.headers import MailHeaders
from renderer.email.mail import CompiledMail
from renderer.email.merge import merge_mail
from renderer.errors import RenderError
from renderer.kit.archive import KitRefused, read_kit
from renderer.kit.brand_fields import fit_brand
from renderer.kit.brand_file import beside, read_brand, read_text
from renderer.kit.load import LoadedKit, load_kit
from renderer.kit.samples import offline_launch
from renderer.kit.toml_lines import TomlLines
from renderer.render import MAIL_MEDIA_TYPE, piece_filename, pieces, preview_values, render_piece
from renderer.report import has_errors
from renderer.spec import BrandSpec, LaunchSpec, Piece
from renderer.template_faults import TemplateFailed

# The renderer has no clock; a mail written to a file says when campaigns of this format began.
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


@click.command()
@click.argument("kit", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--brand", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A brand.toml."
)
@click.option("--locale", "locales", multiple=True, help="Only this locale; may be given several times.")
@click.option("--asset", "assets", multiple=True, help="Only this asset; may be given several times.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the files go.")
@click.option("--json", "as_json", is_flag=True, help="Print a report as JSON.")
def render(kit: Path, brand: Path, locales: tuple[str, ...], assets: tuple[str, ...], out: Path, as_json: bool) -> None:
    """Render the pieces of KIT with a brand into files; exit 1 and a code on failure."""
    report: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    try:
        loaded = load_kit(read_kit(kit))
        spec, warnings = _brand_for(loaded, brand)
        _check_choice("locale", locales, loaded.manifest.locales)
        _check_choice("asset", assets, tuple(asset.id for asset in loaded.manifest.assets))
    except RenderError as error:
        failures = _explain(error, None)
    else:
        chosen = locales or loaded.manifest.locales
        try:
            report, failures = _render_all(loaded, spec, chosen, assets or None, out, as_json)
        except OSError as error:  # the disk is full, the folder cannot be made or written to
            reason = f"{error.filename or out} cannot be written: {error.strerror}."
            failures = _explain(RenderError("render.unwritable", reason), None)
    if as_json:
        whole = {"pieces": report, "failures": failures, "warnings": warnings}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    sys.exit(1 if failures else 0)


def _brand_for(kit: LoadedKit, path: Path) -> tuple[BrandSpec, list[dict[str, Any]]]:
    """The brand with its fields as the kit wants them, and what it holds beyond that, printed and as data."""
    lines = TomlLines(read_text(path).replace("\r\n", "\n"))
    brand, problems = fit_brand(read_brand(path), kit.manifest, kit.files, beside(path), path.name, lines)
    if has_errors(problems):
        raise KitRefused(problems)
    for problem in problems:
        click.echo(problem_line(problem), err=True)
    return brand, [problem.as_dict() for problem in problems]


def _check_choice(name: str, chosen: tuple[str, ...], known: tuple[str, ...]) -> None:
    for item in chosen:
        if item not in known:
            raise RenderError(f"render.unknown_{name}", f"The kit has no {name} {item!r}; it has {', '.join(known)}.")


def _explain(error: RenderError, filename: str | None) -> list[dict[str, Any]]:
    """Print what went wrong on the error stream; the same as data."""
    problems = error.problems if isinstance(error, KitRefused | TemplateFailed) else ()
    for problem in problems:
        click.echo(problem_line(problem), err=True)
    if not problems:
        click.echo(f"{filename or 'render'}: {error}", err=True)
    found = [problem.as_dict() for problem in problems]
    return found or [{"code": error.code, "message": error.message, "file": filename}]


def _render_all(
    kit: LoadedKit, brand: BrandSpec, locales: tuple[str, ...], assets: tuple[str, ...] | None, out: Path, quiet: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    fonts = load_fonts()
    todo = list(pieces(kit, locales, assets))
    out.mkdir(parents=True, exist_ok=True)
    report: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    console = Console(stderr=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Rendering", total=len(todo))
        for asset, output, locale in todo:
            launch = _launch(kit, brand, locale)
            try:
                piece = render_piece(kit, asset.id, output, locale, brand, launch, fonts)
                written = _write(piece, brand, launch, out)
            except RenderError as error:
                failures += _explain(error, piece_filename(asset, output, locale))
            else:
                report.append(_entry(piece, asset.id, locale, written))
                if not quiet:
                    for path in written:
                        progress.console.print(path.as_posix(), highlight=False, soft_wrap=True)
            progress.advance(task)
    return report, failures


def _launch(kit: LoadedKit, brand: BrandSpec, locale: str) -> LaunchSpec:
    """A launch whose pictures are the files that lie beside the mail."""
    launch = offline_launch(brand, kit)
    images = {
        asset.id: piece_filename(asset, asset.outputs[0], locale)
        for asset in kit.manifest.assets
        if asset.kind == "image" and asset.outputs
    }
    return replace(launch, links=replace(launch.links, images=MappingProxyType(images)))


def _write(piece: Piece, brand: BrandSpec, launch: LaunchSpec, out: Path) -> list[Path]:
    if piece.media_type != MAIL_MEDIA_TYPE:
        target = out / piece.filename
        target.write_bytes(piece.data)
        return [target]
    stem = piece.filename.removesuffix(".mail.json")
    message = _message(piece, stem, brand, launch)
    written = []
    for extension, data in (("eml", message), ("html", piece.parts["html"]), ("txt", piece.parts["text"])):
        target = out / f"{stem}.{extension}"
        target.write_bytes(data)
        written.append(target)
    return written


def _message(piece: Piece, stem: str, brand: BrandSpec, launch: LaunchSpec) -> bytes:
    values = preview_values(launch)
    headers = MailHeaders(
        from_name=brand.name,
        from_address=brand.email or "hello@example.com",
        to_name=f"{values['contact.first_name']} {values['contact.last_name']}",
        to_address=values["contact.email"],
        message_id=f"<{stem}.{piece.fingerprint[:16]}@throughline.invalid>",
        date=_WRITTEN,
        unsubscribe_url=values["link.unsubscribe"],
    )
    return merge_mail(CompiledMail.from_bytes(piece.data), headers, values)


def _entry(piece: Piece, asset: str, locale: str, written: list[Path]) -> dict[str, Any]:
    return {
        "asset": asset,
        "locale": locale,
        "files": [path.as_posix() for path in written],
        "media_type": piece.media_type,
        "fingerprint": piece.fingerprint,
        "bytes": len(piece.data),
        "warnings": [warning.as_dict() for warning in piece.warnings],
    }
