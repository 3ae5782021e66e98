"""Each known fault of the MJML package, mended."""

from __future__ import annotations

import re

import pytest

from renderer.email.mjml import compile_mjml
from renderer.errors import RenderError


def mjml(body: str, head: str = "", column: str = "") -> str:
    section = f"<mj-section><mj-column {column}>{body}</mj-column></mj-section>"
    return f"<mjml><mj-head>{head}</mj-head><mj-body>{section}</mj-body></mjml>"


def compiled(body: str, direction: str = "ltr", **parts: str) -> str:
    return compile_mjml(mjml(body, **parts), "ar" if direction == "rtl" else "en", direction)  # type: ignore[arg-type]


def test_inner_border_of_a_column_is_no_type_error() -> None:
    html = compiled("<mj-image src='https://a' alt='' />", column='inner-border="3px solid red" padding="10px"')
    assert "border:3px solid red" in html
    assert 'width="524"' in html  # 600 - 2 * 10 padding - 2 * 3 border - 2 * 25 of the picture


def test_divider_keeps_its_alignment_and_outlook_its_width() -> None:
    html = compiled('<mj-divider width="50%" align="right" padding="10px 20px" />')
    assert "margin:0px 0px 0px auto" in html
    outlook = re.search(r'<table align="right"[^>]*width="(\d+)px"', html)
    assert outlook is not None
    assert outlook.group(1) == "280"  # half of 600 - 40, as npm mjml 4 has it
    assert "margin:0px;" in compiled('<mj-divider align="left" />')


def test_entities_survive_in_attributes_and_text() -> None:
    image = '<mj-image src="https://a/?x=1&amp;y=2" alt="a &#34; onload=&#34;x &gt; &lt;b&gt;" />'
    html = compiled(f"{image}<mj-text>1 &lt; 2 &amp; 3</mj-text>")
    assert 'src="https://a/?x=1&amp;y=2"' in html
    assert 'alt="a &#34; onload=&#34;x &gt; &lt;b&gt;"' in html
    assert "1 &lt; 2 &amp; 3" in html


def test_child_selectors_keep_their_sign() -> None:
    assert "a > b { color: red }" in compiled("<mj-text>x</mj-text>", head="<mj-style>a > b { color: red }</mj-style>")


def test_inline_styles_are_inlined() -> None:
    head = '<mj-style inline="inline">.x { color: #123456 }</mj-style>'
    assert re.search(
        r'class="x" style="color: ?#123456', compiled('<mj-text><span class="x">x</span></mj-text>', head=head)
    )


def test_right_to_left() -> None:
    html = compiled('<mj-text>x</mj-text><mj-text align="left">y</mj-text>', "rtl")
    assert re.search(r'<html lang="ar" dir="rtl"', html)
    assert "direction:ltr" not in html
    assert html.count("text-align:right") == 1
    assert "direction:rtl" in html
    assert "direction:rtl" not in compiled("<mj-text>x</mj-text>")


def test_no_web_font_is_asked_for_unless_the_kit_names_one() -> None:
    assert "googleapis" not in compiled("<mj-text>x</mj-text>")
    head = '<mj-font name="Lato" href="https://fonts.example/lato" />'
    assert "https://fonts.example/lato" in compiled('<mj-text font-family="Lato">x</mj-text>', head=head)


def test_jinja_in_a_value_is_not_evaluated_by_the_compiler() -> None:
    assert "{{ 7*7 }}" in compiled("<mj-text>{{ 7*7 }}</mj-text>", head="<mj-title>{{ 7*7 }}</mj-title>")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (mjml('<mj-include path="/etc/passwd" />'), "mjml.include"),
        (mjml("<mj-txt>x</mj-txt>"), "mjml.unknown_tag"),
        ("<mjml></mjml>", "mjml.no_body"),
        ("<mj-body></mj-body>", "mjml.failed"),
        ("<mjml><mj-body>" + "<mj-section>" * 2000, "mjml.failed"),
        (mjml("<mj-divider width='x%' />"), "mjml.failed"),
    ],
)
def test_bad_mjml_has_a_code(source: str, code: str) -> None:
    with pytest.raises(RenderError) as caught:
        compile_mjml(source, "en", "ltr")
    assert caught.value.code == code
