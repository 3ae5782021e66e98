"""Words about deals in the reader's language: states, reasons, roles, what matched. Codes are the services'."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import N_, gettext

# as a partner is told them: word, kind, symbol
STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": (N_("Not submitted yet"), "wait", "part"),
    "in_review": (N_("In review"), "accent", "dot"),
    "action_required": (N_("Waits for you"), "warn", "warn"),
    "approved": (N_("Protected"), "ok", "lock"),
    "converted": (N_("Opportunity"), "ok", "lock"),
    "won": (N_("Won"), "ok", "check"),
    "lost": (N_("Lost"), "wait", "none"),
    "rejected": (N_("Not approved"), "danger", "stop"),
    "expired": (N_("Protection over"), "wait", "none"),
    "shared": (N_("Shared with a team"), "ok", "check"),
    "withdrawn": (N_("Withdrawn"), "wait", "none"),
    "revoked": (N_("Protection taken back"), "danger", "stop"),
}
# as the vendor sees them
INNER_STATES: Mapping[str, tuple[str, str, str]] = {
    **STATES,
    "submitted": (N_("Waits for a reviewer"), "accent", "dot"),
    "under_review": (N_("Under review"), "accent", "part"),
    "action_required": (N_("Waits for the partner"), "wait", "part"),
    "in_conflict": (N_("In conflict"), "danger", "warn"),
    "shared": (N_("Shared into another"), "wait", "check"),
    "open": (N_("Open opportunity"), "accent", "dot"),
    "closed": (N_("Closed"), "wait", "none"),
    "direct": (N_("Sold to directly"), "accent", "dot"),
}
REJECTED: Mapping[str, str] = {
    "existing_customer": N_("The company is a customer already."),
    "already_registered": N_("The company cannot be registered for this product now."),
    "own_opportunity": N_("The vendor is in talks with the company itself."),
    "not_qualified": N_("There is no project yet that could be sold to."),
    "incomplete": N_("Too little is known to decide."),
    "outside_territory": N_("The company lies outside your territory."),
    "no_partner_activity": N_("Nothing shows what you did to win the company."),
    "other": N_("Another reason, written beside."),
}
RETURNED: Mapping[str, str] = {
    "company_unclear": N_("It is not clear which company is meant."),
    "contact_missing": N_("A person to talk to is missing."),
    "amount_unclear": N_("It is not clear what the deal is worth."),
    "evidence_missing": N_("Something that shows the project is missing."),
    "other": N_("Another reason, written beside."),
}
LOST: Mapping[str, str] = {
    "price": N_("The price"),
    "competitor": N_("A competitor"),
    "no_decision": N_("The customer did not decide"),
    "no_budget": N_("There was no budget"),
    "product_gap": N_("The product lacked something"),
    "timing": N_("The wrong time"),
    "other": N_("Another reason"),
}
REVOKED: Mapping[str, str] = {
    "false_statement": N_("Something in the registration was not true."),
    "no_activity": N_("Nothing was done about the deal."),
    "partner_left": N_("The partner has left the programme."),
    "other": N_("Another reason, written beside."),
}
RESOLVED: Mapping[str, str] = {
    "first_registered": N_("Who registered first"),
    "stronger_evidence": N_("Who showed stronger evidence"),
    "customer_choice": N_("Whom the customer chose"),
    "agreed_split": N_("The partners agreed to share"),
    "other": N_("Another reason"),
}
ROLES: Mapping[str, str] = {
    "lead": N_("leads the deal"),
    "sourcing": N_("found the customer"),
    "implementation": N_("installs"),
    "support": N_("supports"),
}
GROUPS: Mapping[str, str] = {
    "company": N_("the company"),
    "contact": N_("the contact"),
    "product_line": N_("the product"),
    "amount": N_("the amount"),
    "close_on": N_("the expected close"),
    "note": N_("the note"),
    "lines": N_("the list of products"),
}
FINDINGS: Mapping[str, str] = {
    "number": N_("the same registration number"),
    "registry": N_("the same registration number"),
    "domain": N_("the same web domain"),
    "email_domain": N_("the same mail domain"),
    "email": N_("the same email address"),
    "page": N_("the same page on the web"),
    "phone": N_("the same telephone number"),
    "address": N_("nearly the same address"),
    "name": N_("a similar name"),
    "account": N_("the same account"),
    "reviewer": N_("named by a reviewer"),
}
AGAINST: Mapping[str, str] = {
    "number": N_("the registration numbers differ"),
    "country": N_("the countries differ"),
    "name": N_("the names differ"),
    "address": N_("the addresses differ"),
    "site": N_("the web sites differ"),
}
SIDES: Mapping[str, str] = {
    "deal": N_("A partner's registration"),
    "opportunity": N_("An opportunity of your own sales"),
    "account": N_("A company your own sales serve"),
}
OUTCOMES: Mapping[str, str] = {
    "refused": N_("refused at once"),
    "cleared": N_("protected at once"),
    "review": N_("reviewed by a person"),
}
SOURCES: Mapping[str, str] = {
    "registration": N_("a registration"),
    "import": N_("a file"),
    "api": N_("a program"),
    "lead": N_("a lead"),
}
DAYS: Mapping[str, str] = {
    "mon": N_("Monday"),
    "tue": N_("Tuesday"),
    "wed": N_("Wednesday"),
    "thu": N_("Thursday"),
    "fri": N_("Friday"),
    "sat": N_("Saturday"),
    "sun": N_("Sunday"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """A code's words; an unknown code stands for itself."""
    return gettext(table[code]) if code in table else code


def words(table: Mapping[str, str]) -> dict[str, str]:
    """All of a table, for a select."""
    return {code: gettext(text) for code, text in table.items()}


def state_of(state: str) -> tuple[str, str, str]:
    """Word, kind and symbol of a state as a partner is told it."""
    text, kind, symbol = STATES[state]
    return gettext(text), kind, symbol


def inner_state(state: str) -> tuple[str, str, str]:
    """The same as the vendor sees it."""
    text, kind, symbol = INNER_STATES[state]
    return gettext(text), kind, symbol


def reason_of(state: str, code: str) -> str:
    """The sentence of a decision's reason."""
    table = {"rejected": REJECTED, "action_required": RETURNED, "lost": LOST, "revoked": REVOKED}.get(state, RESOLVED)
    return word(table, code) if code else ""


def groups_text(groups: object) -> str:
    """What was handed back, as a list in a sentence."""
    return ", ".join(word(GROUPS, str(one)) for one in groups) if isinstance(groups, list | tuple) else ""
