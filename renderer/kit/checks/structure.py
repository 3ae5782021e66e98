"""What a kit must hold apart from its pictures: files all there and all used, brand rules kept, a landing page."""

from __future__ import annotations

import re

from renderer.kit.archive import KitFiles
from renderer.kit.json_lines import json_lines
from renderer.kit.load import MANIFEST, LoadedKit, catalog_paths, variant_paths
from renderer.kit.messages import TEMPLATE_SUFFIXES
from renderer.kit.toml_lines import TomlLines
from renderer.report import Problem

_ALWAYS_USED = re.compile(
    r"kit\.toml|(?:README|LICENSE|NOTICE|CHANGES)[^/]*|samples/.*|fonts/OFL.*|.*/(?:README|LICENSE)[^/]*", re.I
)
_FORM = re.compile(rb"\{\{-?\s*form\b")
_QUOTED = re.compile(r"""["']([^"'\n]{1,240})["']""")


def check_structure(kit: LoadedKit) -> list[Problem]:
    """Problems of the kit as a whole."""
    return [*_unused(kit), *_landing(kit), *_colours(kit), *_steps(kit)]


def manifest_lines(files: KitFiles) -> TomlLines:
    """The lines of a manifest that could be read."""
    return TomlLines(files.files[MANIFEST].decode("utf-8-sig").replace("\r\n", "\n"))


def _unused(kit: LoadedKit) -> list[Problem]:
    used = {path for locale in kit.manifest.locales for path in catalog_paths(locale)}
    for asset in kit.manifest.assets:
        for path in (asset.source, asset.layout):
            if path:
                used |= {path, *(variant for locale in kit.manifest.locales for variant in variant_paths(path, locale))}
    mentioned = _mentioned(kit)
    problems = []
    for path in sorted(kit.files.files):
        if path in used or _ALWAYS_USED.fullmatch(path) or path in mentioned or path.rsplit("/", 1)[-1] in mentioned:
            continue
        message = f"Nothing in the kit uses {path}; name it in kit.toml or take it out."
        problems.append(Problem("kit.unused_file", message, "warning", path))
    return problems


def _mentioned(kit: LoadedKit) -> set[str]:
    """Everything quoted in templates and layouts: includes and pictures are named that way."""
    names: set[str] = set()
    for path, data in kit.files.files.items():
        if path.endswith((*TEMPLATE_SUFFIXES, ".json")):
            for name in _QUOTED.findall(data.decode("utf-8", "replace")):
                names |= {name, name.removeprefix("./").removeprefix("../")}
    for layout in kit.layouts.values():
        names |= {slot.value for slot in layout.slots}
    return names


def _landing(kit: LoadedKit) -> list[Problem]:
    manifest = kit.manifest
    lines = manifest_lines(kit.files)
    pages = [asset for asset in manifest.assets if asset.kind == "landing"]
    if pages and manifest.landing is None:
        index = manifest.assets.index(pages[0])
        message = f"The kit has the landing page {pages[0].id!r} and no [landing] with its form and consent."
        return [
            Problem("landing.no_form", message, path=MANIFEST, line=lines.line(("asset", index)), asset=pages[0].id)
        ]
    if manifest.landing is None:
        return []
    problems = _form_places(kit, pages[0].source) if pages else []
    for locale in manifest.locales:
        catalog = kit.catalogs.get(locale)
        if locale != manifest.source_locale and not (catalog and catalog.find(manifest.landing.consent, "form")):
            message = f"The consent text is not translated into {locale}; nobody can agree to what they cannot read."
            line = lines.line(("landing", "consent"))
            problems.append(Problem("landing.consent_untranslated", message, path=MANIFEST, line=line, locale=locale))
    return problems


def _form_places(kit: LoadedKit, source: str) -> list[Problem]:
    """A warning where no page says where the form goes: it is put at the end then."""
    if any(_FORM.search(data) for path, data in kit.files.files.items() if path.endswith(".html")):
        return []
    message = "No page says where its form goes; it stands at the end. Write {{ form }} where it should be."
    return [Problem("landing.form_place", message, "warning", source, 1)]


def _colours(kit: LoadedKit) -> list[Problem]:
    if kit.manifest.brand.partner_colours:
        return []
    problems = []
    for path, layout in sorted(kit.layouts.items()):
        for index, slot in enumerate(layout.slots):
            if slot.colour.startswith("brand."):
                line = json_lines(kit.read(path).decode("utf-8-sig")).get(("slots", index))
                message = (
                    f"The slot takes {slot.colour}, but brand.partner_colours is false; give it a colour of its own."
                )
                problems.append(Problem("layout.partner_colour", message, path=path, line=line, slot=slot.id))
    return problems


def _steps(kit: LoadedKit) -> list[Problem]:
    lines = manifest_lines(kit.files)
    sent = {step.asset for step in kit.manifest.steps}
    problems = []
    for index, asset in enumerate(kit.manifest.assets):
        if asset.kind == "email" and asset.id not in sent:
            message = f"No [[step]] sends the mail {asset.id!r}."
            line = lines.line(("asset", index))
            problems.append(Problem("kit.mail_never_sent", message, "warning", MANIFEST, line, asset.id))
    return problems
