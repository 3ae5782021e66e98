"""Sentences of errors about webhooks and the error desk, by code; part of `app.error_texts`."""

from __future__ import annotations

from app.i18n import N_

TEXTS: dict[str, str] = {
    "endpoint.invalid": N_("Please look at the marked fields."),
    "endpoint.url": N_("This is not a complete web address."),
    "endpoint.url_scheme": N_("The address must begin with https://."),
    "endpoint.url_userinfo": N_("The address must not hold a user name or password."),
    "endpoint.url_host": N_("The address must name a public host, such as hooks.example.com."),
    "endpoint.url_port": N_("Only the ports 443 and 8443 are allowed."),
    "endpoint.title": N_("A title has at most 80 characters."),
    "endpoint.system": N_("A system is named like salesforce or crm-2."),
    "endpoint.types": N_("An event is named like deal.won or deal.*."),
    "endpoint.adapter": N_("A system that is read needs an address and a name."),
    "endpoint.many": N_("A company has at most %(needed)s endpoints."),
    "endpoint.disabled": N_("This endpoint is switched off. Make a new one."),
    "endpoint.paused": N_("Nothing is sent to this endpoint now. Resume it first."),
    "delivery.state": N_("It has changed meanwhile. Load the page again."),
    "change.state": N_("It has changed meanwhile. Load the page again."),
    "desk.reason": N_("Say in 1 to %(needed)s characters why."),
}
