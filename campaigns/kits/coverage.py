"""The coverage table of a kit: for each piece and locale whether it is translated and whether it fits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from renderer.kit.archive import KitFiles
from renderer.kit.load import LoadedKit, variant_paths
from renderer.kit.manifest import Asset
from renderer.kit.messages import KIT_CONTEXT, Message, coverage, extract_messages
from renderer.report import Problem

CellState = Literal["fits", "overflows", "partial", "missing", "translated", "failed"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One piece in one locale. `over` is the largest excess, `unit` its unit (mm, px, chars or empty)."""

    state: CellState
    translated: int
    total: int
    over: float | None = None
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, without empty members."""
        full = {"state": self.state, "translated": self.translated, "total": self.total, "over": self.over}
        return {key: value for key, value in (full | {"unit": self.unit}).items() if value not in (None, "")}


def _own_messages(kit: LoadedKit, asset: Asset) -> list[Message]:
    """The texts of one piece: its template and what that includes, its layout, its subject, its form."""
    manifest = kit.manifest
    landing = manifest.landing if manifest.landing and manifest.landing.asset == asset.id else None
    others = {
        path for other in manifest.assets if other.id != asset.id for path in (other.source, other.layout) if path
    }
    files = {path: data for path, data in kit.files.files.items() if path == asset.source or path not in others}
    alone = replace(
        kit,
        files=KitFiles(files, kit.files.digest),
        manifest=replace(manifest, title="", summary="", fields=(), assets=(asset,), landing=landing),
    )
    named = _mentioned(kit, asset)
    return [
        message
        for message in extract_messages(alone)
        if message.path in (asset.source, asset.layout, "kit.toml") or message.path in named
    ]


def _mentioned(kit: LoadedKit, asset: Asset) -> set[str]:
    """Templates whose names stand in the piece's own source: its includes."""
    data = kit.files.files.get(asset.source, b"")
    if asset.kind in ("pdf", "image"):
        return set()
    return {path for path in kit.files.files if path.rsplit("/", 1)[-1].encode() in data and path != asset.source}


def _excess(problem: Problem) -> tuple[float | None, str]:
    for key, value in problem.params.items():
        if key.startswith("over_") and isinstance(value, int | float):
            return float(value), key.removeprefix("over_")
    return None, ""


def _is_overflow(problem: Problem) -> bool:
    return "overflow" in problem.code or "does_not_fit" in problem.code


def _cell(
    kit: LoadedKit, asset: Asset, locale: str, messages: list[Message], problems: Iterable[Problem], drawn: bool
) -> Cell:
    own = [item for item in problems if item.asset == asset.id and item.locale in (locale, None)]
    whole = locale == kit.manifest.source_locale or any(
        path in kit.files.files for path in (*variant_paths(asset.source, locale), *_layout_variants(asset, locale))
    )
    catalog = kit.catalogs.get(locale)
    total = len(messages)
    done = total if whole else sum(1 for item in messages if catalog and catalog.find(item.text, item.context))
    overflows = [item for item in own if _is_overflow(item) and item.severity == "error"]
    if overflows:
        over, unit = max((_excess(item) for item in overflows), key=lambda pair: pair[0] or 0.0)
        return Cell("overflows", done, total, over, unit)
    if any(item.severity == "error" for item in own):
        return Cell("failed", done, total)
    if total and done == 0:
        return Cell("missing", done, total)
    if done < total:
        return Cell("partial", done, total)
    return Cell("fits" if drawn else "translated", done, total)


def _layout_variants(asset: Asset, locale: str) -> tuple[str, ...]:
    return variant_paths(asset.layout, locale) if asset.layout else ()


def table(kit: LoadedKit, problems: Iterable[Problem], *, drawn: bool) -> dict[str, Any]:
    """`{"locales": {locale: percent}, "pieces": {asset: {locale: cell}}, "texts": {locale: {title, summary}}}`.

    `drawn` if every piece was rendered. The texts let lists speak the reader's language without opening the kit.
    """
    listed = list(problems)
    percent: Mapping[str, int] = {
        locale: 100 if not item.total else item.translated * 100 // item.total for locale, item in coverage(kit).items()
    }
    pieces: dict[str, dict[str, Any]] = {}
    for asset in kit.manifest.assets:
        messages = _own_messages(kit, asset)
        pieces[asset.id] = {
            locale: _cell(kit, asset, locale, messages, listed, drawn).as_dict() for locale in kit.manifest.locales
        }
    return {"locales": dict(percent), "pieces": pieces, "texts": _texts(kit)}


def _texts(kit: LoadedKit) -> dict[str, dict[str, str]]:
    manifest = kit.manifest
    return {
        locale: {
            "title": kit.text(manifest.title, locale, KIT_CONTEXT),
            "summary": kit.text(manifest.summary, locale, KIT_CONTEXT),
        }
        for locale in manifest.locales
    }
