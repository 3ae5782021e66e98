"""Who a lead is: the address as it is compared, and the registrable domain that names its company."""

from __future__ import annotations

from campaigns.audience.rules import normalise
from campaigns.matching.domains import read_domain


def company_key(*given: str) -> str:
    """The domain of the first site or address that belongs to one organisation; empty where none does.

    Free mail, throw-away and hosted addresses name nobody's company.
    """
    for text in given:
        found = read_domain(text) if text else None
        if found is not None and found.kind == "own":
            return found.name
    return ""


def email_key(text: str) -> tuple[str, str]:
    """(address, key) as the audience compares them; ("", "") when it is no complete address."""
    address = normalise(text)
    return (address.email, address.key) if address else ("", "")
