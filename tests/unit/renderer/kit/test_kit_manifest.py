"""kit.toml: every problem at once, each with its line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.kit.manifest import Output
from renderer.kit.manifest_parse import parse_manifest
from renderer.kit.toml_lines import TomlLines
from tests.factories.kits import MANIFEST


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_a_whole_manifest() -> None:
    manifest, problems = parse_manifest(MANIFEST)
    assert problems == []
    assert manifest is not None
    assert manifest.valid_from == date(2026, 3, 1)
    assert manifest.asset("banner").outputs == (Output("jpeg", 300, 160), Output("png"))
    assert manifest.asset("sheet").outputs == (Output("pdf"),)
    assert manifest.steps[1].wait == timedelta(days=3)
    assert manifest.landing is not None
    assert [(item.id, item.type, item.autocomplete) for item in manifest.landing.form] == [
        ("name", "text", "name"),
        ("email", "email", "email"),
    ]
    assert manifest.funds is not None
    assert (manifest.funds.estimated_cost_minor, manifest.funds.currency) == (12050, "EUR")


def test_an_estimate_is_kept_in_the_minor_units_of_iso_4217() -> None:
    manifest, problems = parse_manifest(MANIFEST.replace("120.50 EUR", "120.50 RSD"))
    assert problems == []
    assert manifest is not None
    assert manifest.funds is not None
    assert (manifest.funds.estimated_cost_minor, manifest.funds.currency) == (12050, "RSD")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('title = "Spring"', 'titel = "Spring"', "manifest.unknown_key"),
        ('title = "Spring"', 'titel = "Spring"', "manifest.missing_key"),
        ("schema = 1", "schema = 2", "manifest.schema"),
        ('slug = "spring"', 'slug = "Spring Launch"', "manifest.bad_id"),
        ('locales = ["en", "de", "ar"]', 'locales = ["en", "xx-klingon", "ar"]', "manifest.bad_locale"),
        ('locales = ["en", "de", "ar"]', 'locales = ["en", "pt_br", "ar"]', "manifest.bad_locale"),
        ('id = "offer"', 'id = "my-offer"', "manifest.bad_id"),
        ('kind = "pdf"', 'kind = "flyer"', "manifest.bad_choice"),
        ('"jpeg@300x160"', '"gif@300x160"', "manifest.bad_output"),
        ('"jpeg@300x160"', '"jpeg@99999x99999"', "manifest.bad_output"),
        ('id = "banner"', 'id = "sheet"', "manifest.duplicate_id"),
        ('send_if = "not_clicked:invite"', 'send_if = "not_clicked:later"', "manifest.unknown_step"),
        ('send_if = "not_clicked:invite"', 'send_if = "maybe"', "manifest.bad_condition"),
        ('wait = "3d"', 'wait = "3 days"', "manifest.bad_wait"),
        ('estimated_cost = "120.50 EUR"', 'estimated_cost = "120.505 EUR"', "manifest.bad_money"),
        ('estimated_cost = "120.50 EUR"', 'estimated_cost = "1.5 JPY"', "manifest.bad_money"),
        ('estimated_cost = "120.50 EUR"', 'estimated_cost = "120 XAU"', "manifest.bad_money"),
        ('estimated_cost = "120.50 EUR"', 'estimated_cost = "1e17 EUR"', "manifest.bad_money"),
        ('version = "1.0.0"', "version = 1.0", "manifest.wrong_type"),
        ('source = "posts/x.txt"', 'source = "posts/x.doc"', "manifest.bad_source"),
        ('asset = "landing"', 'asset = "sheet"', "manifest.unknown_asset"),
    ],
)
def test_a_fault_has_its_code_and_line(old: str, new: str, code: str) -> None:
    text = MANIFEST.replace(old, new, 1)
    manifest, problems = parse_manifest(text)
    assert manifest is None
    found = next(problem for problem in problems if problem.code == code)
    assert found.path == "kit.toml"
    if code != "manifest.missing_key":
        assert found.line == line_of(text, new) or text.splitlines()[found.line - 1].strip() in new


def test_what_may_be_left_out_or_written_shortly() -> None:
    text = MANIFEST.replace('locales = ["en", "de", "ar"]', 'locales = ["de", "ar"]')
    text = text.replace('summary = "A small campaign"\n', "").replace('channel = "x"\n', "")
    text = text.replace('send_if = "not_clicked:invite"', 'stop_on = "form"')
    form = text.index("[[landing.form]]")
    text = text[:form] + 'form = ["name", "email"]\n' + text[text.index("[funds]") :]
    manifest, problems = parse_manifest(text)
    assert manifest is not None
    assert [(item.code, item.severity, item.line) for item in problems] == [
        ("manifest.source_locale_missing", "warning", 6)
    ]
    assert manifest.locales == ("en", "de", "ar")
    assert manifest.asset("post-x").channel == "x"
    assert manifest.steps[1].stop_on == ("form",)
    assert manifest.landing is not None
    assert [(item.id, item.type, item.label) for item in manifest.landing.form] == [
        ("name", "text", "Name"),
        ("email", "email", "Email"),
    ]


def test_a_field_of_type_date_takes_a_day_of_toml() -> None:
    text = MANIFEST.replace('default = "Save this spring"', 'type = "date"\ndefault = 2026-05-01')
    manifest, problems = parse_manifest(text)
    assert not problems
    assert manifest is not None
    assert manifest.fields[0].default == "2026-05-01"


def test_unknown_keys_say_what_was_meant() -> None:
    _, problems = parse_manifest(MANIFEST.replace("max_chars", "max_char"))
    assert [(item.code, item.line) for item in problems] == [("manifest.unknown_key", line_of(MANIFEST, "max_chars"))]
    assert "Did you mean 'max_chars'?" in problems[0].message


def test_all_problems_come_at_once_in_order() -> None:
    text = MANIFEST.replace('kind = "pdf"', 'kind = "flyer"').replace('wait = "3d"', 'wait = "x"')
    text = text.replace('slug = "spring"', 'slug = ""')
    _, problems = parse_manifest(text)
    assert {"manifest.empty_value", "manifest.bad_choice", "manifest.bad_wait"} <= {item.code for item in problems}
    assert [item.line for item in problems] == sorted(item.line or 0 for item in problems)


@pytest.mark.parametrize(
    ("text", "line"), [("a = \n", 1), ("a = 1\nb = [", 2), ("x = 'a'\nx = 'b'\n", 2), ("[" * 5000, 1)]
)
def test_no_toml_has_a_line(text: str, line: int) -> None:
    manifest, problems = parse_manifest(text)
    assert manifest is None
    assert [(item.code, item.line) for item in problems] == [("manifest.syntax", line)]


def test_lines_through_strings_arrays_and_inline_tables() -> None:
    text = '''# [comment]
a.b = """
[not]
x = 1
"""
[[t]]
k = [ # comment ]
  "]", '#',
  {u = 1, "v w" = 2},
]
[[t]]
[t.sub]
z = 1
[[t.deep]]
y = '\\'
[[t.deep]]
y = 2
'''
    lines = TomlLines(text)
    assert lines.line(("a", "b")) == 2
    assert lines.line(("t", 0, "k")) == 7
    assert lines.line(("t", 0, "k", 1)) == 8
    assert lines.line(("t", 0, "k", 2, "v w")) == 9
    assert lines.line(("t", 1)) == 11
    assert lines.line(("t", 1, "sub", "z")) == 13
    assert lines.line(("t", 1, "deep", 1, "y")) == 17
    assert lines.line(("t", 1, "sub", "z", "nothing")) == 13


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    manifest, problems = parse_manifest(text)
    assert manifest is None
    assert problems
    assert all(item.line for item in problems)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(MANIFEST)), st.integers(0, 40), st.sampled_from(["", "[[", "\n", "=", '"', "x = {}\n", "'''"])
)
def test_no_damage_breaks_the_reader(at: int, cut: int, put: str) -> None:
    _, problems = parse_manifest(MANIFEST[:at] + put + MANIFEST[at + cut :])
    assert all(item.line for item in problems)
