"""The words of reports: models, groupings, kinds and channels in the reader's language."""

from __future__ import annotations

from app.i18n import N_, gettext

MODELS = {
    "first": N_("First touch"),
    "last": N_("Last touch"),
    "linear": N_("Linear"),
    "u_shaped": N_("U-shaped"),
    "w_shaped": N_("W-shaped"),
    "full_path": N_("Full path"),
    "time_decay": N_("Time decay"),
    "markov": N_("Markov chain"),
    "shapley": N_("Shapley value"),
}
BY = {
    "kit": N_("Campaign kit"),
    "asset": N_("Piece and version"),
    "step": N_("Step"),
    "channel": N_("Channel"),
    "kind": N_("Kind of touch"),
    "activity": N_("Activity"),
    "launch": N_("Launch"),
    "locale": N_("Language"),
    "partner": N_("Partner"),
}
STATES = {"won": N_("Won deals"), "open": N_("Open deals"), "lost": N_("Lost deals")}
STANDS = {
    "won": N_("This deal was won"),
    "open": N_("This deal is open"),
    "lost": N_("This deal was lost"),
}
GROUPINGS = {"month": N_("Month"), "region": N_("Region"), "product": N_("Product"), "partner": N_("Partner")}
SPANS = {
    "accept": N_("Until a lead is accepted"),
    "approve": N_("Until a deal is approved"),
    "win": N_("From registration to the win"),
}
VALUES = {
    "click": N_("Click"),
    "page": N_("Page visit"),
    "form": N_("Form"),
    "download": N_("Download"),
    "share": N_("Shared post"),
    "event": N_("Event"),
    "activity": N_("Partner's own activity"),
    "delivery": N_("Delivery"),
    "call": N_("Call"),
    "meeting": N_("Meeting"),
    "mail": N_("Mail"),
    "qr": N_("QR code"),
    "plain": N_("Plain link"),
}
NAMED = {"linkedin": "LinkedIn", "x": "X", "facebook": "Facebook", "whatsapp": "WhatsApp"}


def value_word(by: str, key: str, label: str) -> str:
    """What a row of a report is called."""
    if key == "unattributed":
        return gettext("No touch known")
    if key == "":
        return gettext("Without this")
    if by in ("channel", "kind", "activity"):
        return NAMED.get(key) or (gettext(VALUES[key]) if key in VALUES else label)
    return label or key
