"""Reads a layout's JSON, checks it against assets/schemas/layout.v1.json, and says where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from renderer.kit.json_lines import Where, json_lines
from renderer.kit.layout import Layout, Slot
from renderer.kit.toml_table import did_you_mean
from renderer.report import Problem, has_errors

SCHEMA_PATH = Path(__file__).resolve().parents[2] / "assets" / "schemas" / "layout.v1.json"
MAX_LAYOUT = 2 * 1024 * 1024


@cache
def layout_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that the check and the visual editor share."""
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_bytes())
    return schema


def parse_layout(data: bytes, path: str) -> tuple[Layout | None, list[Problem]]:
    """The layout, or None where a problem is an error, and all problems by line."""
    if len(data) > MAX_LAYOUT:
        return None, [
            Problem("layout.too_large", f"The layout is larger than {MAX_LAYOUT >> 20} MB.", path=path, line=1)
        ]
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        lines = json_lines(text)
    except json.JSONDecodeError as error:
        return None, [
            Problem(
                "layout.syntax", f"This is not JSON: {error.msg}, column {error.colno}.", path=path, line=error.lineno
            )
        ]
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        return None, [Problem("layout.syntax", f"This is not JSON that can be used: {error}.", path=path, line=1)]
    problems = [_explain(error, path, lines) for error in Draft202012Validator(layout_schema()).iter_errors(content)]
    if not problems:
        problems += _check_ids(content["slots"], path, lines)
    if has_errors(problems):
        return None, sorted(problems, key=lambda problem: problem.line or 0)
    line = lines.get(("unit",), 1)
    layout = Layout(content["unit"], tuple(_slot(item) for item in content["slots"]), path, unit_line=line)
    return layout, _check_slots(layout, path, lines)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is there twice in one object")
    return result


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _slot(item: Mapping[str, Any]) -> Slot:
    values = {key: value for key, value in item.items() if key not in ("box", "locks")}
    x, y, w, h = (float(side) for side in item["box"])
    return Slot(**values, box=(x, y, w, h), locks=frozenset(item.get("locks", ())))


def _explain(error: ValidationError, path: str, lines: Mapping[Where, int]) -> Problem:
    where: Where = tuple(error.absolute_path)
    code, message = "layout.invalid", error.message[:300]
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
        unknown = [key for key in error.instance if key not in known]
        code = "layout.unknown_key"
        message = "; ".join(f"{key!r} is not a key that layouts know.{did_you_mean(key, known)}" for key in unknown)
        where = (*where, unknown[0])
    elif error.validator == "required":
        code, message = "layout.missing_key", f"{message}."
    elif where:
        message = f"`{_dotted(where)}`: {message}."
    slot = None
    if len(where) > 1 and where[0] == "slots" and isinstance(where[1], int):
        slot = f"#{where[1] + 1}"
    near = where
    while near not in lines:
        near = near[:-1]
    return Problem(code, message, path=path, line=lines[near], slot=slot)


def _dotted(where: Where) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _check_ids(slots: list[dict[str, Any]], path: str, lines: Mapping[Where, int]) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for index, slot in enumerate(slots):
        if slot["id"] in seen:
            problems.append(
                Problem(
                    "layout.duplicate_id",
                    f"Two slots are called {slot['id']!r}; ids must differ.",
                    path=path,
                    line=lines.get(("slots", index, "id")),
                    slot=slot["id"],
                )
            )
        seen.add(slot["id"])
    return problems


def _check_slots(layout: Layout, path: str, lines: Mapping[Where, int]) -> list[Problem]:
    problems = []
    for index, slot in enumerate(layout.slots):
        if slot.type == "text" and slot.overflow == "shrink" and slot.min_size > slot.size:
            problems.append(
                Problem(
                    "layout.min_size",
                    f"min_size {slot.min_size:g} is larger than size {slot.size:g}; text could never shrink.",
                    path=path,
                    line=lines.get(("slots", index)),
                    slot=slot.id,
                )
            )
    filled = [(index, slot) for index, slot in enumerate(layout.slots) if slot.type not in ("rule", "box")]
    for (_, first), (index, second) in combinations(filled, 2):
        if first.page == second.page and _overlap(first.box, second.box):
            problems.append(
                Problem(
                    "layout.overlap",
                    f"The slots {first.id!r} and {second.id!r} overlap on page {first.page}; what "
                    "they hold may collide.",
                    "warning",
                    path,
                    lines.get(("slots", index)),
                    slot=second.id,
                )
            )
    return problems


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
