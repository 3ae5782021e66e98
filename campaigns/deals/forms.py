"""A registration as a partner writes it, and everything that is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final

from campaigns.accounts.identity import CompanyFacts
from campaigns.core.problems import Problem
from campaigns.core.text import clean_lines, one_line
from campaigns.partners.rules import normalise_email
from renderer.currency import exponent

# what a form asks for, eight; the rest may be given by API, by mail, or later on the deal's page
ASKED: Final = (
    "company_name", "country", "website", "contact_name", "contact_email", "product_line", "amount", "close_on",
)  # fmt: skip
NEEDED: Final = ("company_name", "country", "contact_name", "contact_email", "product_line", "amount", "close_on")
MOST: Final = {
    "company_name": 200, "website": 300, "registry_id": 80, "address": 500, "contact_name": 120,
    "contact_email": 254, "contact_phone": 40, "contact_title": 120, "product_line": 80, "title": 200, "note": 4000,
}  # fmt: skip
# what a reviewer may hand back for correction, and the fields each holds
GROUPS: Final = {
    "company": ("company_name", "country", "website", "registry_id", "address"),
    "contact": ("contact_name", "contact_email", "contact_phone", "contact_title"),
    "product_line": ("product_line",),
    "amount": ("amount_minor", "currency"),
    "close_on": ("close_on",),
    "note": ("note",),
}
MOST_AHEAD = timedelta(days=1830)
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class DealForm:
    """What a partner registers. The amount is in minor units of `currency`, None where it is not written yet."""

    company_name: str = ""
    country: str = ""
    website: str = ""
    contact_name: str = ""
    contact_email: str = ""
    product_line: str = ""
    amount_minor: int | None = None
    currency: str = ""
    close_on: date | None = None
    registry_id: str = ""
    address: str = ""
    contact_phone: str = ""
    contact_title: str = ""
    title: str = ""
    note: str = ""

    def cleaned(self) -> DealForm:
        """One clean line each, the note several; codes in capitals."""
        values: dict[str, Any] = {
            one.name: one_line(getattr(self, one.name)) for one in fields(self) if one.type == "str"
        }
        values |= {"note": clean_lines(self.note), "country": values["country"].upper()}
        return replace(self, **values | {"currency": values["currency"].upper()})

    def company(self) -> dict[str, Any]:
        """As the deal's row keeps it."""
        return {
            "name": self.company_name, "country": self.country, "website": self.website,
            "registry_id": self.registry_id, "address": self.address,
        }  # fmt: skip

    def contact(self) -> dict[str, Any]:
        """As the deal's row keeps it."""
        return {
            "name": self.contact_name, "email": self.contact_email, "phone": self.contact_phone,
            "title": self.contact_title,
        }  # fmt: skip


def company_facts(company: dict[str, Any], contact: dict[str, Any]) -> CompanyFacts:
    """A stored company as the matcher takes it."""
    return CompanyFacts(
        str(company.get("name", "")), str(company.get("country", "")), str(company.get("website", "")),
        str(company.get("registry_id", "")), str(company.get("address", "")), str(contact.get("email", "")),
    )  # fmt: skip


def changed_fields(before: DealForm, after: DealForm) -> set[str]:
    """The names of the fields that differ."""
    return {one.name for one in fields(DealForm) if getattr(before, one.name) != getattr(after, one.name)}


def unlisted(changed: Collection[str], editable: Sequence[str]) -> list[str]:
    """Which of the changed fields were not handed back."""
    allowed = {name for group in editable for name in GROUPS.get(group, ())}
    return sorted(set(changed) - allowed)


def draft_problems(form: DealForm) -> list[Problem]:
    """What even a draft may not hold: texts too long, codes that are none."""
    found = []
    for name, most in MOST.items():
        length = len(getattr(form, name))
        if length > most:
            found.append(
                Problem(
                    "field.too_long", f"This has {length} characters, {most} are the most. Shorten it.", slot=name,
                    params={"measured": length, "needed": most},
                )
            )  # fmt: skip
    if form.country and not _COUNTRY.fullmatch(form.country):
        found.append(Problem("deal.country", "A country is a code of two letters, as in DE or JP.", slot="country"))
    if form.contact_email and normalise_email(form.contact_email) is None:
        found.append(Problem("deal.email", "This is not an email address.", slot="contact_email"))
    if form.amount_minor is not None and not 0 <= form.amount_minor < 2**53:
        found.append(Problem("deal.amount", "The amount must not be negative.", slot="amount"))
    if form.currency and exponent(form.currency) is None:
        found.append(Problem("deal.currency", "Give the amount's currency, as in EUR.", slot="currency"))
    return found


def submission_problems(form: DealForm, product_lines: Collection[str], today: date) -> list[Problem]:
    """Everything that keeps a registration from being submitted, all at once."""
    found = draft_problems(form)
    values: dict[str, object] = {one.name: getattr(form, one.name) for one in fields(form)}
    values["amount"] = form.amount_minor or None if form.currency else None
    empty = [name for name in NEEDED if values[name] is None or values[name] == ""]
    found += [Problem("field.required", "This is needed.", slot=name) for name in empty]
    if form.product_line and form.product_line not in product_lines:
        found.append(Problem("deal.product_line", "Choose what is sold from the list.", slot="product_line"))
    if form.close_on is not None and not today <= form.close_on <= today + MOST_AHEAD:
        found.append(Problem("deal.close_on", "The day lies between today and five years from now.", slot="close_on"))
    return found
