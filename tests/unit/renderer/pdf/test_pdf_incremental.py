"""The appended section's arithmetic: object numbers of mixed widths, both kinds of cross-reference."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from renderer.pdf.incremental import FileEnd, Flat, Replaced, append_section


@pytest.mark.parametrize("base", [1, 7, 8, 96, 9997, 12000])
@pytest.mark.parametrize("kind", ["table", "stream"])
def test_every_offset_points_at_its_object(base: int, kind: Literal["table", "stream"]) -> None:
    flat = Flat.of([(b"<<", 1, b" ", 2, b">>"), (b"[", 0, b"]"), (b"(x)",), (b"<</A ", 3, b"/B ", 0, b">>")])
    end = FileEnd(1000, 400, base + 3, b"1 0 R", None, b"ab" * 16, kind)
    delta = append_section(end, flat, [b"<</Q 1>>", b"null"], [Replaced(2, 5, b"<<>>")], b"digest")
    whole = b"\0" * 1000 + delta
    place = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", whole)[0])
    if kind == "table":
        rows = re.findall(rb"(\d{10}) (\d{5}) n ", whole[place:])
        numbers = [2, *range(base + 3, base + 9)]
        offsets = [int(offset) for offset, _ in rows]
        assert [int(generation) for _, generation in rows] == [5] + [0] * 6
    else:
        data = whole[whole.index(b"stream\n", place) + 7 : whole.rindex(b"\nendstream")]
        offsets = [int.from_bytes(data[at + 1 : at + 9], "big") for at in range(0, len(data), 11)]
        numbers = [2, *range(base + 3, base + 10)]
        assert b"/Index[2 1 %d 7]" % (base + 3) in whole
    for number, offset in zip(numbers, offsets, strict=True):
        assert whole[offset:].startswith(b"%d %d obj" % (number, 5 if number == 2 else 0))
    assert b"/Prev 400" in whole[place:]


def test_references_follow_the_numbers() -> None:
    body, lengths = Flat.of([(b"<<", 1, b">>"), (b"[", 0, b"]")]).numbered(99)
    assert body == b"99 0 obj\n<<100 0 R>>\nendobj\n100 0 obj\n[99 0 R]\nendobj\n"
    assert sum(lengths) == len(body)
