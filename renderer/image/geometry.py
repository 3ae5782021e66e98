"""Whole-pixel rectangles (left, top, right, bottom) and how those that touch are merged."""

from __future__ import annotations

from collections.abc import Iterable

Rect = tuple[int, int, int, int]


def intersect(one: Rect, other: Rect) -> Rect | None:
    """What two rectangles share, or None."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def merge_overlapping(rects: Iterable[Rect]) -> list[Rect]:
    """Disjoint rectangles that cover all of the given ones, from top to bottom."""
    merged: list[Rect] = []
    for rect in rects:
        grown = rect
        while True:
            hit = next((other for other in merged if intersect(grown, other)), None)
            if hit is None:
                break
            merged.remove(hit)
            grown = (min(grown[0], hit[0]), min(grown[1], hit[1]), max(grown[2], hit[2]), max(grown[3], hit[3]))
        merged.append(grown)
    return sorted(merged, key=lambda rect: (rect[1], rect[0]))


def moved(rect: Rect, right: int, down: int) -> Rect:
    """The rectangle elsewhere."""
    return rect[0] + right, rect[1] + down, rect[2] + right, rect[3] + down
