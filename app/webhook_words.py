"""What states and errors of webhooks are called, for people."""

from __future__ import annotations

from app.i18n import N_, gettext
from campaigns.integrations.feeds import FeedView
from campaigns.outbound.queries import DeliveryView, EndpointView

ENDPOINT = {
    "active": ("ok", N_("in force")),
    "paused": ("warn", N_("paused")),
    "disabled": ("wait", N_("switched off")),
}
DELIVERY = {
    "waiting": ("wait", N_("waiting")),
    "delivered": ("ok", N_("delivered")),
    "failed": ("danger", N_("failed")),
    "skipped": ("wait", N_("skipped")),
}
ERRORS = {
    "dns": N_("The name of the host is unknown."),
    "address": N_("The name leads to an address that is not public, so nothing was sent."),
    "connect": N_("The server could not be reached."),
    "tls": N_("The certificate of the server is not valid for its name."),
    "timeout": N_("The server did not answer in time."),
    "protocol": N_("What came back is not an answer in HTTP."),
    "redirect": N_("The server redirects, which is not followed. Enter the final address."),
    "gone": N_("The server said that it is gone for good, so the endpoint was switched off."),
    "disabled": N_("The endpoint was switched off before it was sent."),
    "interrupted": N_("The work was interrupted too often."),
    "endpoint.secret_lost": N_("The secret cannot be read any more. Make a new one."),
}


def endpoint_state(one: EndpointView) -> tuple[str, str]:
    """Kind and word of an endpoint's state."""
    kind, word = ENDPOINT[one.state]
    return kind, gettext(word)


def delivery_state(state: str) -> tuple[str, str]:
    """Kind and word of a delivery's state."""
    kind, word = DELIVERY[state]
    return kind, gettext(word)


def delivery_error(one: DeliveryView) -> str:
    """What went wrong, in a sentence; a person's own reason as it was written; empty where nothing did."""
    return gettext(ERRORS[one.error]) if one.error in ERRORS else one.error


ERRORS |= {f"crm.{name}": ERRORS[name] for name in ("dns", "address", "connect", "tls", "timeout", "protocol")} | {
    "crm.too_large": N_("The answer is too large. Let the system answer page by page."),
    "crm.status": N_("The system answered with an error."),
    "crm_csv.header": N_("The first line lacks the columns at, type and external_id, or names one twice."),
    "crm_csv.row": N_("A line of the answer cannot be read."),
}


def feed_error(one: FeedView) -> str:
    """Why a system cannot be read, in a sentence, with the line or the status where there is one."""
    said = gettext(ERRORS[one.error]) if one.error in ERRORS else str(one.problem.get("message", ""))
    found = one.problem.get("params", {})
    number = found.get("status") or found.get("line")
    return f"{said} ({number})" if number else said


CHANGE = DELIVERY | {"applied": ("ok", N_("applied")), "ignored": ("wait", N_("ignored"))}


def change_state(state: str) -> tuple[str, str]:
    """Kind and word of a received change's state."""
    kind, word = CHANGE[state]
    return kind, gettext(word)
