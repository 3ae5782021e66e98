"""A kit ready to be rendered: its files with the manifest, layouts and catalogs read from them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from renderer.kit.archive import KitFiles, KitRefused
from renderer.kit.catalog import Catalog, parse_catalog
from renderer.kit.layout import Layout
from renderer.kit.layout_parse import parse_layout
from renderer.kit.manifest import Asset, Manifest
from renderer.kit.manifest_parse import parse_for_check
from renderer.kit.toml_lines import TomlLines
from renderer.report import Problem, has_errors

MANIFEST = "kit.toml"
_LAYOUT_SUFFIX = ".layout.json"


@dataclass(frozen=True, slots=True)
class LoadedKit:
    """A kit's files and what they say. `layouts` by path; `catalogs` by locale, one for each of the manifest's."""

    files: KitFiles = field(repr=False)
    manifest: Manifest
    layouts: Mapping[str, Layout] = field(repr=False)
    catalogs: Mapping[str, Catalog] = field(repr=False)
    notes: tuple[Problem, ...] = ()

    def read(self, path: str) -> bytes:
        """A file's bytes; KeyError if the kit has no such file."""
        return self.files.files[path]

    def source_for(self, asset: Asset, locale: str) -> str:
        """The path of the asset's source; a variant of the locale wins."""
        return _variant(self.files.files, asset.source, locale)

    def layout_for(self, asset: Asset, locale: str) -> Layout | None:
        """The asset's layout; a variant of the locale wins. None for what has none."""
        return self.layouts[_variant(self.files.files, asset.layout, locale)] if asset.layout else None

    def has_layout(self, asset: Asset, locale: str) -> bool:
        """False for what has no layout, and while a check meets one that is missing or broken."""
        return asset.layout is not None and _variant(self.files.files, asset.layout, locale) in self.layouts

    def text(self, text: str, locale: str, context: str | None = None) -> str:
        """A human-readable value of the manifest or a layout in `locale`, the source's where it is not translated."""
        catalog = self.catalogs.get(locale)
        return catalog.text(text, context) if catalog else text


def load_kit(files: KitFiles) -> LoadedKit:
    """Read a kit. Raises KitRefused with every problem if it cannot be used."""
    kit, problems = try_load(files)
    if kit is None or has_errors(problems):
        raise KitRefused(problems)
    return kit


def try_load(files: KitFiles) -> tuple[LoadedKit | None, list[Problem]]:
    """The kit as far as it can be read, with all problems; None where the manifest does not hold for the rest."""
    data = files.files.get(MANIFEST)
    if data is None:
        return None, [Problem("kit.no_manifest", "There is no kit.toml at the top of the kit.", path=MANIFEST)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem("manifest.encoding", "kit.toml is not UTF-8.", path=MANIFEST, line=line)]
    manifest, problems = parse_for_check(text, MANIFEST)
    layouts, layout_problems = _read_layouts(files)
    problems += layout_problems
    if manifest is None:
        return None, problems
    catalogs = {}
    for locale in manifest.locales:
        catalogs[locale], found = _read_catalog(files, locale)
        problems += found
    problems += _missing(files, manifest)
    problems += _units(manifest, layouts)
    kit = LoadedKit(files, manifest, layouts, catalogs, tuple(item for item in problems if item.severity != "error"))
    return kit, problems


def catalog_paths(locale: str) -> tuple[str, ...]:
    """Where a locale's catalog may lie; the first is where a new one is put."""
    spellings = dict.fromkeys((locale.replace("-", "_"), locale))
    return tuple(f"locales/{spelling}/LC_MESSAGES/kit.po" for spelling in spellings)


def variant_paths(path: str, locale: str) -> tuple[str, ...]:
    """The names a locale's variant of a file may have, best first: `a.pt-BR.pdf`, `a.pt_BR.pdf`, `a.pt.pdf`."""
    folder, name = posixpath.split(path)
    cut = len(name) - len(_LAYOUT_SUFFIX) if name.endswith(_LAYOUT_SUFFIX) else name.rfind(".")
    tags = dict.fromkeys((locale, locale.replace("-", "_"), locale.split("-", maxsplit=1)[0]))
    return tuple(posixpath.join(folder, f"{name[:cut]}.{tag}{name[cut:]}") for tag in tags)


def _variant(files: Mapping[str, bytes], path: str, locale: str) -> str:
    return next((candidate for candidate in variant_paths(path, locale) if candidate in files), path)


def _read_layouts(files: KitFiles) -> tuple[dict[str, Layout], list[Problem]]:
    layouts: dict[str, Layout] = {}
    problems: list[Problem] = []
    for path in sorted(files.files):
        if path.endswith(_LAYOUT_SUFFIX):
            layout, found = parse_layout(files.files[path], path)
            problems += found
            if layout is not None:
                layouts[path] = layout
    return layouts, problems


def _read_catalog(files: KitFiles, locale: str) -> tuple[Catalog, list[Problem]]:
    for path in catalog_paths(locale):
        if path in files.files:
            return parse_catalog(files.files[path], path, locale)
    return Catalog(locale), []


def _units(manifest: Manifest, layouts: Mapping[str, Layout]) -> list[Problem]:
    """A PDF is measured in mm, a picture in px; its variants too."""
    problems = []
    for asset in manifest.assets:
        unit = "mm" if asset.kind == "pdf" else "px"
        paths = [path for locale in manifest.locales for path in variant_paths(asset.layout or "", locale)]
        for path in dict.fromkeys([asset.layout or "", *paths]):
            layout = layouts.get(path)
            if layout is not None and layout.unit != unit:
                message = f"The layout of the {asset.kind} {asset.id!r} is in {unit}, this one in {layout.unit}."
                problems.append(Problem("layout.unit", message, path=path, line=layout.unit_line, asset=asset.id))
    return problems


def _missing(files: KitFiles, manifest: Manifest) -> list[Problem]:
    lines = TomlLines(files.files[MANIFEST].decode("utf-8-sig").replace("\r\n", "\n"))
    problems = []
    for index, asset in enumerate(manifest.assets):
        for key, path in (("source", asset.source), ("layout", asset.layout)):
            if path and path not in files.files:
                problems.append(
                    Problem(
                        "kit.missing_file",
                        f"The {key} {path!r} of {asset.id!r} is not in the kit.",
                        path=MANIFEST,
                        line=lines.line(("asset", index, key)),
                        asset=asset.id,
                        params={"file": path},
                    )
                )
            elif path and key == "layout" and not path.endswith(_LAYOUT_SUFFIX):
                problems.append(
                    Problem(
                        "manifest.bad_layout",
                        f"The layout {path!r} must end in {_LAYOUT_SUFFIX}.",
                        path=MANIFEST,
                        line=lines.line(("asset", index, key)),
                        asset=asset.id,
                    )
                )
    return problems
