"""A deal's page for a partner: its state as a sentence, what to do next, its protection as a line in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.auth import current
from app.deal_events import told
from app.deal_words import LOST, ROLES, groups_text, reason_of, state_of, word, words
from app.i18n import N_, ngettext
from app.i18n import gettext as _
from app.i18n.formats import countries, date, money
from app.i18n.formats import datetime as when
from app.portal.deal_form import amount_text, currencies, values_of
from app.unit_of_work import container, uow
from campaigns.deals.queries.partner import DealPage, DealRow
from campaigns.deals.queries.rules import public_policy
from campaigns.deals.queries.urgent import programme_slug_of
from campaigns.deals.sniffing import MOST_BYTES
from campaigns.reports.runs import run_with

WIDTH, EDGE = 1000, 12


def sentence(row: DealRow, now: datetime) -> str:
    """What is so about a deal, in one sentence for the list and the top of its page."""
    if row.state == "approved" and row.protected_until:
        left = max(0, (row.protected_until - now).days)
        ends = _("Protected until %(day)s.", day=date(row.protected_until))
        rest = ngettext("%(num)s day is left.", "%(num)s days are left.", left)
        return f"{ends} {rest}"
    if row.state == "in_review":
        return _("You hear by %(when)s.", when=when(row.due_at)) if row.due_at else _("The vendor is deciding.")
    return _(_SENTENCES[row.state]) if row.state in _SENTENCES else ""


_SENTENCES = {
    "draft": N_("Nobody but you sees it until you submit it."),
    "action_required": N_("The vendor has a question. Correct it, and it goes on."),
    "converted": N_("It is an opportunity now, and its protection does not run out."),
    "won": N_("It is won."),
    "lost": N_("It is lost."),
    "rejected": N_("The vendor did not approve it."),
    "expired": N_("Its protection has run out. You may register the company again."),
    "shared": N_("You work on it in a team with another partner."),
    "withdrawn": N_("You took it back."),
    "revoked": N_("The vendor took its protection back."),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Protection as a line of `WIDTH` units: where today stands in it, and its ends."""

    since: datetime
    until: datetime
    today: int
    over: bool


def span_of(since: datetime, until: datetime, now: datetime) -> Span:
    """Today's place between the ends, kept inside the drawing."""
    whole = max((until - since).total_seconds(), 1)
    part = min(max((now - since).total_seconds() / whole, 0), 1)
    return Span(since, until, round(EDGE + part * (WIDTH - 2 * EDGE)), now >= until)


def answer_by(page: DealPage) -> datetime | None:
    """Until when a correction keeps its place."""
    return page.returned_at + timedelta(days=page.resubmit_days) if page.returned_at else None


def _appeal_until(page: DealPage) -> datetime | None:
    """As the decision itself said it: rules published later change nothing."""
    said = next((line.data.get("appeal_until") for line in reversed(page.timeline) if line.kind == "rejected"), None)
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def deal_context(page: DealPage, errors: dict[str, str] | None = None, refused: str = "") -> dict[str, Any]:
    """Everything the template shows."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    row = page.row
    slug = programme_slug_of(session, acting, row.id)
    policy = public_policy(session, slug)
    since = next((line.at for line in page.timeline if line.kind == "approved"), None)
    protected = row.state in ("approved", "expired", "revoked") and since and row.protected_until
    asked = {one.kind for one in page.requests}
    waiting = {one.kind for one in page.requests if one.state == "open"}
    appeal_until = _appeal_until(page)
    return {
        "page": page, "row": row, "slug": slug, "policy": policy, "state_of": state_of, "sentence": sentence(row, now),
        "span": span_of(since, row.protected_until, now) if protected and since and row.protected_until else None,
        "told": [told(line) for line in page.timeline], "reason": reason_of(row.state, page.reason_code),
        "groups": groups_text(page.editable), "answer_by": answer_by(page), "values": values_of(page.form),
        "products": [(one.code, one.name) for one in policy.products], "currencies": currencies(row.currency),
        "losses": words(LOST), "role": lambda code: word(ROLES, code), "amount": amount_text,
        "may_appeal": row.state == "rejected" and row.own and "appeal" not in asked
        and appeal_until is not None and now <= appeal_until,
        "appeal_until": appeal_until, "waiting": waiting, "new_row": range(3),
        "may_extend": row.own and row.state in ("approved", "converted") and page.extensions < page.most_extensions
        and "extension" not in waiting and row.protected_until is not None and row.protected_until > now,
        "free_files": [one for one in page.evidence if one.request_id is None],
        "money": money, "countries": countries(), "most_mb": MOST_BYTES >> 20,
        "errors": errors or {}, "path_run": run_with(session, acting, row.id),
        "refused": refused, "kept_elsewhere": page.owner_system,
    }  # fmt: skip
