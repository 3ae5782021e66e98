"""The values beyond the brand that a partner sets at a launch: checked against the kit, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from renderer.kit.manifest import KitField, Manifest
from renderer.report import Problem

_PHONE = re.compile(r"\+?[0-9 ()/.\-]{4,40}")


def _shape(item: KitField, value: str) -> str | None:
    """What is wrong with the shape of a value, None if nothing."""
    if item.type == "url":
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            return "It must be an address that begins with https://."
    if item.type == "phone" and not _PHONE.fullmatch(value):
        return "It must be a telephone number, for example +44 117 496 0182."
    if item.type == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return "It must be a day written as 2026-11-30."
    if item.type == "choice" and value not in item.choices:
        return f"It must be one of {', '.join(item.choices)}."
    return None


def _check(item: KitField, value: str) -> Problem | None:
    if not value:
        if item.required:
            return Problem("field.required", f"{item.label} is needed.", slot=item.id)
        return None
    if len(value) > item.max_chars:
        measured = {"measured": len(value), "needed": item.max_chars}
        message = f"{item.label} has {len(value)} characters, {item.max_chars} are the most. Shorten it."
        return Problem("field.too_long", message, slot=item.id, params=measured)
    wrong = _shape(item, value)
    return Problem("field.invalid", f"{item.label}: {wrong}", slot=item.id) if wrong else None


def settled(manifest: Manifest, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The values that differ from the kit's defaults, and what is wrong with any; `slot` names the field.

    A default is left out, so that each language takes its own translation of it.
    """
    known = {item.id: item for item in manifest.fields}
    problems = [
        Problem("field.unknown", f"The kit has no field {name!r}.", slot=name) for name in given if name not in known
    ]
    values: dict[str, str] = {}
    for name, item in known.items():
        value = given.get(name, item.default).strip()
        if item.locked and value != item.default.strip():
            problems.append(Problem("field.locked", f"{item.label} is fixed by the vendor.", slot=name))
            value = item.default
        problem = _check(item, value)
        if problem:
            problems.append(problem)
        if value and value != item.default.strip():
            values[name] = value
    return values, problems
