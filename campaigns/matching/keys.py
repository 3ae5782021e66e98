"""Keys under which a database finds candidates by equality; `rules.compare` then decides."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from campaigns.matching import folding
from campaigns.matching.company import Company
from campaigns.matching.lists import words
from campaigns.matching.names import Name

SHORT_NAME = 10  # letters up to which slips are foreseen one by one
MOST = 64  # keys of one company; a longer list would be a name made to be found


@cache
def _generic() -> frozenset[str]:
    return frozenset(folding.sound(folding.latin(folding.fold(word))) for word in words("generic_words"))


def keys_of(company: Company) -> tuple[tuple[str, str], ...]:
    """Exact identifiers as (kind, value): a number's scheme, or "domain" for sites and addresses alike.

    Two companies that `compare` blocks share at least one. Sorted; the same company always has the same keys.
    """
    facts = company.facts
    keys = {(found.scheme, found.value) for found in facts.identifiers}
    keys |= {("domain", domain) for domain in (*facts.sites, *facts.mail_domains)}
    return tuple(sorted(keys))


def hint_keys(company: Company) -> tuple[tuple[str, str], ...]:
    """(kind, value) of what only flags, by equality: "page", "email", "phone". Sorted."""
    facts = company.facts
    keys = {("page", page) for page in facts.pages} | {("email", mail) for mail in facts.mails}
    if facts.phone:
        keys.add(("phone", facts.phone))
    if len(facts.place) > 1:
        keys.add(("place", " ".join(sorted(facts.place))))
    return tuple(sorted(keys))


def name_keys(company: Company) -> tuple[str, ...]:
    """Keys of the names: two names that resemble each other share one nearly always (measured in the tests).

    Beginnings and ends of each telling word as it sounds, two neighbouring characters' readings of a written name, and
    the first and last consonants of the whole, by which a name in Arabic finds itself in Latin letters. Sorted.
    """
    found: set[str] = set()
    for name in company.facts.names:
        found |= _written_keys(name) if name.script == "cjk" else _word_keys(name)
        skeleton = folding.consonants(name.compact)
        if len(skeleton) >= 4:
            found |= {f"c:{skeleton[:4]}", f"d:{skeleton[-4:]}"}
        heard = folding.sound(name.compact)
        if len(heard) <= SHORT_NAME:
            # every one letter left away: any slip of one letter leaves both names a key in common
            found |= {f"n:{heard}"} | {f"n:{heard[:place]}{heard[place + 1 :]}" for place in range(len(heard))}
    return tuple(sorted(found)[:MOST])


def _word_keys(name: Name) -> set[str]:
    heard = [folding.sound(word) for word in name.words]
    telling = [word for word in heard if word not in _generic() and len(word) > 2] or heard
    keys: set[str] = set()
    for word in telling:
        keys.add(f"w:{word[:4]}")
        if len(word) > 4:
            keys.add(f"x:{word[-4:]}")
    return keys


def _written_keys(name: Name) -> set[str]:
    readings = [folding.latin(letter) for letter in name.written]
    pairs = {folding.sound(one + other) for one, other in pairwise(readings)}
    return {f"h:{pair}" for pair in (pairs - _generic()) or pairs}
