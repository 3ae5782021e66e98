"""Runs, coverage and refusals of one shaped line."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import RenderError
from renderer.text.fonts import FontBook
from renderer.text.shaping import clean_text, shape_line


def faces(text: str, fonts: FontBook, locale: str) -> list[str]:
    return [run.face.id for run in shape_line(text, "sans", 10, fonts, locale).runs]


def test_han_shapes_follow_the_language(fonts: FontBook) -> None:
    assert faces("直", fonts, "ja") == ["NotoSansJP-Regular"]
    assert faces("直", fonts, "zh-Hans") == ["NotoSansSC-Regular"]
    assert faces("직", fonts, "ko") == ["NotoSansKR-Regular"]
    assert [face.id for face in fonts.chain("serif-bold", "ar")][:2] == ["NotoSerif-Bold", "NotoNaskhArabic-Bold"]


def test_marks_and_joiners_stay_with_their_base(fonts: FontBook) -> None:
    line = shape_line("क\u094dष e\u0301 x\u0301", "sans", 10, fonts, "hi")
    assert "क\u094dष" in line.runs[0].text
    assert line.runs[-1].text.endswith("x\u0301")


def test_symbols_come_from_a_fallback(fonts: FontBook) -> None:
    assert shape_line("✓ → • ✉ √ 12 ฿", "sans", 10, fonts, "de").width > 0


@pytest.mark.parametrize("invisible", ["\u200d", "\ufeff", "\u00ad", "\u2067", "\ufe0f"])
def test_ignorables_are_no_missing_glyph(invisible: str, fonts: FontBook) -> None:
    plain = shape_line("ab", "sans", 10, fonts, "en")
    assert shape_line(f"a{invisible}b", "sans", 10, fonts, "en").width == pytest.approx(plain.width)


def test_a_missing_glyph_is_named_and_refused(fonts: FontBook) -> None:
    with pytest.raises(RenderError) as caught:
        shape_line("Grüße 😀 ꀀ", "sans", 10, fonts, "de")
    assert caught.value.code == "text.glyph_missing"
    assert caught.value.params["characters"] == ["😀", "ꀀ"]
    assert "U+1F600 GRINNING FACE" in caught.value.message


def test_controls_are_taken_out_with_a_warning() -> None:
    text, warnings = clean_text("a\x00b\tc\r\nd\u2028e", "headline")
    assert text == "ab c\nd\ne"
    assert [(problem.code, problem.severity, problem.slot) for problem in warnings] == [
        ("text.control_removed", "warning", "headline")
    ]


@pytest.mark.parametrize("bad", ["\ud800", "\ufffe", "\ufdd0"])
def test_what_is_no_character_is_refused(bad: str) -> None:
    with pytest.raises(RenderError, match=r"text\.invalid"):
        clean_text(f"a{bad}")


def test_arabic_joins_across_a_change_of_font(fonts: FontBook) -> None:
    joined = shape_line("بب", "sans", 10, fonts, "ar").runs[0].glyphs
    apart = [shape_line("ب", "sans", 10, fonts, "ar").runs[0].glyphs[0].gid] * 2
    assert [glyph.gid for glyph in joined] != apart


def test_digest_follows_the_files(fonts: FontBook, tmp_path: Path) -> None:
    for name in ("NotoSans-Regular", "NotoSans-Bold"):
        (tmp_path / f"{name}.ttf").write_bytes(fonts.face(name).path.read_bytes())
    first = FontBook.load(tmp_path).digest
    assert first != fonts.digest
    assert FontBook.load(tmp_path).digest == first
    (tmp_path / "Other.ttf").write_bytes(b"x")
    assert FontBook.load(tmp_path).digest != first


def test_an_empty_directory_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="vendor_assets"):
        FontBook.load(tmp_path)
