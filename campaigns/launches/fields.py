"""The values beyond the brand that a partner sets at a launch: checked against the kit, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.kit.field_rules import field_problem, unknown_fields
from renderer.kit.manifest import Manifest
from renderer.report import Problem


def settled(manifest: Manifest, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The values that differ from the kit's defaults, and what is wrong with any; `slot` names the field.

    A default is left out, so that each language takes its own translation of it.
    """
    known = {item.id: item for item in manifest.fields}
    problems = unknown_fields(known, given)
    values: dict[str, str] = {}
    for name, item in known.items():
        value = given.get(name, item.default).strip()
        if item.locked and value != item.default.strip():
            problems.append(Problem("field.locked", f"{item.label} is fixed by the vendor.", slot=name))
            value = item.default
        problem = field_problem(item, value)
        if problem:
            problems.append(problem)
        if value and value != item.default.strip():
            values[name] = value
    return values, problems
