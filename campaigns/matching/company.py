"""A company as somebody entered it, and what of it can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from campaigns.matching.domains import Domain, read_domain
from campaigns.matching.folding import fold, latin
from campaigns.matching.identifiers import Identifier, Note, country_code, read_number
from campaigns.matching.names import Name, read_name
from campaigns.matching.words import split_words

MANY = 12  # names, sites, addresses or numbers of one company that are read
_LONG = {"names": 200, "sites": 2048, "emails": 320}
_STREET = {
    "strasse": "str",
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "boulevard": "blvd",
    "suite": "ste",
    "platz": "pl",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A tax or registry number as written. `kind` and `country` as `identifiers.read_number` takes them; the company's
    country scopes it where none is given."""

    raw: str
    kind: str = ""
    country: str = ""


@dataclass(frozen=True)
class Company:
    """What is known of a company, as entered; anything may be missing or nonsense. Overlong input is cut.

    names: trade and registered names in any script; country: ISO 3166 alpha-2; sites: URLs or hosts; emails: contacts'
    addresses; numbers: see Number; address: postal address on one or more lines; phone: with its country's code.
    """

    names: tuple[str, ...] = ()
    country: str = ""
    sites: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = field(default=())
    address: str = ""
    phone: str = ""

    def __post_init__(self) -> None:
        for name, longest in _LONG.items():
            object.__setattr__(self, name, tuple(text[:longest] for text in getattr(self, name)[:MANY]))
        object.__setattr__(self, "numbers", self.numbers[:MANY])
        object.__setattr__(self, "country", country_code(self.country[:8]))
        object.__setattr__(self, "address", self.address[:300])
        object.__setattr__(self, "phone", self.phone[:40])

    @cached_property
    def facts(self) -> Facts:
        """What can be compared, worked out once."""
        return _facts(self)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Numbers that identify nobody, with why."""
        return self.facts.notes


@dataclass(frozen=True, slots=True)
class Facts:
    """Comparable facts. Dictionaries lead from the canonical value to what was written."""

    names: tuple[Name, ...]
    identifiers: dict[Identifier, str]
    notes: tuple[Note, ...]
    sites: dict[str, str]  # registrable domain of a site
    mail_domains: dict[str, str]  # registrable domain of an address
    mails: dict[str, str]  # the address itself, lower-case
    pages: dict[str, str]  # one page at a service of many
    phone: str  # digits with the country's code, or ""
    address: frozenset[str]  # words, or empty
    place: frozenset[str]  # those with digits: postcode and house number


def _facts(company: Company) -> Facts:
    identifiers: dict[Identifier, str] = {}
    notes: list[Note] = []
    for number in company.numbers:
        read = read_number(number.raw[:200], number.kind[:20], number.country[:8] or company.country)
        if isinstance(read, Note):
            notes.append(read)
        else:
            identifiers.setdefault(read, number.raw.strip()[:80])
    sites: dict[str, str] = {}
    pages: dict[str, str] = {}
    mail_domains: dict[str, str] = {}
    mails: dict[str, str] = {}
    for raw in company.sites:
        found: Domain = read_domain(raw)
        if found.kind == "own":
            sites.setdefault(found.name, raw)
        elif found.page:
            pages.setdefault(found.page, raw)
    for raw in company.emails:
        found = read_domain(raw)
        if "@" not in raw or found.kind in ("none", "reserved", "disposable"):
            continue
        mails.setdefault(raw[raw.rfind("<") + 1 :].strip("> \t\r\n").lower(), raw)
        if found.kind == "own":
            mail_domains.setdefault(found.name, raw)
    words, place = _address(company.address)
    return Facts(
        names=tuple(dict.fromkeys(name for name in map(read_name, company.names) if name.plain or name.written)),
        identifiers=identifiers,
        notes=tuple(notes),
        sites=sites,
        mail_domains=mail_domains,
        mails=mails,
        pages=pages,
        phone=_phone(company.phone),
        address=words,
        place=place,
    )


def _phone(raw: str) -> str:
    """Digits of a number with its country's code, "" without one: a local number may be anybody's."""
    digits = "".join(letter for letter in fold(raw).replace("(0)", "") if letter in "0123456789")
    international = raw.strip().startswith(("+", "00", "＋"))
    digits = digits.removeprefix("00")
    return digits if international and 9 <= len(digits) <= 15 and len(set(digits)) > 3 else ""


@lru_cache(maxsize=8192)
def _address(raw: str) -> tuple[frozenset[str], frozenset[str]]:
    words = []
    for word in split_words(fold(raw)):
        text = latin(word)
        for long, short in _STREET.items():
            text = text.removesuffix(long) + short if text.endswith(long) else text
        words.append(text)
    place = frozenset(word for word in words if re.search(r"\d", word))
    return frozenset(words), place
