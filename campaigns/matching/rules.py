"""Whether two companies are the same, and why. Only exact identifiers block; names only ever flag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from campaigns.matching.company import Company, Facts
from campaigns.matching.identifiers import Identifier
from campaigns.matching.names import ALIKE, Name, initials, score, unlike
from campaigns.matching.schemes import ENTITY, SITE

Strength = Literal["block", "flag", "none"]
Rule = Literal["number", "domain", "email_domain", "email", "page", "phone", "address", "name"]

ORDER: tuple[Rule, ...] = ("number", "domain", "email_domain", "email", "page", "phone", "address", "name")
EXACT: frozenset[Rule] = frozenset(["number", "domain", "email_domain"])
_STRENGTHS: dict[Strength, int] = {"block": 2, "flag": 1, "none": 0}
SAME_PLACE = 60.0  # a name so alike is worth showing where the postal address is the same
PER_RULE = 5  # findings shown of one rule


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, told by the page from `code` and `params`.

    `a` and `b` are what was written on each side; `score` is 100 for equality; `against` names what speaks against it:
    "number", "country", "name", "address" or "site", each a code `matching.against.…`.
    """

    rule: Rule
    strength: Strength
    a: str
    b: str
    score: float = 100.0
    against: tuple[str, ...] = ()
    value: str = ""

    @property
    def code(self) -> str:
        """The key of the sentence that explains it."""
        return f"matching.{self.rule}"

    @property
    def params(self) -> dict[str, str | float]:
        """What stands in the sentence."""
        return {"a": self.a, "b": self.b, "score": round(self.score, 1), "value": self.value}


@dataclass(frozen=True, slots=True)
class Match:
    """The strongest finding's strength, and all findings, strongest rule first."""

    strength: Strength
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Against:
    """What speaks against two companies being one, before any rule is asked."""

    number: int  # highest rank of a kind of number that both have with other values; 0: none
    checked: bool  # whether such numbers carry check digits, so that no slip explains it
    country: bool
    name: bool  # both are named, and no two names are alike
    unlike: bool  # the names contradict each other: each has a word that the other lacks
    address: bool  # both have postcodes or house numbers, and none in common


def compare(a: Company, b: Company) -> Match:
    """Compare two companies. The same findings with the sides changed for compare(b, a). Never raises."""
    here, there = a.facts, b.facts
    best = _best_name(here, there)
    against = _against(a, b, best)
    findings = [
        *_numbers(here, there, against),
        *_domains(here, there, against),
        *_mail_domains(here, there, against, best),
        *_hints(here, there, against, best),
        *_names(against, best),
    ]
    findings.sort(key=lambda found: (-_STRENGTHS[found.strength], ORDER.index(found.rule), -found.score, found.value))
    return Match(findings[0].strength if findings else "none", tuple(findings))


def _best_name(here: Facts, there: Facts) -> tuple[float, Name, Name] | None:
    """The pair of names that resemble each other most, by score and then by letters, so that no order matters."""
    best: tuple[float, Name, Name] | None = None
    for one in here.names:
        for other in there.names:
            value = score(one, other)
            if best is None or (-value, *sorted((one.raw, other.raw))) < (
                -best[0],
                *sorted((best[1].raw, best[2].raw)),
            ):
                best = (value, one, other)
    return best


def _against(a: Company, b: Company, best: tuple[float, Name, Name] | None) -> _Against:
    here, there = a.facts, b.facts
    rank, checked = 0, False
    if here.identifiers and there.identifiers:
        for scheme in {found.scheme for found in here.identifiers} & {found.scheme for found in there.identifiers}:
            mine = {found for found in here.identifiers if found.scheme == scheme}
            theirs = {found for found in there.identifiers if found.scheme == scheme}
            one: Identifier = next(iter(mine))
            if one.rank > SITE and not mine & theirs:  # sites of one company have a number each
                rank, checked = max(rank, one.rank), checked or one.checked
    alike = best is None or best[0] >= ALIKE or initials(best[1], best[2])
    places = here.place and there.place and not here.place & there.place
    return _Against(
        number=rank,
        checked=checked,
        country=bool(a.country and b.country and a.country != b.country),
        name=not alike,
        unlike=not alike and all(unlike(one, other) for one in here.names for other in there.names),
        address=bool(places),
    )


def _numbers(here: Facts, there: Facts, against: _Against) -> Iterable[Finding]:
    shared = here.identifiers.keys() & there.identifiers.keys()
    for found in sorted(shared, key=lambda one: (-one.rank, one.scheme, one.value))[:PER_RULE]:
        doubts = []
        # a VAT group shares the number of its members, each of which has its own in the register
        if against.number and (against.number > found.rank or against.number == ENTITY):
            doubts.append("number")
        if against.unlike and (found.rank < ENTITY or not found.checked):  # a group's tax number, or a slip of the hand
            doubts.append("name")
        yield Finding(
            "number",
            "flag" if doubts else "block",
            here.identifiers[found],
            there.identifiers[found],
            against=tuple(doubts),
            value=f"{found.scheme} {found.value}",
        )


def _doubts(against: _Against) -> list[str]:
    """Why an equal domain does not settle it: a group, its subsidiaries and franchises have one site in common.

    Any other name is a doubt, also one that only adds a word: "Holding", "Leasing", "Bauhof" are units of their own.
    """
    said = {"number": against.number, "country": against.country, "name": against.name, "address": against.address}
    return [doubt for doubt, holds in said.items() if holds]


def _domains(here: Facts, there: Facts, against: _Against) -> Iterable[Finding]:
    for domain in sorted(here.sites.keys() & there.sites.keys())[:PER_RULE]:
        doubts = _doubts(against)
        strength: Strength = "flag" if doubts else "block"
        yield Finding("domain", strength, here.sites[domain], there.sites[domain], against=tuple(doubts), value=domain)


def _mail_domains(
    here: Facts, there: Facts, against: _Against, best: tuple[float, Name, Name] | None
) -> Iterable[Finding]:
    """A contact's domain is the contact's: an agency writes for many. It blocks only beside the same name."""
    if not here.mail_domains and not there.mail_domains:
        return
    mine = here.mail_domains.keys() | here.sites.keys()
    theirs = there.mail_domains.keys() | there.sites.keys()
    for domain in sorted((mine & theirs) - (here.sites.keys() & there.sites.keys()))[:PER_RULE]:
        doubts = _doubts(against)
        foreign = [bool(side.sites) and domain not in side.sites for side in (here, there)]
        if any(foreign):
            doubts.append("site")
        if "name" not in doubts and (best is None or best[0] < ALIKE):
            doubts.append("name")
        written = (
            here.mail_domains.get(domain) or here.sites[domain],
            there.mail_domains.get(domain) or there.sites[domain],
        )
        strength: Strength = "block" if not doubts else "none" if all(foreign) else "flag"
        yield Finding("email_domain", strength, *written, against=tuple(doubts), value=domain)


def _hints(here: Facts, there: Facts, against: _Against, best: tuple[float, Name, Name] | None) -> Iterable[Finding]:
    doubts = tuple(_doubts(against))
    strength: Strength = "none" if against.checked else "flag"
    for mail in sorted(here.mails.keys() & there.mails.keys())[:PER_RULE]:
        yield Finding("email", strength, here.mails[mail], there.mails[mail], against=doubts, value=mail)
    for page in sorted(here.pages.keys() & there.pages.keys())[:PER_RULE]:
        yield Finding("page", strength, here.pages[page], there.pages[page], against=doubts, value=page)
    if here.phone and here.phone == there.phone:
        yield Finding("phone", strength, here.phone, there.phone, against=doubts, value=here.phone)
    same_place = len(here.place) > 1 and here.place == there.place and here.address & there.address > here.place
    if same_place and not against.country and best is not None and (best[0] >= SAME_PLACE or not against.unlike):
        mine, theirs = (" ".join(sorted(side.address)) for side in (here, there))
        place = " ".join(sorted(here.place))
        yield Finding("address", strength, mine, theirs, score=best[0], against=doubts, value=place)


def _names(against: _Against, best: tuple[float, Name, Name] | None) -> Iterable[Finding]:
    if best is None or best[0] < ALIKE:
        return
    doubts = tuple(doubt for doubt in _doubts(against) if doubt in ("number", "country"))
    strength: Strength = "none" if against.country or against.checked else "flag"
    yield Finding("name", strength, best[1].raw, best[2].raw, score=best[0], against=doubts)
