"""Fitting: wrapping, shrinking, cutting, aligning, and the measures in a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from renderer.errors import RenderError
from renderer.kit.layout import Slot
from renderer.spec import FilledSlot
from renderer.text.fit import FittedText, fit_text
from renderer.text.fonts import FontBook

MM = 25.4 / 72
LONG = "Quiet heat for homes that never slept well in winter — by Osterly Heating"


def fitted(fonts: FontBook, text: str, locale: str = "en", unit: float = 1.0, **options: Any) -> FittedText:
    slot = Slot("s", "text", options.pop("box", (0, 0, 200, 60)), **options)
    return fit_text(FilledSlot(slot, "#000000", text), fonts, locale, unit_per_size=unit)


def test_wraps_at_spaces_and_stays_inside(fonts: FontBook) -> None:
    result = fitted(fonts, LONG, size=14)
    assert len(result.lines) == 3
    assert " ".join(line.text for line in result.lines) == LONG
    assert all(line.x >= 0 and line.x + line.width <= 200.2 for line in result.lines)
    assert result.lines[-1].baseline <= 60


def test_shrinks_in_quarters_to_the_largest_that_fits(fonts: FontBook) -> None:
    result = fitted(fonts, LONG, size=24, min_size=6)
    assert result.size < 24
    assert result.size * 4 == int(result.size * 4)
    with pytest.raises(RenderError):
        fitted(fonts, LONG, size=result.size + 0.25, overflow="fail")
    assert fitted(fonts, LONG, size=result.size, overflow="fail").size == result.size


def test_least_size_between_the_quarters_is_tried(fonts: FontBook) -> None:
    width = fitted(fonts, "Osterly", size=6.1, box=(0, 0, 500, 10)).lines[0].width
    assert fitted(fonts, "Osterly", size=9, min_size=6.1, box=(0, 0, width, 8)).size == 6.1


def test_refusal_says_measured_and_needed_in_layout_units(fonts: FontBook) -> None:
    with pytest.raises(RenderError) as caught:
        fitted(fonts, "Donaudampfschifffahrtsgesellschaft", unit=MM, size=12, min_size=8, box=(0, 0, 20, 5))
    error = caught.value
    assert error.code == "text.overflow"
    assert error.params["slot"] == "s"
    needed = fitted(fonts, "Donaudampfschifffahrtsgesellschaft", size=8, box=(0, 0, 900, 60)).lines[0].width * MM
    assert error.params["needed_width"] == pytest.approx(needed, abs=0.01)
    assert "20.0 mm there" in error.message


def test_truncation_ends_with_an_ellipsis_and_a_warning(fonts: FontBook) -> None:
    result = fitted(fonts, LONG, size=14, overflow="truncate", box=(0, 0, 200, 20))
    assert [line.text[-1] for line in result.lines] == ["…"]
    assert [problem.code for problem in result.warnings] == ["text.truncated"]
    assert result.lines[0].width <= 200.2


def test_truncation_cuts_a_word_wider_than_the_box(fonts: FontBook) -> None:
    result = fitted(fonts, "Donaudampfschifffahrtsgesellschaft", size=20, overflow="truncate", box=(0, 0, 90, 60))
    assert result.lines[0].text.startswith("Donau")
    assert result.lines[0].width <= 90.3


@pytest.mark.parametrize(
    ("text", "locale", "align", "left"),
    [
        ("Osterly", "en", "start", True),
        ("Osterly", "en", "end", False),
        ("نسيم", "ar", "start", False),
        ("نسيم", "ar", "end", True),
        ("نسيم", "ar", "left", True),
        ("+971 4 555 0101", "ar", "start", False),
        ("+971 4 555 0101", "en", "start", True),
    ],
)
def test_start_and_end_follow_the_text(text: str, locale: str, align: Any, left: bool, fonts: FontBook) -> None:
    line = fitted(fonts, text, locale, size=10, align=align).lines[0]
    assert line.x == pytest.approx(0 if left else 200 - line.width)


def test_vertical_alignment(fonts: FontBook) -> None:
    tops = [fitted(fonts, "Hx", size=10, valign=valign).lines[0].baseline for valign in ("top", "middle", "bottom")]
    assert tops[1] - tops[0] == pytest.approx(25)
    assert tops[2] - tops[0] == pytest.approx(50)


def test_explicit_breaks_are_kept_and_empty_text_draws_nothing(fonts: FontBook) -> None:
    assert [line.text for line in fitted(fonts, "one\r\n\ntwo\n", size=10).lines] == ["one", "", "two"]
    assert fitted(fonts, "  \n ", size=10).runs == ()


def test_figures_keep_their_unit(fonts: FontBook) -> None:
    for width in range(40, 140, 3):
        try:
            result = fitted(fonts, "Heat from 12\u00a0km away", size=12, overflow="fail", box=(0, 0, width, 90))
        except RenderError:
            continue
        assert any("12\u00a0km" in line.text for line in result.lines)


def test_kinsoku_and_phrases_in_japanese(fonts: FontBook) -> None:
    text = "家庭のお客さまに、静かで省エネな暖房をご提案します。"
    for width in range(60, 330, 7):
        result = fitted(fonts, text, "ja", size=14, overflow="fail", box=(0, 0, width, 400))
        starts = {line.text[0] for line in result.lines}
        assert not starts & set("、。ゃー")
    phrases = fitted(fonts, text, "ja", size=14, overflow="fail", box=(0, 0, 175, 400))
    assert [line.text for line in phrases.lines] == ["家庭のお客さまに、静かで", "省エネな暖房を", "ご提案します。"]


def test_thai_breaks_between_words(fonts: FontBook) -> None:
    result = fitted(fonts, "ระบบทำความร้อนที่เงียบและประหยัดพลังงาน", "th", size=14, box=(0, 0, 120, 100))
    assert len(result.lines) > 1
    assert [line.text[0] for line in result.lines[1:]] != ["่"]


def test_soft_hyphen_shows_only_where_it_breaks(fonts: FontBook) -> None:
    word = "Schiff\u00adfahrt"
    assert [line.text for line in fitted(fonts, word, size=14, box=(0, 0, 60, 60)).lines] == ["Schiff-", "fahrt"]
    whole = fitted(fonts, word, size=14).lines
    assert whole[0].width == pytest.approx(fitted(fonts, "Schifffahrt", size=14).lines[0].width)


def test_phone_numbers_keep_their_order_in_arabic(fonts: FontBook) -> None:
    line = fitted(fonts, "هاتف +971 4 555 0101", "ar", size=12, box=(0, 0, 300, 20)).lines[0]
    number = "".join(run.text for run in line.runs if not run.rtl)
    assert number.strip("\u2066\u2069") == "+971 4 555 0101"


def test_same_text_fits_the_same_way_twice(fonts: FontBook) -> None:
    assert fitted(fonts, LONG, size=24) == fitted(fonts, LONG, size=24)


def test_a_latin_apostrophe_is_no_place_to_break(fonts: FontBook) -> None:
    text = "Les coûts d’exploitation baissent d’environ un tiers"
    lines = [fitted(fonts, text, "fr", size=14, box=(0, 0, width, 200)).lines for width in range(110, 190, 4)]
    assert not [line.text for some in lines for line in some if line.text.endswith("’")]


def test_no_word_stands_alone_where_the_line_before_can_spare_one(fonts: FontBook) -> None:
    text = "with a flow of up to 70 for old radiators"
    full = fitted(fonts, "with a flow of up to 70 for old", size=14, box=(0, 0, 500, 20)).lines[0].width
    result = fitted(fonts, text, size=14, box=(0, 0, full + 2, 60))
    assert [line.text for line in result.lines] == ["with a flow of up to 70 for", "old radiators"]
    # Two long words stay as they are: the first line would be nearly empty.
    apart = fitted(fonts, "of uninterruptible radiators", size=14, box=(0, 0, 125, 60))
    assert [line.text for line in apart.lines] == ["of uninterruptible", "radiators"]


def test_japanese_breaks_by_phrase_where_the_box_has_room(fonts: FontBook) -> None:
    text = "1週間後、全室の電波強度、機器の位置、ひとつの価格をご覧いただけます。"
    tight = fitted(fonts, text, "ja", size=14, overflow="fail", box=(0, 0, 250, 34), line_height=1.4)
    roomy = fitted(fonts, text, "ja", size=14, overflow="fail", box=(0, 0, 250, 80), line_height=1.4)
    assert len(tight.lines) == 2
    assert len(roomy.lines) == 3
    assert all(line.text[-1] in "、。をの" for line in roomy.lines)
