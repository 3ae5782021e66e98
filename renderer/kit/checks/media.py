"""The PDFs and pictures of a kit as they are handed in: what they hold, and whether the slots lie on them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from renderer.errors import RenderError
from renderer.image.inspect import inspect_image
from renderer.kit.checks.structure import manifest_lines
from renderer.kit.json_lines import json_lines
from renderer.kit.layout import Layout, Slot
from renderer.kit.load import MANIFEST, LoadedKit
from renderer.kit.manifest import Asset
from renderer.pdf.inspect import inspect_pdf
from renderer.report import Problem, has_errors

_TOLERANCE = 0.5  # mm or px that a slot may hang over the edge: rounding of the page's size
_ASPECT = 0.01  # as renderer.image.base takes it


def check_media(kit: LoadedKit) -> list[Problem]:
    """Problems of every PDF and picture an asset draws on, its variants included."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str | None], tuple[Asset, str]] = {}
    for asset in kit.manifest.assets:
        if asset.kind in ("pdf", "image"):
            for locale in kit.manifest.locales:
                layout = _layout(kit, asset, locale)
                key = (kit.source_for(asset, locale), layout.path if layout else None)
                seen.setdefault(key, (asset, locale))
    for (source, _), (asset, locale) in seen.items():
        if source not in kit.files.files:
            continue  # reported as missing by the reader
        layout = _layout(kit, asset, locale)
        found = _pdf(kit, asset, source, layout) if asset.kind == "pdf" else _image(kit, asset, source, layout)
        problems += found
    return problems


def _layout(kit: LoadedKit, asset: Asset, locale: str) -> Layout | None:
    """None where it is missing or broken, which is on record already."""
    return kit.layout_for(asset, locale) if kit.has_layout(asset, locale) else None


def _pdf(kit: LoadedKit, asset: Asset, source: str, layout: Layout | None) -> list[Problem]:
    data = kit.read(source)
    inspection = inspect_pdf(data, source)
    problems = list(inspection.problems)
    if not has_errors(problems):
        problems += _fonts(data, source, asset)
    if layout is not None:
        sizes = [page.size_mm for page in inspection.pages]
        problems += _slots_on_pages(kit, layout, sizes, asset) if sizes else []
    return problems


def _image(kit: LoadedKit, asset: Asset, source: str, layout: Layout | None) -> list[Problem]:
    try:
        facts = inspect_image(kit.read(source))
    except RenderError as error:
        return [Problem(error.code, error.message, path=source, asset=asset.id, params=error.params)]
    problems = []
    line = manifest_lines(kit.files).line(("asset", kit.manifest.assets.index(asset), "outputs"))
    for output in asset.outputs:
        if not output.width or not output.height:
            continue
        if abs((output.width / facts.width) / (output.height / facts.height) - 1) > _ASPECT:
            message = f"{source} is {facts.width} × {facts.height} and cannot become {output.name}: another shape."
            problems.append(Problem("image.aspect", message, path=MANIFEST, line=line, asset=asset.id))
        elif output.width > facts.width:
            message = f"{source} is {facts.width} × {facts.height}; {output.name} makes it larger and so less sharp."
            problems.append(Problem("image.enlarged", message, "warning", MANIFEST, line, asset.id))
    if layout is not None:
        problems += _slots_on_pages(kit, layout, [(float(facts.width), float(facts.height))], asset)
    return problems


def _slots_on_pages(
    kit: LoadedKit, layout: Layout, sizes: list[tuple[float, float]], asset: Asset
) -> Iterator[Problem]:
    for index, slot in enumerate(layout.slots):
        if slot.page > len(sizes):
            message = f"The slot stands on page {slot.page}; the file has {len(sizes)}."
            yield _at(kit, layout, index, "layout.page_missing", message, asset, slot)
            continue
        width, height = sizes[slot.page - 1]
        x, y, w, h = slot.box
        if x + w > width + _TOLERANCE or y + h > height + _TOLERANCE:
            edge = f"page {slot.page} at {width:.1f}, {height:.1f}"
            message = f"The slot ends at {x + w:g}, {y + h:g} {layout.unit}, {edge}."
            yield _at(kit, layout, index, "layout.off_page", message, asset, slot)


def _at(kit: LoadedKit, layout: Layout, index: int, code: str, message: str, asset: Asset, slot: Slot) -> Problem:
    lines = json_lines(kit.read(layout.path).decode("utf-8-sig"))
    line = lines.get(("slots", index), 1)
    return Problem(code, message, path=layout.path, line=line, asset=asset.id, slot=slot.id)


def _fonts(data: bytes, path: str, asset: Asset) -> Iterator[Problem]:
    """Fonts that the file only names: each reader would show another one in their place."""
    names: set[str] = set()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != pikepdf.Name.Font:
                continue
            kind = str(item.get("/Subtype", ""))
            if kind in ("/Type0", "/Type3"):
                continue  # the one's descendant is an object of its own, the other is drawn in the page
            descriptor = item.get("/FontDescriptor")
            embedded = isinstance(descriptor, pikepdf.Dictionary) and any(
                key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
            )
            if not embedded:
                names.add(str(item.get("/BaseFont", "/?")).lstrip("/"))
    for name in sorted(names):
        message = f"The font {name[:60]} is not embedded in {path}; save the PDF again with all fonts embedded."
        yield Problem("pdf.font_not_embedded", message, path=path, asset=asset.id, params={"font": name[:120]})
