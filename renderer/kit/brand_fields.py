"""The [fields] of a brand.toml against the fields of a kit: typing errors are named, pictures are read in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from renderer.errors import RenderError
from renderer.image.inspect import inspect_image
from renderer.kit.archive import KitFiles
from renderer.kit.brand_file import Reader
from renderer.kit.field_rules import field_problem, unknown_fields
from renderer.kit.manifest import KitField, Manifest
from renderer.kit.toml_lines import TomlLines
from renderer.report import Problem
from renderer.spec import BrandSpec

_MAX_PICTURE = 20 * 1024 * 1024


def fit_brand(
    brand: BrandSpec, manifest: Manifest, files: KitFiles, read: Reader, path: str, lines: TomlLines
) -> tuple[BrandSpec, list[Problem]]:
    """The brand with its picture fields as data URIs, and what is wrong with any field, by line.

    `field.unknown` and `field.locked` are warnings, since one brand serves several kits; `field.required`,
    `field.too_long`, `field.invalid` and `field.bad_picture` are errors. `read` gives a picture by its path.
    """
    known = {item.id: item for item in manifest.fields}
    problems = [replace(item, severity="warning") for item in unknown_fields(known, brand.fields)]
    values = dict(brand.fields)
    for name, item in known.items():
        given = brand.fields.get(name, "")
        if item.locked:
            if given and given != item.default:
                problems.append(Problem("field.locked", f"{item.label} is fixed by the vendor.", "warning", slot=name))
        elif item.type == "image" and given and given not in files.files and not given.startswith("data:"):
            try:
                values[name] = _address(read(given))
            except (OSError, KeyError, RenderError) as error:
                reason = error.message if isinstance(error, RenderError) else "It is not there."
                problems.append(Problem("field.bad_picture", f"{item.label}: {given!r:.100}. {reason}", slot=name))
        elif problem := _problem(item, given):
            problems.append(problem)
    placed = [replace(item, path=path, line=lines.line(("fields", item.slot or ""))) for item in problems]
    return replace(brand, fields=MappingProxyType(values)), placed


def _problem(item: KitField, given: str) -> Problem | None:
    return field_problem(item, given.strip() or item.default)


def _address(data: bytes) -> str:
    """A picture as a data URI. RenderError if it is none that a slot takes."""
    if len(data) > _MAX_PICTURE:
        raise RenderError("field.bad_picture", f"It is larger than {_MAX_PICTURE >> 20} MB.")
    kind = inspect_image(data).format
    if kind not in ("png", "jpeg", "webp"):
        raise RenderError("field.bad_picture", "It is no PNG, JPEG or WebP.")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def merged(defaults: Mapping[str, str], brand: BrandSpec) -> BrandSpec:
    """The brand with a kit's sample values where it has none of its own."""
    return replace(brand, fields=MappingProxyType({**defaults, **brand.fields}))
