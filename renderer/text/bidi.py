"""The Unicode bidirectional algorithm (UAX #9, with isolates and bracket pairs): levels and visual order.

python-bidi gives only a finished visual string; shaping needs the levels, so they are resolved
here and held against python-bidi's Rust core in the tests. Mirroring is HarfBuzz's part.
"""

from __future__ import annotations

from unicodedata import bidirectional

from renderer.text.brackets import direction_of, resolve_brackets

MAX_DEPTH = 125
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_EXPLICIT = frozenset({"RLE", "LRE", "RLO", "LRO", "PDF", "BN"})  # removed by X9
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "PDI"}) | _ISOLATES
_RESET = frozenset({"WS", "PDI", "BN"}) | _ISOLATES | _EXPLICIT  # L1: trailing these take the base level


def _class(char: str) -> str:
    return bidirectional(char) or "L"  # unassigned code points: left to right


def base_level(text: str) -> int:
    """P2, P3: 1 if the first strong character outside isolates is right-to-left, else 0."""
    return _first_strong([_class(char) for char in text], 0, len(text))


def _first_strong(types: list[str], start: int, end: int) -> int:
    depth = 0
    for kind in types[start:end]:
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            if start and not depth:  # FSI looks only up to its own PDI
                return 0
            depth = max(0, depth - 1)
        elif not depth and kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
    return 0


def paragraph_levels(text: str, base: int | None = None) -> tuple[int, list[int]]:
    """The base level and the embedding level of every character of one paragraph (no line breaks)."""
    original = [_class(char) for char in text]
    if base is None:
        base = base_level(text)
    if base == 0 and not any(kind in ("R", "AL", "AN") or kind in _ISOLATES or kind in _EXPLICIT for kind in original):
        return 0, [0] * len(text)
    types = list(original)
    levels = _explicit(types, original, base)
    explicit = tuple(levels)
    for sequence in _sequences(original, levels):
        _resolve(text, types, original, explicit, levels, sequence, base)
    previous = base
    for index, kind in enumerate(original):  # X9's removed characters ride with what precedes them
        if kind in _EXPLICIT:
            levels[index] = previous
        previous = levels[index]
    return base, levels


def _explicit(types: list[str], original: list[str], base: int) -> list[int]:
    """X1–X8: levels by embeddings, overrides and isolates; overrides rewrite `types`."""
    levels = [base] * len(types)
    stack: list[tuple[int, str, bool]] = [(base, "", False)]
    lost_isolates = lost_embeddings = isolates = 0
    for index, kind in enumerate(original):
        level, override, _ = stack[-1]
        if kind in ("RLE", "LRE", "RLO", "LRO"):
            levels[index] = level
            deeper = (level + 1) | 1 if kind[0] == "R" else (level + 2) & ~1
            if deeper <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                stack.append((deeper, kind[0] if kind[2] == "O" else "", False))
            elif not lost_isolates:
                lost_embeddings += 1
        elif kind in _ISOLATES:
            levels[index] = level
            if override:
                types[index] = override
            rtl = kind == "RLI" or (kind == "FSI" and _first_strong(original, index + 1, len(original)) == 1)
            deeper = (level + 1) | 1 if rtl else (level + 2) & ~1
            if deeper <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                isolates += 1
                stack.append((deeper, "", True))
            else:
                lost_isolates += 1
        elif kind == "PDI":
            if lost_isolates:
                lost_isolates -= 1
            elif isolates:
                lost_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                isolates -= 1
            levels[index], override, _ = stack[-1]
            if override:
                types[index] = override
        elif kind == "PDF":
            levels[index] = level
            if lost_isolates:
                continue
            if lost_embeddings:
                lost_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        elif kind == "B":
            levels[index] = base
        else:
            levels[index] = level
            if override and kind != "BN":
                types[index] = override
    return levels


def _sequences(original: list[str], levels: list[int]) -> list[list[int]]:
    """X10: isolating run sequences, as lists of indices, without X9's removed characters."""
    runs: list[list[int]] = []
    for index, kind in enumerate(original):
        if kind in _EXPLICIT:
            continue
        if runs and levels[runs[-1][-1]] == levels[index]:
            runs[-1].append(index)
        else:
            runs.append([index])
    sequences: list[list[int]] = []
    open_isolates: list[list[int] | None] = []
    for run in runs:
        if original[run[0]] == "PDI" and open_isolates:
            pending = open_isolates.pop()
            sequence = pending if pending is not None else []
            if pending is None:
                sequences.append(sequence)
        else:
            sequence = []
            sequences.append(sequence)
        sequence.extend(run)
        if original[run[-1]] in _ISOLATES:
            open_isolates.append(sequence)
    return sequences


def _resolve(
    text: str,
    types: list[str],
    original: list[str],
    explicit: tuple[int, ...],
    levels: list[int],
    sequence: list[int],
    base: int,
) -> None:
    """W1–W7, N0–N2, I1–I2 for one isolating run sequence; reads `explicit`, writes `levels`."""
    level = explicit[sequence[0]]
    before = _neighbour(original, explicit, sequence[0] - 1, -1, base)
    closed = original[sequence[-1]] not in _ISOLATES
    after = _neighbour(original, explicit, sequence[-1] + 1, 1, base) if closed else base
    sos = "R" if max(level, before) % 2 else "L"
    eos = "R" if max(level, after) % 2 else "L"
    kinds = [types[index] for index in sequence]
    _weak(kinds, sos)
    chars = [text[index] for index in sequence]
    marks = [original[index] == "NSM" for index in sequence]
    resolve_brackets(chars, kinds, marks, level, sos)
    _neutral(kinds, level, sos, eos)
    for index, kind in zip(sequence, kinds, strict=True):
        if level % 2 == 0:
            levels[index] = level + (1 if kind == "R" else 2 if kind in ("AN", "EN") else 0)
        else:
            levels[index] = level + (1 if kind in ("L", "EN", "AN") else 0)


def _neighbour(original: list[str], levels: tuple[int, ...], index: int, step: int, base: int) -> int:
    while 0 <= index < len(levels):
        if original[index] not in _EXPLICIT:
            return levels[index]
        index += step
    return base


def _weak(kinds: list[str], sos: str) -> None:
    previous, strong = sos, sos
    for at, kind in enumerate(kinds):  # W1, W2, W3 in one pass: each looks only back
        if kind == "NSM":
            kind = "ON" if previous in _ISOLATES or previous == "PDI" else previous  # noqa: PLW2901
        previous = kind
        if kind == "EN" and strong == "AL":
            kinds[at] = "AN"
        elif kind == "AL":
            kinds[at], strong = "R", "AL"
        else:
            kinds[at] = kind
            if kind in ("L", "R"):
                strong = kind
    for at in range(1, len(kinds) - 1):  # W4
        around = kinds[at - 1]
        if around == kinds[at + 1] and (
            (kinds[at] == "ES" and around == "EN") or (kinds[at] == "CS" and around in ("EN", "AN"))
        ):
            kinds[at] = around
    at = 0
    while at < len(kinds):  # W5, W6
        if kinds[at] == "ET":
            end = at
            while end < len(kinds) and kinds[end] == "ET":
                end += 1
            number = (at and kinds[at - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN")
            kinds[at:end] = ["EN" if number else "ON"] * (end - at)
            at = end
        else:
            if kinds[at] in ("ES", "CS"):
                kinds[at] = "ON"
            at += 1
    strong = sos
    for at, kind in enumerate(kinds):  # W7
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[at] = "L"


def _neutral(kinds: list[str], level: int, sos: str, eos: str) -> None:
    """N1, N2: neutrals between two of one direction take it, others the embedding's."""
    embedding = "R" if level % 2 else "L"
    at = 0
    while at < len(kinds):
        if kinds[at] not in _NEUTRAL:
            at += 1
            continue
        end = at
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        left = (direction_of(kinds[at - 1]) if at else sos) or embedding
        right = (direction_of(kinds[end]) if end < len(kinds) else eos) or embedding
        kinds[at:end] = [left if left == right else embedding] * (end - at)
        at = end


def visual_runs(text: str, levels: list[int], base: int, start: int, end: int) -> list[tuple[int, int, int]]:
    """L1 and L2 for the line text[start:end]: runs (start, end, level) from left to right."""
    line = list(levels[start:end])
    trailing = True
    for at in range(end - start - 1, -1, -1):
        kind = _class(text[start + at])
        if kind in ("B", "S"):
            line[at], trailing = base, True
        elif trailing and kind in _RESET:
            line[at] = base
        else:
            trailing = False
    runs: list[tuple[int, int, int]] = []
    for at, level in enumerate(line):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], start + at + 1, level)
        else:
            runs.append((start + at, start + at + 1, level))
    highest = max((level for *_, level in runs), default=0)
    for threshold in range(highest, 0, -1):
        at = 0
        while at < len(runs):
            stop = at
            while stop < len(runs) and runs[stop][2] >= threshold:
                stop += 1
            runs[at:stop] = runs[at:stop][::-1]
            at = max(stop, at + 1)
    return runs
