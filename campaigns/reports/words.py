"""The words of reports: models, groupings, columns, notes; marked here and said in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from campaigns.core.catalogs import N_

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
REPORTS = {
    "credits": N_("What earned the money"),
    "registrations": N_("Registrations"),
    "funnels": N_("From the message to the deal"),
    "durations": N_("How long it takes"),
    "forecast": N_("Forecast and targets"),
    "ropi": N_("Return on marketing"),
    "first_deal": N_("Time to the first deal"),
    "benchmarks": N_("Partners compared"),
}
EVERYTHING = N_("Everything")
GROUPS = BY | GROUPINGS | {"all": EVERYTHING, "stage": N_("Stage"), "day": N_("Day")}
PERIODS = {
    "all": N_("All time"),
    "this_quarter": N_("This quarter"),
    "last_quarter": N_("Last quarter"),
    "this_month": N_("This month"),
    "last_month": N_("Last month"),
    "last_90_days": N_("Last 90 days"),
    "last_365_days": N_("Last 365 days"),
    "last_four_quarters": N_("The last four whole quarters"),
}
COLUMNS = {
    "credit": N_("Credit"),
    "touches": N_("Touches"),
    "deals": N_("Deals"),
    "registered": N_("Registered"),
    "approval": N_("Approved of decided"),
    "conversion": N_("Won of closed"),
    "accept": N_("Lead accepted within"),
    "approve": N_("Deal approved within"),
    "win": N_("Won within"),
    "launches": N_("Launches"),
    "deliveries": N_("Mails delivered"),
    "clicks": N_("People's clicks"),
    "pages": N_("Page visits"),
    "leads": N_("Leads"),
    "accepted": N_("Accepted"),
    "won": N_("Won"),
    "what": N_("What"),
    "took": N_("Half within, nine of ten within"),
    "target": N_("Target"),
    "won_deals": N_("Won deals"),
    "open": N_("Open"),
    "open_deals": N_("Open deals"),
    "weighted": N_("Weighted"),
    "forecast": N_("Forecast"),
    "of_target": N_("Of the target"),
    "state": N_("State"),
    "stage": N_("Stage"),
    "weight": N_("Weight"),
    "revenue": N_("Revenue"),
    "margin": N_("Margin"),
    "cost": N_("Cost"),
    "unvalued": N_("Revenue without a margin"),
    "ropi": N_("Margin less cost, of cost"),
    "day": N_("Days after joining"),
    "at_risk": N_("Still waiting before"),
    "events": N_("First deals"),
    "censored": N_("Left or seen no longer"),
    "waiting": N_("Still waiting after"),
    "programme": N_("Programme"),
    "metric": N_("What"),
    "own": N_("Own"),
    "others": N_("The others together"),
}
KEYS = SPANS | {
    "approval": N_("Approved of decided"),
    "conversion": N_("Won of closed"),
    "submitted": N_("Under review"),
    "approved": N_("Protected"),
    "converted": N_("Opportunity"),
}
NOTES = {
    "overlap": N_(
        "One deal may stand in several rows: credits add up to what the deals are worth, numbers of deals do not."
    ),
    "submitted": N_("Deals count when they were submitted, leads when they were accepted."),
    "begun": N_("Counts launches that began in the period, with everything that came of them."),
    "weights": N_("The forecast is what was won plus open deals, each weighed by its state or stage; see below."),
    "margin": N_("The return is on margin, not on revenue. Costs count on the day they were incurred."),
    "censored": N_("By Kaplan and Meier: partners that still wait count for as long as they have waited."),
    "others": N_("The others are shown only where at least five contribute and none of them more than half."),
}
FACTS = {
    "undated": N_("Open deals without a closing day, in no quarter"),
    "partners": N_("Partners"),
    "registered": N_("Have registered a deal"),
    "median_days": N_("Days until half have registered"),
}
Say = Callable[[str], str]


def value_word(by: str, key: str, label: str, say: Say) -> str:
    """What a row of a report is called."""
    if key == "unattributed":
        return say(N_("No touch known"))
    if key == "":
        return say(EVERYTHING) if by == "all" else say(N_("Without this"))
    if by in ("channel", "kind", "activity"):
        return NAMED.get(key) or (say(VALUES[key]) if key in VALUES else label)
    return label or key
