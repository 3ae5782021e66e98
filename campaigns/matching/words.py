"""A folded name cut into words: abbreviations with dots are one word, "and" in any language is none."""

from __future__ import annotations

import re

_ABBREVIATION = re.compile(r"(?:\w{1,3}\.)+\w{0,4}\.?")
_SLASHED = re.compile(r"\w/\w")
_AND = frozenset(["and", "und", "et", "y", "og", "och", "ja", "ve", "и", "та", "و", "και", "en"])


def split_words(text: str) -> list[str]:
    """Words of a folded text in their order, without "and", unless nothing else would be left."""
    found: list[str] = []
    for chunk in text.replace("&", " ").replace("+", " ").split():
        bare = chunk.strip('()[]{}<>«»“”„‚",;:!?*|')
        if bare.count(".") and _ABBREVIATION.fullmatch(bare):
            found.append(bare.replace(".", ""))
        elif _SLASHED.fullmatch(bare):
            found.append(bare.replace("/", ""))
        else:
            found += re.findall(r"[^\W_]+", bare)
    return [word for word in found if word not in _AND] or found
