"""What a partner may write into a kit's fields: one rule for the command, the service and the kit's own defaults."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from renderer.kit.manifest import KitField
from renderer.report import Problem

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they disguise what stands after
_PHONE = re.compile(r"\+?[0-9 ()/.\-]{4,40}")


def wrong_shape(item: KitField, value: str) -> str | None:
    """What is wrong with the shape of a value that is not empty, None if nothing."""
    if item.type == "url":
        try:
            parts = urlsplit(value)
            fine = parts.scheme in ("https", "http") and bool(parts.hostname)
        except ValueError:
            fine = False
        return None if fine else "It must be an address that begins with https://."
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


def field_problem(item: KitField, value: str) -> Problem | None:
    """`field.required`, `field.too_long`, `field.control` or `field.invalid`; `slot` names the field."""
    if not value.strip():
        return Problem("field.required", f"{item.label} is needed.", slot=item.id) if item.required else None
    if item.type != "image" and len(value) > item.max_chars:
        measured = {"measured": len(value), "needed": item.max_chars}
        message = f"{item.label} has {len(value)} characters, {item.max_chars} are the most. Shorten it."
        return Problem("field.too_long", message, slot=item.id, params=measured)
    if any(_is_control(item, character) for character in value):
        message = f"{item.label} has a line break or an invisible control character in it. Type it anew."
        return Problem("field.control", message, slot=item.id)
    wrong = wrong_shape(item, value)
    return Problem("field.invalid", f"{item.label}: {wrong}", slot=item.id) if wrong else None


def _is_control(item: KitField, character: str) -> bool:
    """Line breaks belong to longer texts only; a title, a subject or a post's line has none."""
    if character in "\r\n\t":
        return item.type != "rich-text"
    return character in _TURNING or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def unknown_fields(known: Mapping[str, KitField], given: Mapping[str, str]) -> list[Problem]:
    """`field.unknown` for each name the kit does not know."""
    return [
        Problem("field.unknown", f"The kit has no field {name!r}.", slot=name) for name in given if name not in known
    ]
