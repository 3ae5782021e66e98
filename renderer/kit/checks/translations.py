"""How far a kit speaks each of its languages: catalogs, and the copy of PDFs and pictures that stays as it is."""

from __future__ import annotations

from renderer.kit.load import LoadedKit, catalog_paths, variant_paths
from renderer.kit.manifest import Asset
from renderer.kit.messages import coverage
from renderer.pdf.inspect import has_words
from renderer.report import Problem


def check_translations(kit: LoadedKit) -> list[Problem]:
    """A warning per locale that is not complete, a note per source that stays in the source language."""
    return [*_coverage(kit), *_source_language(kit)]


def _coverage(kit: LoadedKit) -> list[Problem]:
    problems = []
    for locale, share in coverage(kit).items():
        if share.translated == share.total:
            continue
        path = next((path for path in catalog_paths(locale) if path in kit.files.files), None)
        if path is None:
            message = f"There is no catalog for {locale}; `throughline kit messages` makes {catalog_paths(locale)[0]}."
            problems.append(
                Problem(
                    "catalog.missing",
                    message,
                    "warning",
                    catalog_paths(locale)[0],
                    1,
                    locale=locale,
                    params={"total": share.total},
                )
            )
            continue
        first = share.missing[0]
        message = (
            f"{share.translated} of {share.total} texts are translated into {locale}; the first that is not is "
            f"{first.text[:60]!r} ({first.path}:{first.line})."
        )
        params = {"translated": share.translated, "total": share.total}
        problems.append(Problem("catalog.incomplete", message, "warning", path, 1, locale=locale, params=params))
    return problems


def _source_language(kit: LoadedKit) -> list[Problem]:
    """One note per source with copy of its own, naming the locales that have no variant of it.

    Words in a PDF show as a font. Pixels do not say whether they are words: a picture whose text slots are
    translated is taken at its word, one without a text slot is named.
    """
    problems = []
    own = kit.manifest.source_locale
    for asset in kit.manifest.assets:
        if asset.kind not in ("pdf", "image"):
            continue
        if not _has_copy(kit, asset):
            continue
        same = [item for item in kit.manifest.locales if item != own and kit.source_for(asset, item) == asset.source]
        if same:
            message = (
                f"Words inside {asset.source} stay in {own} for {', '.join(same)}; only its text slots are translated. "
                f"A variant such as {variant_paths(asset.source, same[0])[0]} would replace it."
            )
            params = {"locales": same}
            problems.append(
                Problem("copy.source_language", message, "note", asset.source, asset=asset.id, params=params)
            )
    return problems


def _has_copy(kit: LoadedKit, asset: Asset) -> bool:
    if asset.kind == "pdf":
        return asset.source in kit.files.files and has_words(kit.read(asset.source))
    own = kit.manifest.source_locale
    layout = kit.layout_for(asset, own) if kit.has_layout(asset, own) else None
    return layout is None or not any(slot.type == "text" for slot in layout.slots)
