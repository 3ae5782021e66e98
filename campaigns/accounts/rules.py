"""What an account or an opportunity must say to be taken. Pure."""

from __future__ import annotations

import re

from campaigns.accounts.identity import CompanyFacts
from campaigns.core.problems import Problem
from renderer.currency import exponent

MOST = {"name": 200, "website": 300, "registry_id": 80, "address": 500}
COUNTRY = re.compile(r"[A-Z]{2}")


def account_problems(company: CompanyFacts) -> list[Problem]:
    """Everything wrong with a company: no name, too long, a country that is no code of two letters."""
    found = []
    if not company.name:
        found.append(Problem("account.no_name", "Write the company's name.", slot="name"))
    for name, most in MOST.items():
        length = len(getattr(company, name))
        if length > most:
            found.append(
                Problem(
                    "field.too_long", f"This has {length} characters, {most} are the most.", slot=name,
                    params={"measured": length, "needed": most},
                )
            )  # fmt: skip
    if company.country and not COUNTRY.fullmatch(company.country):
        found.append(Problem("account.country", "A country is a code of two letters, as in DE or JP.", slot="country"))
    return found


def opportunity_problems(
    source: str, external_id: str, company: CompanyFacts, amount_minor: int | None, currency: str
) -> list[Problem]:
    """Everything wrong with an opportunity and its company."""
    found = account_problems(company)
    if not source or len(source) > 120:
        found.append(Problem("opportunity.source", "Name the system it comes from.", slot="source"))
    if not external_id or len(external_id) > 200:
        found.append(Problem("opportunity.no_id", "Give the id that the other system knows it by.", slot="external_id"))
    if amount_minor is not None and not 0 <= amount_minor < 2**62:
        found.append(Problem("opportunity.amount", "The amount must not be negative.", slot="amount"))
    if amount_minor is not None and exponent(currency) is None:
        found.append(Problem("opportunity.currency", "Give the amount's currency, as in EUR.", slot="currency"))
    return found
