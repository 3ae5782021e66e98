"""A registration as its reviewer sees it: both sides of each match in rows, and what may be decided now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.auth import current
from app.channel.picking import NEW_ROWS
from app.deal_events import told
from app.deal_words import (
    AGAINST,
    FINDINGS,
    GROUPS,
    LOST,
    REJECTED,
    RESOLVED,
    RETURNED,
    REVOKED,
    ROLES,
    SIDES,
    inner_state,
    word,
    words,
)
from app.error_texts import TEXTS
from app.i18n import gettext as _
from app.i18n.formats import countries, date, money
from app.i18n.formats import datetime as when
from app.unit_of_work import container, uow
from campaigns.accounts.queries import opportunities_of
from campaigns.core.permissions import may
from campaigns.deals.queries.clock import clocks_of, deciders_of
from campaigns.deals.queries.desk import DeskPage
from campaigns.deals.queries.matches import MatchSide
from campaigns.deals.queries.parts import TeamRow
from campaigns.deals.queries.picked import partners_to_team
from campaigns.reports.runs import run_with

SAME = {"number": "registry_id", "registry": "registry_id", "domain": "website", "email": "email", "name": "name"} | {
    "phone": "phone", "address": "address", "email_domain": "email", "page": "website",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the two sides; `same` where the matcher found them alike."""

    label: str
    left: str
    right: str
    same: bool


def compared(page: DeskPage, side: MatchSide) -> list[Compared]:
    """What was written here, beside what stands there."""
    form, company, contact = page.form, side.company, side.contact
    found = {SAME.get(str(one.get("rule")), "") for one in side.findings}
    names = countries()
    theirs = page.row.product_name if side.product_line == page.row.product_line else side.product_line
    rows = [
        (_("Company"), form.company_name, company.get("name", ""), "name"),
        (_("Country"), *(names.get(code, code) for code in (form.country, str(company.get("country", "")))), ""),
        (_("Web site"), form.website, company.get("website", ""), "website"),
        (_("Registration number"), form.registry_id, company.get("registry_id", ""), "registry_id"),
        (_("Address"), form.address, company.get("address", ""), "address"),
        (_("Contact"), form.contact_name, contact.get("name", ""), ""),
        (_("Email address"), form.contact_email, contact.get("email", ""), "email"),
        (_("Phone"), form.contact_phone, contact.get("phone", ""), "phone"),
        (_("Product"), page.row.product_name, theirs, ""),
        (_("Amount"), money(page.row.amount_minor, page.row.currency), _amount(side), ""),
        (_("Since"), when(page.row.submitted_at), when(side.since) if side.since else "", ""),
    ]
    return [Compared(label, str(a), str(b), bool(key) and key in found) for label, a, b, key in rows if a or b]


def _amount(side: MatchSide) -> str:
    return money(side.amount_minor, side.currency) if side.amount_minor is not None and side.currency else ""


def finding_text(finding: dict[str, Any]) -> str:
    """Why the matcher found it: the rule in words, its figure, and what speaks against it."""
    text = word(FINDINGS, str(finding.get("rule", "")))
    score = finding.get("score")
    if isinstance(score, int | float) and score < 100:
        text += " " + _("(%(score)s of 100)", score=round(score))
    against = finding.get("against") or ()
    if isinstance(against, list | tuple) and against:
        text += "; " + _("but %(doubts)s", doubts=", ".join(word(AGAINST, _short(one)) for one in against))
    return text


def _short(code: object) -> str:
    return str(code).rpartition(".")[2]


def order_text(page: DeskPage, side: MatchSide) -> str:
    """Who was first, in words; empty where there is no order."""
    if side.kind != "deal" or side.priority is None:
        return ""
    return _("registered earlier") if side.priority < page.row.priority else _("registered later")


def review_context(page: DeskPage, refused: str = "") -> dict[str, Any]:
    """Everything the template shows."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    row = page.row
    clock = clocks_of(session, acting, [row.id], now).get(row.id)
    deciders = deciders_of(uow(), acting, row.id)
    open_kinds = {one.kind for one in page.requests if one.state == "open"}
    rivals = [one for one in page.matches if one.kind == "deal" and not one.dismissed]
    earlier = [one for one in rivals if one.priority is not None and one.priority < row.priority]
    may_decide = may(acting, "registration.decide")
    return {
        "page": page, "row": row, "state_of": inner_state, "clock": clock, "deciders": deciders,
        "refusal_text": _(TEXTS[deciders.refusal]) if deciders.refusal in TEXTS else "",
        "compared": lambda side: compared(page, side), "finding": finding_text,
        "order": lambda side: order_text(page, side), "side": lambda kind: word(SIDES, kind),
        "told": [told(line) for line in page.timeline], "countries": countries(), "date": date,
        "rejections": words(REJECTED), "returns": words(RETURNED), "resolutions": words(RESOLVED),
        "revocations": words(REVOKED), "losses": words(LOST), "groups": words(GROUPS),
        "role": lambda code: word(ROLES, code), "steps": page.steps if may_decide else (),
        "open_kinds": open_kinds, "earlier": earlier, "may_decide": may_decide and not deciders.refusal,
        "partners": partners_to_team(session, acting) if may_decide and page.may_team else [],
        "team_rows": [*page.team, *[TeamRow(None, "", "support", 0)] * NEW_ROWS], "roles": words(ROLES),
        "own_sales": opportunities_of(session, acting, limit=200)
        if "conflict" in page.steps and may(acting, "account.read") else [],
        "refused": refused, "path_run": run_with(session, acting, row.id) if may(acting, "report.read") else None,
    }  # fmt: skip
