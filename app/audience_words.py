"""Words about contacts and leads in the reader's language: bases, blocks, what a row of a file got wrong, sources."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import N_, gettext

BASES: Mapping[str, str] = {
    "consent": N_("They agreed to it"),
    "existing_customer": N_("They are customers of ours"),
    "legitimate_interest": N_("Legitimate interest, weighed and written down"),
    "contract": N_("A contract with them asks for it"),
}
BLOCKS: Mapping[str, str] = {
    "unsubscribe": N_("unsubscribed"),
    "bounce": N_("address does not exist"),
    "complaint": N_("complained"),
    "manual": N_("blocked by you"),
    "erased": N_("erased at their own wish"),
}
ROWS: Mapping[str, str] = {
    "row.no_email": N_("no address"),
    "row.email_invalid": N_("not a complete address"),
    "row.duplicate": N_("the same address as in line %(cell)s; taken once"),
    "row.possible_duplicate": N_("perhaps the same person as in line %(cell)s; taken as well"),
    "row.basis_unknown": N_("no basis that we know"),
    "row.date_invalid": N_("not a date"),
    "row.date_in_future": N_("a date in the future"),
    "row.too_many_columns": N_("too many columns"),
    "row.cell_too_long": N_("a cell is too long"),
    "row.unclosed_quote": N_("a quotation mark was never closed"),
    "row.unreadable": N_("cannot be read"),
}
COLUMNS: Mapping[str, str] = {
    "email": N_("Email address"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "name": N_("Whole name"),
    "company": N_("Company"),
    "phone": N_("Phone"),
    "country": N_("Country"),
    "locale": N_("Language"),
    "time_zone": N_("Time zone"),
    "basis": N_("Basis"),
    "consent_date": N_("Agreed on"),
}
LEAD_STATES: Mapping[str, tuple[str, str, str]] = {
    "new": (N_("new"), "accent", "dot"),
    "accepted": (N_("accepted"), "ok", "check"),
    "declined": (N_("declined"), "wait", "none"),
    "handed": (N_("a deal now"), "ok", "check"),
    "closed": (N_("done"), "wait", "check"),
}
DOUBTS: Mapping[str, str] = {
    "too_fast": N_("sent within three seconds"),
    "no_user_agent": N_("sent by no browser we know"),
    "many_links": N_("holds many links"),
    "link_in_name": N_("has a link for a name"),
    "visitor_rate": N_("sent many times from one place"),
    "launch_rate": N_("came with a great many others"),
}
CHANNELS: Mapping[str, str] = {
    "mail": N_("mail"),
    "qr": N_("QR code"),
    "page": N_("landing page"),
    "plain": N_("printed address"),
    "csv": N_("list"),
    "event": N_("event"),
    "api": N_("another system"),
    "linkedin": "LinkedIn",
    "x": "X",
    "facebook": "Facebook",
    "whatsapp": "WhatsApp",
}
TOUCHES: Mapping[str, str] = {
    "delivery": N_("got the mail"),
    "click": N_("followed the link"),
    "download": N_("fetched the file"),
    "page": N_("looked at the page"),
    "form": N_("sent the form"),
}


def word(table: Mapping[str, str], key: str, **values: object) -> str:
    """A table's word in the reader's language; the key itself if it has none."""
    text = gettext(table[key]) if key in table else key
    return text % values if values else text


def words(table: Mapping[str, str]) -> dict[str, str]:
    """A whole table in the reader's language, for lists to choose from."""
    return {key: gettext(text) for key, text in table.items()}


def row_words(code: str, cell: str) -> str:
    """What was wrong with a row of a file."""
    return word(ROWS, code, cell=cell)


def lead_state(state: str) -> tuple[str, str, str]:
    """A lead's state as word, kind and symbol."""
    text, kind, symbol = LEAD_STATES[state]
    return gettext(text), kind, symbol
