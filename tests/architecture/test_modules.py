"""Modules are small, say what they own, and none is a drawer for odds and ends."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STOP = 400
JUNK = {"util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff"}
SOURCES = sorted(
    path
    for package in ("app", "campaigns", "renderer", "worker", "scripts")
    for path in (ROOT / package).rglob("*.py")
    if "versions" not in path.parts and "node_modules" not in path.parts
)


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 100


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_named_for_what_it_owns_and_says_so(path):
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines <= STOP, f"{lines} lines, a module stops at {STOP}: split it by subject"
    assert path.stem not in JUNK, "name a module for what it owns"
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module begins with what it owns"
