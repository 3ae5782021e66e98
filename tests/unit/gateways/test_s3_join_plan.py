"""The plan of a multipart join keeps S3's rules for any sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.gateways.s3_join import MIN_PART, Copy, plan_join

sizes = st.one_of(st.integers(0, 64), st.integers(MIN_PART - 64, MIN_PART + 64), st.integers(0, 3 * MIN_PART))


@given(st.lists(st.one_of(st.binary(max_size=64), sizes), max_size=6))
def test_every_part_but_the_last_is_large_and_every_byte_is_there_once(given_parts):
    parts = [part if isinstance(part, bytes) else (f"key{n}", part) for n, part in enumerate(given_parts)]
    plan = plan_join(parts)

    def size(piece: bytes | Copy) -> int:
        return len(piece) if isinstance(piece, bytes) else piece.size

    assert all(sum(map(size, group)) >= MIN_PART for group in plan[:-1])
    flat = [piece for group in plan for piece in group]
    at = {part[0]: 0 for part in parts if isinstance(part, tuple)}
    for piece in flat:
        if isinstance(piece, Copy):
            assert piece.first == at[piece.key]
            at[piece.key] = piece.last + 1
    assert at == {part[0]: part[1] for part in parts if isinstance(part, tuple)}
    assert b"".join(p for p in flat if isinstance(p, bytes)) == b"".join(p for p in parts if isinstance(p, bytes))


def test_a_large_stored_part_is_copied_by_the_server():
    plan = plan_join([("base", 8 * MIN_PART), b"update"])
    assert plan == [[Copy("base", 0, 8 * MIN_PART - 1)], [b"update"]]
