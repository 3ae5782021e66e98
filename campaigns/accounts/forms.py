"""Accounts and opportunities as another system, a file or a person tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaigns.accounts.identity import CompanyFacts


@dataclass(frozen=True, slots=True)
class AccountForm:
    """An account as another system or a file tells it. `source` and `external_id` may be empty by hand."""

    company: CompanyFacts
    source: str = ""
    external_id: str = ""
    direct: bool = True
    owner: str = ""


@dataclass(frozen=True, slots=True)
class OpportunityForm:
    """An open opportunity; its account by `account_external_id`, else by what identifies the company.

    The amount is in minor units of `currency`, None where it is not known.
    """

    source: str
    external_id: str
    company: CompanyFacts
    account_external_id: str = ""
    title: str = ""
    product_line: str = ""
    stage: str = ""
    owner: str = ""
    amount_minor: int | None = None
    currency: str = ""
    opened_on: date | None = None
    closed: bool = False
