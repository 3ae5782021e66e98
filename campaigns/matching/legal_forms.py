"""Legal forms taken off a company's name: own list and cleanco's, in every script of the house."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from campaigns.matching.folding import fold, is_cjk
from campaigns.matching.lists import lines
from campaigns.matching.words import split_words

# cleanco has these as forms; they are words, or a country's code, far more often
_NOT_FORMS = frozenset(
    {"et", "ok", "sp", "sm", "nl", "vat", "dat", "private", "pp", "ou la", "ep", "sd", "hrb", "pt", "in", "sem"}
)


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms as tuples of folded words, by place; `written` are those of scripts without blanks, the longest first."""

    after: frozenset[tuple[str, ...]]
    before: frozenset[tuple[str, ...]]
    written: tuple[str, ...]


@cache
def forms() -> Forms:
    """Read once, when the first name is."""
    from cleanco.termdata import terms_by_country, terms_by_type  # noqa: PLC0415 - builds its tables on import

    after: set[tuple[str, ...]] = set()
    before: set[tuple[str, ...]] = set()
    written: set[str] = set()
    for line in lines("legal_forms"):
        for entry in line.split("|"):
            raw = entry.strip()
            if is_cjk(raw):
                written.add(fold(raw))
                continue
            words = tuple(split_words(fold(raw.removeprefix("^"))))
            (before if raw.startswith("^") else after).add(words)
    after |= before
    for terms in (*terms_by_type.values(), *terms_by_country.values()):
        for term in terms:
            words = tuple(split_words(fold(term)))
            if words and " ".join(words) not in _NOT_FORMS:
                after.add(words)
    after.discard(())
    return Forms(frozenset(after), frozenset(before), tuple(sorted(written, key=lambda form: (-len(form), form))))


LONGEST = 6  # words of the longest form that is looked for


def strip_forms(words: list[str]) -> list[str]:
    """The words without forms at the end and the beginning, repeatedly. A name made of forms alone is left as it is."""
    known = forms()
    rest = list(words)
    changed = True
    while changed and rest:
        changed = False
        for size in range(min(LONGEST, len(rest) - 1), 0, -1):
            if tuple(rest[-size:]) in known.after:
                del rest[-size:]
                changed = True
                break
        for size in range(min(LONGEST, len(rest) - 1), 0, -1):
            if tuple(rest[:size]) in known.before:
                del rest[:size]
                changed = True
                break
    return rest or list(words)


def strip_written(text: str) -> str:
    """The same for a folded name in a script without blanks, its blanks already gone."""
    changed = True
    while changed:
        changed = False
        for form in forms().written:
            if len(text) <= len(form):
                continue
            if text.endswith(form):
                text, changed = text[: -len(form)], True
            elif text.startswith(form):
                text, changed = text[len(form) :], True
    return text
