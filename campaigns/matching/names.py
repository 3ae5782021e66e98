"""Company names made comparable and compared. A name alone never decides that two companies are one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from campaigns.matching import folding
from campaigns.matching.legal_forms import strip_forms, strip_written
from campaigns.matching.words import split_words

MAX_NAME = 200  # characters read of a name
ALIKE = 85.0  # token_sort_ratio from which on two names are shown as alike
COMPACT_ALIKE = 92.0  # the same without blanks: "Data Star" and "Datastar"
WORD_ALIKE = 76.0  # the words in which two names differ must be alike themselves
SHORT = 5  # letters up to which a name must be equal: one slip makes another name of it
_SIGNS = re.compile(r"[\W_]")
_BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Name:
    """One name, folded. `plain` are its words in Latin letters, sorted; `written` is the CJK form without blanks."""

    raw: str
    script: str  # "latin", "arabic", "cjk" or "other"
    words: tuple[str, ...]  # in order, Latin letters, without legal forms
    plain: str
    spelled: str  # plain with umlauts as one letter
    compact: str  # words in order without blanks, umlauts as one letter
    written: str  # "" unless CJK
    turned: str  # written, its bracket put first: 星河科技(北京) as 北京星河科技
    numbers: frozenset[str]  # words of digits


def _script(text: str) -> str:
    if folding.is_cjk(text):
        return "cjk"
    if folding.is_arabic(text):
        return "arabic"
    return "latin" if all(ord(letter) < 0x250 for letter in text) else "other"


@lru_cache(maxsize=16384)
def read_name(raw: str) -> Name:
    """Fold a name. Never raises; a name of signs alone has no words and resembles nothing."""
    folded = folding.fold(raw[:MAX_NAME])
    script = _script(folded)
    written = turned = ""
    if script == "cjk":
        bare = strip_written(re.sub(r"[\s\u3000]", "", folded))
        inside = _BRACKETS.search(bare)
        written = _SIGNS.sub("", bare)
        turned = _SIGNS.sub("", inside.group(1) + _BRACKETS.sub("", bare)) if inside else written
        words = _SIGNS.sub(" ", bare).split()
    else:
        words = strip_forms(split_words(folded))
    in_latin = [word for word in (folding.latin(word) for word in words) if word]
    if script != "cjk" and len(in_latin) > 1:
        in_latin = [word for word in in_latin if word not in ("al", "el", "the")] or in_latin
    plain = " ".join(sorted(in_latin))
    return Name(
        raw=raw[:MAX_NAME],
        script=script,
        words=tuple(in_latin),
        plain=plain,
        spelled=" ".join(sorted(folding.umlauts(word) for word in in_latin)),
        compact=folding.umlauts("".join(in_latin)),
        written=written,
        turned=turned,
        numbers=frozenset(number.lstrip("0") or "0" for number in re.findall(r"\d+", f"{plain} {written}")),
    )


def _same_reading(a: str, b: str) -> bool:
    """Traditional and simplified writing of one name: equal readings, and in short names most characters as well."""
    if len(a) != len(b) or len(a) < 3:
        return False
    equal = sum(one == other for one, other in zip(a, b, strict=True))
    return (len(a) > 3 or equal > 1) and folding.latin(a) == folding.latin(b)


def _written_score(a: Name, b: Name) -> float:
    pairs = {(a.written, b.written), (a.turned, b.written), (a.written, b.turned), (a.turned, b.turned)}
    best = 0.0
    for one, other in pairs:
        if one and other:
            best = max(best, 100.0 if _same_reading(one, other) else fuzz.ratio(one, other))
    return best


def _across_scripts(a: Name, b: Name) -> float:
    """One name in two scripts. Han characters beside Latin letters only by their exact reading."""
    if "cjk" in (a.script, b.script):
        han = a.written if a.script == "cjk" else b.written
        if folding.has_kana(han) and not folding.has_han(han):
            return fuzz.ratio(folding.sound(a.compact), folding.sound(b.compact))
        return 100.0 if a.compact == b.compact and len(a.compact) > SHORT else 0.0
    if "arabic" in (a.script, b.script):
        one, other = folding.consonants(a.compact), folding.consonants(b.compact)
        return fuzz.ratio(one, other) if min(len(one), len(other)) >= 4 else 0.0
    one, other = (" ".join(sorted(folding.sound(word) for word in name.words)) for name in (a, b))
    return fuzz.ratio(one, other)


def _vetoed(a: Name, b: Name) -> bool:
    """High scores that mean nothing: other numbers, short names, whole words exchanged for others."""
    if a.numbers != b.numbers:
        return True
    if min(len(a.compact), len(b.compact)) <= SHORT and a.compact != b.compact:
        return True
    here, there = set(a.spelled.split()), set(b.spelled.split())
    mine, theirs = sorted(here - there), sorted(there - here)
    if not mine or not theirs or len(mine) == len(here) or len(theirs) == len(there):
        return False  # one only adds a word, or nothing is shared and the score stands on the letters alone
    one, other = "".join(mine), "".join(theirs)
    return fuzz.ratio(one, other) < WORD_ALIKE


def score(a: Name, b: Name) -> float:
    """How alike two names are, 0 to 100; from `ALIKE` on they are worth showing. The same both ways."""
    if a.script == b.script == "cjk":
        best = _written_score(a, b)
        return 0.0 if a.numbers != b.numbers else best
    if not a.plain or not b.plain:
        return 0.0
    if a.script != b.script and {a.script, b.script} != {"latin", "other"}:
        return _across_scripts(a, b)
    # the words are sorted already, so that this is rapidfuzz.fuzz.token_sort_ratio without sorting again
    best = fuzz.ratio(a.plain, b.plain)
    if a.spelled != a.plain or b.spelled != b.plain:
        best = max(best, fuzz.ratio(a.spelled, b.spelled))
    if best < 100:
        compact = fuzz.ratio(a.compact, b.compact)
        if compact >= COMPACT_ALIKE:
            best = max(best, compact)
        if a.script != b.script:
            best = max(best, _across_scripts(a, b))
    if best >= ALIKE and best < 100 and _vetoed(a, b):
        return ALIKE - 1
    return best


def unlike(a: Name, b: Name) -> bool:
    """Whether each name says something the other doesn't: a franchise's towns, two clients of one agency.

    A name that only adds words ("Kessler", "Kessler Maschinenbau") or is the other's initials does not contradict it.
    """
    if not a.plain or not b.plain or score(a, b) >= ALIKE:
        return False
    if a.script == b.script == "cjk":
        one, other = sorted((a.written, b.written), key=len)
        return len(one) < 2 or one not in other
    if a.script != b.script:
        return False  # nothing can be said
    if initials(a, b):
        return False
    mine = [word for word in a.words if all(fuzz.ratio(word, other) < ALIKE for other in b.words)]
    theirs = [word for word in b.words if all(fuzz.ratio(word, other) < ALIKE for other in a.words)]
    return bool(mine) and bool(theirs) and not (a.compact.startswith(b.compact) or b.compact.startswith(a.compact))


def initials(a: Name, b: Name) -> bool:
    """Whether one name is the first letters of the other's three words or more."""
    return any(
        len(long.words) > 2 and "".join(word[0] for word in long.words) == short.compact
        for long, short in ((a, b), (b, a))
    )
