"""Layouts: schema, lines, ids, overlaps."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from renderer.kit.json_lines import json_lines
from renderer.kit.layout_parse import layout_schema, parse_layout
from tests.factories.kits import SHEET_LAYOUT


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(layout_schema())


def test_a_whole_layout() -> None:
    layout, problems = parse_layout(SHEET_LAYOUT.encode(), "a.layout.json")
    assert problems == []
    assert layout is not None
    assert [slot.id for slot in layout.slots] == ["logo", "call", "code"]
    assert layout.slots[0].box == (10.0, 10.0, 40.0, 20.0)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('"id": "call"', '"id": "call", "colr": "#000000"', "layout.unknown_key", 3),
        ('"type": "text"', '"type": "txt"', "layout.invalid", 3),
        ('"box": [10, 40, 80, 20]', '"box": [10, 40, 80]', "layout.invalid", 3),
        ('"box": [10, 40, 80, 20]', '"box": [10, 40, 0, 20]', "layout.invalid", 3),
        (', "value": "{{ link.qr }}"', "", "layout.missing_key", 4),
        ('"colour": "brand.primary"', '"colour": "red"', "layout.invalid", 3),
        ('"id": "code"', '"id": "call"', "layout.duplicate_id", 4),
        ('"unit": "mm"', '"unit": "cm"', "layout.invalid", 1),
        ('"id": "call"', '"id": "call", "id": "x"', "layout.syntax", 1),
        ('"schema": 1,', '"schema": NaN,', "layout.syntax", 1),
        ('"schema": 1,', '"schema": 1', "layout.syntax", 1),
        ('"value": "Talk', '"value": "{{ brand.name }} "Talk', "layout.syntax", 3),
    ],
)
def test_a_fault_has_its_code_and_line(old: str, new: str, code: str, line: int) -> None:
    assert old in SHEET_LAYOUT
    layout, problems = parse_layout(SHEET_LAYOUT.replace(old, new, 1).encode(), "a.layout.json")
    assert layout is None
    assert (code, line) in [(item.code, item.line) for item in problems]


def test_overlap_is_a_warning() -> None:
    layout, problems = parse_layout(SHEET_LAYOUT.replace("[10, 40, 80, 20]", "[10, 25, 80, 20]").encode(), "a")
    assert layout is not None
    assert [(item.code, item.severity, item.slot) for item in problems] == [("layout.overlap", "warning", "call")]


def test_min_size_above_size_is_refused_with_a_line() -> None:
    _, problems = parse_layout(SHEET_LAYOUT.replace('"value": "Talk', '"size": 5, "value": "Talk').encode(), "a")
    assert [(item.code, item.line) for item in problems] == [("layout.min_size", 3)]


def test_deep_nesting_is_refused() -> None:
    assert parse_layout(b"[" * 100_000, "a")[1][0].code == "layout.syntax"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON, st.integers(0, 2))
def test_lines_of_any_json(value: object, indent: int) -> None:
    text = json.dumps(value, indent=indent or None, ensure_ascii=False)
    lines = json_lines(text)
    rows = text.split("\n")

    def walk(where: tuple[str | int, ...], item: object) -> None:
        if isinstance(item, dict):
            for key, inner in item.items():
                assert json.dumps(key, ensure_ascii=False) in rows[lines[(*where, key)] - 1]
                walk((*where, key), inner)
        elif isinstance(item, list):
            for index, inner in enumerate(item):
                assert (*where, index) in lines
                walk((*where, index), inner)

    walk((), value)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_no_json_breaks_the_reader(value: object) -> None:
    layout, problems = parse_layout(json.dumps({"schema": 1, "unit": "mm", "slots": value}).encode(), "a")
    assert layout is not None or all(item.line for item in problems)
