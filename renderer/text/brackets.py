"""Bracket pairs of the bidirectional algorithm (UAX #9, BD14 to BD16 and N0), over the classes of one sequence."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from unicodedata import bidirectional, category, mirrored

from bidi.mirror import MIRRORED

_CANONICAL = {"\u2329": "\u3008", "\u232a": "\u3009"}


@lru_cache(maxsize=512)
def _bracket(char: str) -> tuple[Literal["o", "c"], str] | None:
    """BidiBrackets.txt, derived: mirrored ON characters that are Ps or Pe and have a mirror partner."""
    if char not in MIRRORED or not mirrored(char) or bidirectional(char) != "ON":
        return None
    kind = category(char)
    if kind == "Ps":
        return "o", _CANONICAL.get(MIRRORED[char], MIRRORED[char])
    if kind == "Pe":
        return "c", _CANONICAL.get(char, char)
    return None


def direction_of(kind: str) -> str | None:
    """The direction a resolved class counts as among neutrals and brackets; None for those without one."""
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else None


def resolve_brackets(chars: list[str], kinds: list[str], marks: list[bool], level: int, sos: str) -> None:
    """N0: a bracket pair takes the direction of what it holds."""
    waiting: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for at, char in enumerate(chars):
        bracket = _bracket(char) if kinds[at] == "ON" else None
        if bracket is None:
            continue
        if bracket[0] == "o":
            if len(waiting) == 63:
                return
            waiting.append((bracket[1], at))
            continue
        for depth in range(len(waiting) - 1, -1, -1):
            if waiting[depth][0] == bracket[1]:
                pairs.append((waiting[depth][1], at))
                del waiting[depth:]
                break
    embedding = "R" if level % 2 else "L"
    for start, end in sorted(pairs):
        inside = {direction_of(kind) for kind in kinds[start + 1 : end]} - {None}
        if embedding in inside:
            wanted = embedding
        elif inside:
            context = next((found for kind in reversed(kinds[:start]) if (found := direction_of(kind))), sos)
            wanted = context if context != embedding else embedding
        else:
            continue
        for at in (start, end):
            kinds[at] = wanted
            follower = at + 1
            while follower < len(kinds) and marks[follower]:
                kinds[follower] = wanted
                follower += 1
