"""What a row of a file of accounts got wrong, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import N_, gettext

PROBLEMS: Mapping[str, str] = {
    "account.no_name": N_("no company name"),
    "account.country": N_("not a country code of two letters"),
    "opportunity.source": N_("the system it comes from is not named"),
    "opportunity.no_id": N_("no id of its own"),
    "opportunity.amount": N_("not an amount"),
    "opportunity.currency": N_("not a currency"),
    "row.date_invalid": N_("not a date"),
    "row.too_many_columns": N_("too many columns"),
    "row.cell_too_long": N_("a cell is too long"),
    "row.unclosed_quote": N_("a quotation mark was never closed"),
    "row.unreadable": N_("cannot be read"),
    "field.too_long": N_("a cell is too long"),
}


def row_problem(code: str) -> str:
    """The words of a code; an unknown one stands for itself."""
    return gettext(PROBLEMS[code]) if code in PROBLEMS else code
