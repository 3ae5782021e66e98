"""What identifies a company: the one place that asks `campaigns.matching`, and how a row becomes its `Company`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from campaigns.matching.company import Company, Number
from campaigns.matching.keys import keys_of, name_keys
from campaigns.matching.rules import compare

DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company as somebody wrote it. `country` is ISO 3166-1 alpha-2; everything but the name may be empty.

    `known` are exact identifiers (kind, value) that an account has learnt beside what is written.
    """

    name: str
    country: str = ""
    website: str = ""
    registry_id: str = ""
    address: str = ""
    email: str = ""
    known: tuple[tuple[str, str], ...] = ()

    def company(self) -> Company:
        """As the matcher takes it."""
        return Company(
            names=(self.name,) if self.name else (),
            country=self.country,
            sites=tuple(
                dict.fromkeys(
                    one for one in (self.website, *[value for kind, value in self.known if kind == DOMAIN]) if one
                )
            ),
            emails=(self.email,) if self.email else (),
            numbers=(
                *([Number(self.registry_id)] if self.registry_id else []),
                *[Number(value, kind) for kind, value in self.known if kind != DOMAIN],
            ),
            address=self.address,
        )


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How strongly two companies resemble each other: `block` (exact), `flag` (perhaps) or `none`, and why.

    Findings are JSON-ready, the strongest first: rule, what either side wrote, the score, what speaks against it.
    """

    strength: str
    findings: tuple[dict[str, Any], ...] = ()


def exact_keys(facts: CompanyFacts) -> tuple[tuple[str, str], ...]:
    """(kind, value) of what identifies the company exactly, numbers before domains; empty where nothing does."""
    return tuple(sorted(keys_of(facts.company()), key=lambda key: (key[0] == DOMAIN, key)))


def lasting_keys(facts: CompanyFacts) -> tuple[tuple[str, str], ...]:
    """The exact keys an account learns. Of a company with a site of its own the contact's mail domain is none of
    them: an agency writes for many."""
    own = exact_keys(replace(facts, email=""))
    return own or exact_keys(facts)


def candidate_keys(facts: CompanyFacts) -> tuple[str, ...]:
    """Keys under which companies of a like name are found; they decide nothing."""
    return name_keys(facts.company())


def resemblance(one: CompanyFacts, other: CompanyFacts) -> Resemblance:
    """Compare two companies; the findings name `one` first."""
    match = compare(one.company(), other.company())
    return Resemblance(
        match.strength,
        tuple(
            {
                "rule": found.rule, "code": found.code, "strength": found.strength, "a": found.a, "b": found.b,
                "score": round(found.score, 1), "against": list(found.against), "value": found.value,
            }
            for found in match.findings
        ),
    )  # fmt: skip
