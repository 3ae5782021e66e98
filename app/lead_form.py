"""A single lead from a form, of a vendor or a partner: the fields, and what was wrong beside them."""

from __future__ import annotations

from collections.abc import Mapping

from app.error_texts import errors_by_field, text_of
from campaigns.core.errors import DomainError
from campaigns.leads.reading import fact_name

FIELDS = (
    "email", "name", "company", "job_title", "phone", "country", "region", "postal_code", "product_line", "website",
    "message",
)  # fmt: skip
MOST_LINES = 20


def given_of(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(values, facts) of the form; further facts are one a line, as in `employees: 40`."""
    facts = {}
    for line in form.get("facts", "")[:8000].splitlines()[:MOST_LINES]:
        name, colon, text = line.partition(":")
        if colon and fact_name(name) and text.strip():
            facts[fact_name(name)] = text.strip()
    return {name: form.get(name, "") for name in FIELDS}, facts


def lead_errors(error: DomainError) -> dict[str, str]:
    """What stands beside the fields."""
    if error.code in ("lead.no_email", "lead.email"):
        return {"email": text_of(error)}
    return errors_by_field(error.problems)
