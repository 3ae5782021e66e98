"""The few words in the bar, by permission. A new page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for

from app.auth import current
from app.i18n import N_, gettext
from campaigns.core.actor import Role
from campaigns.core.permissions import may
from campaigns.reports.asked import PARTNER_REPORTS, REPORTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the bar. `side` keeps a vendor's and a partner's pages apart."""

    side: str
    endpoint: str
    label: str
    icon: str
    permission: str


ENTRIES: tuple[Entry, ...] = (
    Entry("partner", "home.show", N_("Home"), "home", "campaign.read"),
    Entry("partner", "campaigns.index", N_("Campaigns"), "kit", "campaign.read"),
    Entry("partner", "launches.index", N_("Launches"), "report", "launch.read"),
    Entry("partner", "leads.index", N_("Leads"), "lead", "lead.read"),
    Entry("partner", "deals.index", N_("Deals"), "deal", "deal.read"),
    Entry("partner", "audience.index", N_("Contacts"), "call", "contact.read"),
    Entry("partner", "brand.show", N_("Brand"), "brand", "brand.read"),
    Entry("vendor", "kits.index", N_("Kits"), "kit", "kit.read"),
    Entry("vendor", "channel_leads.index", N_("Leads"), "lead", "vendor_lead.read"),
    Entry("vendor", "channel_deals.index", N_("Deals"), "deal", "registration.read"),
    Entry("vendor", "studio_partners.index", N_("Partners"), "lead", "partner.read"),
    Entry("vendor", "studio_reports.show", N_("Reports"), "report", "report.read"),
)
ASIDE: tuple[Entry, ...] = (
    Entry("partner", "portal_results.show", N_("Results"), "report", "result.read"),
    Entry("partner", "outbox.index", N_("Outbox"), "mail", "outbox.read"),
    Entry("partner", "people.partner", N_("People"), "lead", "people.manage"),
    Entry("vendor", "people.vendor", N_("People"), "lead", "people.manage"),
    Entry("vendor", "programme.show", N_("Programme"), "kit", "programme.write"),
    Entry("both", "tokens.index", N_("Access for programs"), "lock", "token.manage"),
    Entry("both", "webhooks.index", N_("Webhooks"), "link", "webhook.manage"),
    Entry("both", "error_desk.index", N_("Error desk"), "warn", "webhook.manage"),
    Entry("both", "audit.index", N_("What was done"), "text", "audit.read"),
)
HOMES = {Role.CHANNEL: "channel_deals.index", Role.FINANCE: "studio_reports.show"}
ROLE_NAMES = {
    "admin": N_("administrator"),
    "marketing": N_("marketing"),
    "channel": N_("channel manager"),
    "finance": N_("finance"),
    "partner_admin": N_("administrator"),
    "partner_member": N_("member"),
}


def role_name(role: str) -> str:
    """A role in the reader's language."""
    return gettext(ROLE_NAMES[role])


def entries(listed: tuple[Entry, ...] = ENTRIES) -> list[dict[str, Any]]:
    """The bar of the one signed in: label, address, icon, and whether the page is under it."""
    acting = current.maybe_actor()
    if acting is None:
        return []
    side = "partner" if acting.partner_id else "vendor"
    mine = [entry for entry in listed if entry.side in (side, "both") and may(acting, entry.permission)]
    shown = [(entry, url_for(entry.endpoint)) for entry in mine]
    under = [url for _, url in shown if request.path == url or request.path.startswith(url + "/")]
    here = max(under, key=len, default=None)
    return [
        {"label": gettext(entry.label), "url": url, "icon": entry.icon, "current": url == here} for entry, url in shown
    ]


def side_entries() -> list[dict[str, Any]]:
    """What stands behind the name: pages people need rarely."""
    return entries(ASIDE)


def home_url() -> str:
    """Where the one signed in starts: the page of their work, else the first word of their bar, else their own page."""
    acting = current.maybe_actor()
    if acting is not None and acting.role in HOMES:
        return url_for(HOMES[acting.role])
    shown = entries()
    return str(shown[0]["url"]) if shown else url_for("account.show")


def register(app: Flask) -> None:
    """Templates ask for the bar."""
    app.jinja_env.globals["tab_reports"] = lambda mine: PARTNER_REPORTS if mine else REPORTS
    app.jinja_env.globals["nav_entries"] = entries
    app.jinja_env.globals["side_entries"] = side_entries
