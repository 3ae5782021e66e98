"""Levels and visual order against python-bidi's Rust core, on random strings of the awkward kinds."""

from __future__ import annotations

import random

import pytest
from bidi import get_display
from bidi.mirror import MIRRORED

from renderer.text.bidi import paragraph_levels, visual_runs

EMBEDDINGS = "\u202a\u202b\u202c\u202d\u202e"
LETTERS = "ab אבגد٣12 ,.()[]<>%-+/:\u0301\u064b!"


def displayed(text: str, base: int | None) -> str:
    level, levels = paragraph_levels(text, base)
    return "".join(
        text[start:end][::-1] if run % 2 else text[start:end]
        for start, end, run in visual_runs(text, levels, level, 0, len(text))
    )


def unmirrored(text: str) -> str:
    return "".join(min(char, MIRRORED.get(char, char)) for char in text if char not in EMBEDDINGS)


@pytest.mark.parametrize("extra", ["", "\u2066\u2067\u2068\u2069"])
@pytest.mark.parametrize(("name", "base"), [("L", 0), ("R", 1), (None, None)])
def test_same_order_as_the_reference(extra: str, name: str | None, base: int | None) -> None:
    source = random.Random(f"{extra}{name}")
    for _ in range(1500):
        text = "".join(source.choice(LETTERS + extra) for _ in range(source.randint(1, 16)))
        assert unmirrored(displayed(text, base)) == unmirrored(str(get_display(text, base_dir=name))), ascii(text)


def test_embedding_levels_by_the_standard() -> None:
    # RLE opens level 1 inside level 0; figures in it are level 2; the trailing space is reset (L1).
    _, levels = paragraph_levels("a\u202b1 b\u202c ", 0)
    assert [levels[0], levels[2], levels[3], levels[4]] == [0, 2, 1, 2]
    assert visual_runs("a ", [0, 1], 0, 0, 2) == [(0, 2, 0)]


def test_brackets_take_the_direction_of_what_they_hold() -> None:
    base, levels = paragraph_levels("أ (b) ج")
    assert base == 1
    assert levels[2] == levels[4] == 1
