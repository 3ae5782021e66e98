"""Words about vendors' leads in the reader's language: why a lead came, what it scored, why it was declined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.audience_words import word, words
from app.i18n import N_, gettext
from app.i18n import gettext as _
from app.i18n.formats import countries, number

DECLINES: Mapping[str, str] = {
    "no_capacity": N_("We have no room for it now"),
    "territory": N_("It lies outside our territory"),
    "product": N_("We do not sell this product"),
    "known": N_("We know them, and it will come to nothing"),
    "not_serious": N_("It does not look serious"),
    "other": N_("Another reason"),
}
OFFER_STATES: Mapping[str, str] = {
    "accepted": N_("The lead was accepted already."),
    "declined": N_("The offer was declined already."),
    "expired": N_("The time for this offer is over, and the lead has gone to somebody else."),
    "withdrawn": N_("The vendor has withdrawn this offer."),
}
MET: Mapping[str, str] = {
    "click": N_("followed a link"),
    "page": N_("looked at the page"),
    "form": N_("sent a form"),
    "download": N_("fetched a file"),
    "event": N_("came to an event"),
    "share": N_("shared it"),
}

ACTS: Mapping[str, str] = {
    "note": N_("Note"),
    "call": N_("Call"),
    "mail": N_("Mail"),
    "meeting": N_("Meeting"),
    "event": N_("Came to an event"),
}
BECAME: Mapping[str, str] = {
    "offered": N_("Offered to a partner"),
    "accepted": N_("Accepted"),
    "unrouted": N_("Looking for a partner"),
    "pooled": N_("Put into the pool"),
    "planned": N_("Next step"),
    "asked": N_("Asked what became of it"),
    "merged": N_("Merged with another lead"),
    "unmerged": N_("Merge taken back"),
    "handed": N_("Became a deal"),
    "met": N_("Handed in again"),
    "closed": N_("Closed"),
}
VENDOR_STATES: Mapping[str, tuple[str, str, str]] = {
    "unrouted": (N_("looking for a partner"), "wait", "part"),
    "offered": (N_("offered"), "accent", "dot"),
    "pooled": (N_("in the pool"), "warn", "warn"),
    "accepted": (N_("accepted"), "ok", "check"),
    "handed": (N_("a deal now"), "ok", "check"),
    "closed": (N_("done"), "wait", "check"),
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "open": (N_("no answer yet"), "accent"),
    "accepted": (N_("accepted"), "ok"),
    "declined": (N_("declined"), "warn"),
    "expired": (N_("time ran out"), "wait"),
    "withdrawn": (N_("withdrawn"), "wait"),
    "granted": (N_("granted"), "ok"),
    "refused": (N_("refused"), "wait"),
}
EXCLUDED: Mapping[str, str] = {
    "takes_none": N_("takes no leads"),
    "refused": N_("declined it, let it go, or was just asked"),
    "full": N_("has no room"),
    "country": N_("does not cover the country"),
    "postal_code": N_("does not cover the postal code"),
    "product": N_("does not sell the product"),
}
MEASURES: Mapping[str, str] = {
    "territory": N_("Territory"),
    "product": N_("Product"),
    "tier": N_("Tier"),
    "capacity": N_("Room"),
    "win_rate": N_("Deals won"),
}
ENGAGED: Mapping[str, str] = {
    "click": N_("Followed a link"),
    "page": N_("Looked at the page"),
    "form": N_("Sent a form"),
    "download": N_("Fetched a file"),
    "event": N_("Came to an event"),
    "share": N_("Shared it"),
}
ASKED_OF: Mapping[str, str] = {
    "country": N_("Country"),
    "region": N_("Region"),
    "product_line": N_("Product"),
    "job_title": N_("Position"),
    "company": N_("Company"),
    "phone": N_("Phone"),
    "message": N_("Message"),
    "origin": N_("Came by"),
}
TESTS: Mapping[str, str] = {
    "is": N_("is one of"),
    "has": N_("contains one of"),
    "filled": N_("is there"),
    "at_least": N_("is at least"),
}
LEAD_COLUMNS: Mapping[str, str] = {
    "job_title": N_("Position"),
    "region": N_("Region"),
    "postal_code": N_("Postal code"),
    "product_line": N_("Product"),
    "message": N_("Message"),
    "website": N_("Web site"),
}
WHY: Mapping[str, str] = {
    "undone": N_("its file was taken back"),
    "expired": N_("the time for the offer was over"),
    "idle": N_("nobody worked on it"),
    "again": N_("the rules choose once more"),
    "rounds": N_("it was offered often enough"),
    "nobody": N_("nobody left can take it"),
}


def act_choices() -> dict[str, str]:
    """What one may write down."""
    return {key: text for key, text in words(ACTS).items() if key != "event"}


def note_words(note: Any) -> str:
    """What a line about a lead is: an act, or what became of the lead and why."""
    if note.kind != "state":
        return word(ACTS, note.kind)
    said, why = word(BECAME, str(note.data.get("to", ""))), str(note.data.get("why", ""))
    return f"{said}: {word(WHY if why in WHY else DECLINES, why)}" if why else said


def decline_choices() -> dict[str, str]:
    """Reasons to choose from."""
    return words(DECLINES)


def country_name(code: str) -> str:
    """A country in the reader's language; the code where it has no name."""
    return countries().get(code, code)


def reason_words(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a lead came to the partner, the weightiest reason first."""
    return [text for one in reasons if (text := _reason(str(one["code"]), one.get("params") or {}))]


def _reason(code: str, params: Mapping[str, Any]) -> str:
    if code == "territory":
        return _("You cover %(place)s.", place=params.get("name") or country_name(str(params.get("country", ""))))
    if code == "product":
        return _("You sell %(product)s.", product=params.get("product", ""))
    if code == "tier":
        return _("Your tier is %(tier)s.", tier=params.get("tier", ""))
    if code == "capacity":
        return _("You have room: %(open)s of %(most)s leads are open.", open=params["open"], most=params["capacity"])
    if code == "win_rate":
        return _("You won %(won)s of %(decided)s deals.", won=params["won"], decided=params["decided"])
    if code == "knows_company":
        return _("You already work with this company.")
    return _("It was your turn.") if code == "in_turn" else _("You can take it.")


def vendor_reasons(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a partner was chosen, said to the vendor."""
    return [_told(str(one["code"]), one.get("params") or {}) for one in reasons]


def _told(code: str, params: Mapping[str, Any]) -> str:
    if code == "territory":
        return _("covers %(place)s", place=params.get("name") or country_name(str(params.get("country", ""))))
    if code == "product":
        return _("sells %(product)s", product=params.get("product", ""))
    if code == "tier":
        return _("tier %(tier)s", tier=params.get("tier", ""))
    if code == "capacity":
        return _("%(open)s of %(most)s leads open", open=params["open"], most=params["capacity"])
    if code == "win_rate":
        return _("won %(won)s of %(decided)s deals", won=params["won"], decided=params["decided"])
    if code == "knows_company":
        return _("works with this company already")
    return _("it was their turn") if code == "in_turn" else _("can take it")


def vendor_state(state: str) -> tuple[str, str, str]:
    """A vendor's lead's state as word, kind and symbol."""
    text, kind, symbol = VENDOR_STATES[state]
    return gettext(text), kind, symbol


def offer_state(state: str) -> tuple[str, str]:
    """What became of an offer or a request, as word and kind."""
    text, kind = ANSWERS[state]
    return gettext(text), kind


def excluded_words(code: str) -> str:
    """Why a partner could not be asked."""
    return word(EXCLUDED, code)


def decline_words(reason: str) -> str:
    """Why a partner declined."""
    return word(DECLINES, reason)


def score_words(parts: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The formula of a score: (what, points with their sign)."""
    return [(_scored(one), f"{one['points']:+d}".replace("-", "\u2212")) for one in parts]


def _scored(one: Mapping[str, Any]) -> str:
    params = one.get("params") or {}
    if one["code"] == "engagement":
        return _("%(count)s × %(what)s", count=number(params["count"]), what=word(MET, str(params["kind"])))
    if one["code"] == "engagement_cap":
        return _("at most %(most)s for what they did", most=number(params["most"]))
    return str(params.get("name", ""))


def offer_over(state: str) -> str:
    """What to say of an offer that cannot be answered any more."""
    return word(OFFER_STATES, state)
