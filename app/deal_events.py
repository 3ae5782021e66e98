"""A deal's timeline in words: what each line says happened, and the particulars that belong to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.deal_words import LOST, REJECTED, RESOLVED, RETURNED, REVOKED, groups_text, word
from app.i18n import N_, ngettext
from app.i18n import gettext as _
from app.i18n.formats import date, money
from campaigns.deals.queries.timeline import TimelineLine

TITLES: Mapping[str, str] = {
    "submitted": N_("Registered"),
    "expired": N_("Protection ended"),
    "approved": N_("Approved and protected"),
    "returned": N_("Handed back with a question"),
    "resubmitted": N_("Corrected"),
    "rejected": N_("Not approved"),
    "appealed": N_("Appealed"),
    "appeal_refused": N_("Appeal refused"),
    "reopened": N_("Appeal granted, under review again"),
    "extension_asked": N_("Asked for more time"),
    "extended": N_("Protection extended"),
    "extension_refused": N_("No more time given"),
    "converted": N_("Became an opportunity"),
    "won": N_("Won"),
    "lost": N_("Lost"),
    "withdrawn": N_("Withdrawn"),
    "revoked": N_("Protection taken back"),
    "shared": N_("Joined with another registration"),
    "team": N_("The team changed"),
    "progress": N_("Progress"),
    "lines": N_("Products changed"),
    "note": N_("Note"),
    "evidence": N_("A file was added"),
    "warning": N_("Told that protection ends soon"),
    # the vendor's alone
    "pick_up": N_("Taken up"),
    "hand_back": N_("Laid back into the queue"),
    "conflict": N_("Called a conflict"),
    "resolved": N_("Conflict settled"),
    "approval": N_("One yes of several"),
    "match_dismissed": N_("A match was dismissed"),
    "account_moved": N_("Belongs to a merged account now"),
    "revocation_asked": N_("Asked to take protection back"),
    "revocation_refused": N_("Protection stays"),
    "reminder": N_("Reminded of the time to decide"),
}
_PARTS: Mapping[str, str] = {
    "stage": N_("Stage: %(value)s"),
    "next_step": N_("Next: %(value)s"),
    "next_step_on": N_("Next step on %(value)s"),
    "close_on": N_("Expected close %(value)s"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A line as the page shows it. `ours` is true on the reader's side of the timeline."""

    at: dt.datetime
    side: str
    who: str
    title: str
    text: str
    words: str
    private: bool


def told(line: TimelineLine) -> Told:
    """The line in the reader's language."""
    title = word(TITLES, line.kind)
    detail = _DETAILS.get(line.kind)
    text = detail(line.data) if detail else ""
    return Told(line.at, line.side, line.who, title, text, line.words, line.private)


def _until(data: Mapping[str, Any]) -> str:
    at = _instant(data.get("until"))
    return _("Until %(day)s.", day=date(at)) if at else ""


def _instant(value: object) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else None


def _returned(data: Mapping[str, Any]) -> str:
    at = _instant(data.get("until"))
    parts = [word(RETURNED, str(data.get("reason", "")))]
    parts.append(_("To correct: %(fields)s.", fields=groups_text(data.get("editable"))))
    if at:
        parts.append(_("Answered by %(day)s it keeps its place.", day=date(at)))
    return " ".join(parts)


def _resubmitted(data: Mapping[str, Any]) -> str:
    return "" if data.get("kept_place", True) else _("It came after the time and took a new place in the queue.")


def _rejected(data: Mapping[str, Any]) -> str:
    at = _instant(data.get("appeal_until"))
    said = word(REJECTED, str(data.get("reason", "")))
    return said + " " + _("An appeal is possible until %(day)s.", day=date(at)) if at else said


def _won(data: Mapping[str, Any]) -> str:
    return money(int(data.get("amount_minor", 0)), str(data.get("currency", "EUR")))


def _shared(data: Mapping[str, Any]) -> str:
    return _("Part: %(part)s %%.", part=f"{int(data.get('part_bp', 0)) / 100:g}")


def _progress(data: Mapping[str, Any]) -> str:
    after = data.get("after") or {}
    parts = []
    for name, value in after.items():
        if name in _PARTS and value:
            shown = date(dt.date.fromisoformat(value)) if name.endswith("_on") else str(value)
            parts.append(_(_PARTS[name], value=shown))
    if "amount_minor" in after:
        currency = after.get("currency") or (data.get("before") or {}).get("currency") or ""
        parts.append(money(int(after["amount_minor"]), currency) if currency else "")
    return ". ".join(part for part in parts if part)


def _percent(data: Mapping[str, Any]) -> str:
    return _("%(percent)s %% of the time to decide is used.", percent=data.get("percent", ""))


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "approved": _until,
    "extended": _until,
    "returned": _returned,
    "resubmitted": _resubmitted,
    "rejected": _rejected,
    "won": _won,
    "shared": _shared,
    "progress": _progress,
    "lost": lambda data: word(LOST, str(data.get("reason", ""))),
    "revoked": lambda data: word(REVOKED, str(data.get("reason", ""))),
    "revocation_asked": lambda data: word(REVOKED, str(data.get("reason", ""))),
    "resolved": lambda data: word(RESOLVED, str(data.get("reason", ""))),
    "reminder": _percent,
    "warning": _until,
    "evidence": lambda data: str(data.get("filename", "")),
    "approval": lambda data: _("%(given)s of %(needed)s", given=data.get("given", ""), needed=data.get("needed", "")),
    "conflict": lambda data: (
        ngettext("%(num)s match stands", "%(num)s matches stand", int(data["matches"])) if "matches" in data else ""
    ),
}
