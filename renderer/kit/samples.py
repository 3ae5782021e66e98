"""The preview brands of a kit, and a launch to go with a brand where there is no service."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from renderer.kit.archive import KitFiles
from renderer.kit.brand_fields import fit_brand, merged
from renderer.kit.brand_file import Reader, parse_brand
from renderer.kit.load import LoadedKit
from renderer.kit.toml_lines import TomlLines
from renderer.report import Problem
from renderer.spec import BrandSpec, LaunchSpec, Links

_PLAIN = """\
name = "Example Partner"
legal_name = "Example Partner Ltd"
tagline = "Close to you"
phone = "+1 555 0100"
email = "hello@example.com"
url = "https://example.com/"
address = "1 Example Street, Exampleton"
legal_line = "Example Partner Ltd, Exampleton"
colours = { primary = "#1f5f4f", secondary = "#e0a030" }
logos = { light = "plain.svg", dark = "plain.svg" }
"""
_PLAIN_LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80"><path fill="#767676"
d="M0 0h80v80h-80z M96 20h144v16h-144z M96 48h100v16h-100z"/></svg>"""  # a grey read on light and on dark alike


@dataclass(frozen=True, slots=True)
class Sample:
    """A preview brand of a kit, with a launch and a recipient to go with it."""

    id: str
    path: str
    brand: BrandSpec = field(repr=False)
    launch: LaunchSpec = field(repr=False)
    contact: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def offline_launch(brand: BrandSpec, kit: LoadedKit, *, vendor_name: str = "", starts_on: str = "") -> LaunchSpec:
    """A launch without a service: every address is the brand's own."""
    url = brand.url or "https://example.com/"
    assets = kit.manifest.assets
    links = Links(
        landing=url,
        qr=url,
        channels=MappingProxyType({item.channel: url for item in assets if item.channel}),
        files=MappingProxyType({item.id: url for item in assets}),
        images=MappingProxyType({item.id: url for item in assets if item.kind == "image"}),
    )
    vendor = vendor_name or kit.manifest.title
    starts = starts_on or (kit.manifest.valid_from.isoformat() if kit.manifest.valid_from else "2026-03-02")
    return LaunchSpec(kit.manifest.slug, vendor, "1 Example Street, 12345 Exampleton", starts, links)


def kit_samples(kit: LoadedKit) -> tuple[list[Sample], list[Problem]]:
    """The brands under samples/, or a plain one where there are none, and what is wrong with them."""
    samples: list[Sample] = []
    problems: list[Problem] = []
    paths = [path for path in sorted(kit.files.files) if path.startswith("samples/") and path.endswith(".toml")]
    defaults = {item.id: item.sample for item in kit.manifest.fields if item.sample}
    for path in paths:
        text = kit.read(path).decode("utf-8", "replace")
        brand, contact, found = parse_brand(text, path, _inside(kit.files, path))
        problems += found
        if brand is not None:
            lines = TomlLines(text.replace("\r\n", "\n"))
            filled, wrong = fit_brand(
                merged(defaults, brand), kit.manifest, kit.files, _inside(kit.files, path), path, lines
            )
            problems += wrong
            samples.append(
                Sample(Path(path).stem, path, filled, offline_launch(filled, kit), MappingProxyType(contact))
            )
    if not paths:
        message = "The kit has no samples/*.toml; it is tried with one plain brand only."
        problems.append(Problem("kit.no_samples", message, "warning", "samples/typical.toml"))
    if not samples:
        plain, _, _ = parse_brand(_PLAIN, "samples/typical.toml", lambda _: _PLAIN_LOGO)
        if plain is not None:
            filled = replace(plain, fields=MappingProxyType(defaults))
            samples.append(Sample("plain", "samples/typical.toml", filled, offline_launch(filled, kit)))
    return samples, problems


def _inside(files: KitFiles, beside: str) -> Reader:
    """Logos of a sample: beside it, or from the top of the kit."""

    def read(name: str) -> bytes:
        near = posixpath.normpath(posixpath.join(posixpath.dirname(beside), name))
        return files.files[near if near in files.files else posixpath.normpath(name)]

    return read
