"""What a right of a token is called, for people. Every permission has a name; a test holds them to that."""

from __future__ import annotations

from app.i18n import N_, gettext

RIGHTS: dict[str, str] = {
    "kit.read": N_("See kits"),
    "kit.write": N_("Upload kits"),
    "kit.publish": N_("Publish and withdraw kits"),
    "partner.read": N_("See partners and their totals"),
    "partner.invite": N_("Invite partners"),
    "programme.read": N_("See the programme’s settings"),
    "programme.write": N_("Change the programme’s settings"),
    "people.manage": N_("Manage people and roles"),
    "audit.read": N_("Read the log of changes"),
    "brand.read": N_("See the brand"),
    "brand.write": N_("Change the brand"),
    "campaign.read": N_("See campaigns on offer"),
    "launch.read": N_("See launches and their files"),
    "launch.create": N_("Launch campaigns"),
    "launch.cancel": N_("Pause, resume and stop launches"),
    "contact.read": N_("See contacts and lists"),
    "contact.write": N_("Change contacts and lists"),
    "contact.export": N_("Export contacts"),
    "lead.read": N_("See leads"),
    "lead.write": N_("Decide on leads"),
    "deal.read": N_("See one’s own deals"),
    "deal.write": N_("Register and change one’s own deals"),
    "vendor_lead.read": N_("See the vendor’s leads"),
    "vendor_lead.write": N_("Route the vendor’s leads"),
    "account.read": N_("See accounts and opportunities"),
    "account.write": N_("Change accounts and opportunities"),
    "registration.read": N_("See registered deals"),
    "registration.decide": N_("Decide on registered deals"),
    "policy.write": N_("Change the rules of leads and deals"),
    "outbox.read": N_("See sent messages"),
    "report.read": N_("See reports"),
    "report.run": N_("Compute attribution"),
    "report.set": N_("Set targets, costs and rates of reports"),
    "result.read": N_("See one’s own results"),
    "self.read": N_("See who the token acts as"),
    "self.write": N_("Change your own settings"),
    "change.read": N_("Read what happened to leads and deals"),
    "webhook.manage": N_("Manage webhooks and the error desk"),
    "token.manage": N_("Make and revoke tokens"),
}


def right_name(permission: str) -> str:
    """The right in the reader's language; its own name if a token has one that is no more."""
    return gettext(RIGHTS[permission]) if permission in RIGHTS else permission
