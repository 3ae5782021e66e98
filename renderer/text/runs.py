"""Cuts a paragraph into stretches one HarfBuzz call can shape: by face and by script, cluster by cluster."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

from fontTools import unicodedata as scripts

from renderer.errors import RenderError
from renderer.text.fonts import Face

_JOINERS = frozenset("\u200d\u200c")
_COMMON = frozenset({"Zyyy", "Zinh", "Zzzz"})
_CJK_SCRIPTS = frozenset({"Hani", "Hira", "Kana", "Hang", "Bopo"})
# Ambiguous width in Unicode: full-width punctuation when it stands between CJK characters.
_CJK_PUNCTUATION = frozenset("‘’“”…—·")


@lru_cache(maxsize=8192)
def is_ignorable(char: str) -> bool:
    """True for Default_Ignorable_Code_Point: drawn as nothing, so never a missing glyph."""
    code = ord(char)
    return (
        code in (0xAD, 0x34F, 0x61C, 0x3164, 0xFEFF, 0xFFA0)
        or 0x115F <= code <= 0x1160
        or 0x17B4 <= code <= 0x17B5
        or 0x180B <= code <= 0x180F
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2060 <= code <= 0x206F
        or 0xFE00 <= code <= 0xFE0F
        or 0xFFF0 <= code <= 0xFFF8
        or 0xE0000 <= code <= 0xE0FFF
    )


@lru_cache(maxsize=8192)
def script_of(char: str) -> str:
    """ISO 15924 code of the character's script (`Zyyy` for common ones)."""
    return str(scripts.script(char))


def clusters(text: str) -> list[tuple[int, int]]:
    """(start, end) of what must not be split between fonts: a base with its marks and joiners."""
    edges = [0]
    for at in range(1, len(text)):
        char, before = text[at], text[at - 1]
        joined = (
            unicodedata.category(char)[0] == "M"
            or char in _JOINERS
            or before == "\u200d"
            or 0xFE00 <= ord(char) <= 0xFE0F
            or 0x1F3FB <= ord(char) <= 0x1F3FF  # emoji skin tones
        )
        if not joined:
            edges.append(at)
    edges.append(len(text))
    return [(start, end) for start, end in pairwise(edges) if end > start]


def resolved_scripts(text: str) -> list[str]:
    """The script of each character, common ones taking that of what precedes (or first follows)."""
    found = [script_of(char) for char in text]
    last = next((script for script in found if script not in _COMMON), "Latn")
    for at, script in enumerate(found):
        if script in _COMMON:
            found[at] = last
        else:
            last = script
    return found


def assign_faces(text: str, chain: tuple[Face, ...]) -> tuple[list[Face], list[str]]:
    """The face and script of every character.

    Raises RenderError `text.glyph_missing` naming every character no face of the chain has.
    """
    script = resolved_scripts(text)
    faces: list[Face] = [chain[0]] * len(text)
    missing: dict[str, None] = {}
    previous = chain[0]
    for start, end in clusters(text):
        needed = [char for char in text[start:end] if not is_ignorable(char)]
        if not needed:
            face: Face | None = previous
        elif needed[0] in _CJK_PUNCTUATION and script[start] in _CJK_SCRIPTS and _covers(previous, needed):
            face = previous
        else:
            face = next((candidate for candidate in chain if _covers(candidate, needed)), None)
            if face is None:
                composed = list(unicodedata.normalize("NFC", "".join(needed)))
                face = next((candidate for candidate in chain if _covers(candidate, composed)), None)
        if face is None:
            lacking = [char for char in needed if not any(candidate.covers(ord(char)) for candidate in chain)]
            missing.update(dict.fromkeys(lacking or ["".join(needed)]))
            continue
        faces[start:end] = [face] * (end - start)
        previous = face
    if missing:
        raise missing_glyphs(list(missing))
    return faces, script


def missing_glyphs(missing: list[str]) -> RenderError:
    """The refusal that names the characters, as code points and names."""
    named = [
        f"{char} (" + " ".join(f"U+{ord(part):04X} {unicodedata.name(part, 'unnamed')}" for part in char) + ")"
        for char in missing
    ]
    return RenderError(
        "text.glyph_missing",
        f"No font of the bundle has {', '.join(named)}: take the characters out or use others",
        characters=missing,
    )


def _covers(face: Face, needed: list[str]) -> bool:
    return all(face.covers(ord(char)) for char in needed)
