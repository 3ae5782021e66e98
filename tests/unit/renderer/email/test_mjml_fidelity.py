"""Every MJML component as npm's mjml 4 compiles it, and a clear refusal of what we do not compile that way."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from renderer.email.lint import lint_source
from renderer.email.mjml import compile_mjml
from renderer.email.mjml_source import _CHILDREN
from renderer.errors import RenderError
from tests.factories.mjml_shape import shape_of

DATA = Path(__file__).parents[3] / "data" / "mjml"
COMPONENTS: dict[str, str] = tomllib.loads((DATA / "components.toml").read_text())
EXPECTED: dict[str, list[str]] = json.loads((DATA / "expected.json").read_text())["shapes"]


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_what_npm_makes_of_it(name: str) -> None:
    assert shape_of(compile_mjml(COMPONENTS[name], "en", "ltr")) == EXPECTED[name]


def test_the_shape_tells_one_mail_from_another() -> None:
    html = compile_mjml(COMPONENTS["section"], "en", "ltr")
    for old, new in (("overflow:hidden", ""), ("<![endif]-->", ""), ("Words", "Other"), ('width="600"', 'width="60"')):
        assert old in html
        assert shape_of(html.replace(old, new, 1)) != EXPECTED["section"]


def test_every_component_is_there() -> None:
    missing = {
        name for parent in _CHILDREN.values() for name in parent if f"<{name}" not in "".join(COMPONENTS.values())
    }
    assert not missing


def section(inside: str) -> str:
    return f"<mjml><mj-body><mj-section>{inside}</mj-section></mj-body></mjml>"


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("<mjml><mj-body><mj-section>", "mjml.unclosed", "<mj-section> is never closed"),
        (section("<mj-column></mj-text></mj-column>"), "mjml.unclosed", "</mj-text> closes nothing"),
        (section("<mj-text>x</mj-text>"), "mjml.misplaced", "<mj-text> cannot stand in <mj-section>"),
        (section("<mj-wrapper></mj-wrapper>"), "mjml.misplaced", "<mj-wrapper> cannot stand in <mj-section>"),
        (
            "<mjml><mj-head><mj-attributes><mj-class name='a'><mj-text color='red' /></mj-class></mj-attributes>"
            "</mj-head><mj-body></mj-body></mjml>",
            "mjml.class_children",
            "<mj-text> in <mj-class>",
        ),
    ],
)
def test_what_cannot_be_compiled_faithfully_is_refused(source: str, code: str, words: str) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        compile_mjml(source, "en", "ltr")
    assert caught.value.code == code


def test_a_sign_in_an_attribute_or_a_comment_is_no_tag() -> None:
    text = '<!-- <mj-section> --><mj-column><mj-image src="https://a" alt="a > b" /></mj-column>'
    assert "https://a" in compile_mjml(section(text), "en", "ltr")


def test_attributes_without_effect_are_named() -> None:
    source = section('\n<mj-column>\n<mj-text colour="{{ brand.colours.primary }}" css-class="x" {% if a %}align="left"'
                     "{% endif %}>x</mj-text></mj-column>")  # fmt: skip
    assert [(item.code, item.line, item.severity) for item in lint_source(source, "email/a.mjml")] == [
        ("mjml.unknown_attribute", 3, "warning")
    ]
    assert "Did you mean 'color'?" in lint_source(source, "email/a.mjml")[0].message
    assert not [item for text in COMPONENTS.values() for item in lint_source(text, "a") if item.code != "mail.no_alt"]
