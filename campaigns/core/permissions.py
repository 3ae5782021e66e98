"""Who may do what: one table of permissions by role, one function that asks it."""

from __future__ import annotations

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError, Kind

_VENDOR = frozenset({Role.MARKETING, Role.CHANNEL, Role.FINANCE, Role.ADMIN})
_MAKERS = frozenset({Role.MARKETING, Role.ADMIN})
_PARTNER = frozenset({Role.PARTNER_ADMIN, Role.PARTNER_MEMBER})
_PARTNER_HEAD = frozenset({Role.PARTNER_ADMIN})

PERMISSIONS: dict[str, frozenset[Role]] = {
    # vendor
    "kit.read": _VENDOR,
    "kit.write": _MAKERS,
    "kit.publish": _MAKERS,
    "partner.read": _VENDOR,
    "partner.invite": frozenset({Role.MARKETING, Role.CHANNEL, Role.ADMIN}),
    "programme.read": _VENDOR,
    "programme.write": frozenset({Role.ADMIN}),
    "people.manage": frozenset({Role.ADMIN, Role.PARTNER_ADMIN}),
    "audit.read": frozenset({Role.ADMIN, Role.FINANCE, Role.PARTNER_ADMIN}),
    "vendor_lead.read": frozenset({Role.CHANNEL, Role.MARKETING, Role.ADMIN}),
    "vendor_lead.write": frozenset({Role.CHANNEL, Role.ADMIN}),
    "account.read": frozenset({Role.CHANNEL, Role.ADMIN}),
    "account.write": frozenset({Role.CHANNEL, Role.ADMIN}),
    "registration.read": frozenset({Role.CHANNEL, Role.MARKETING, Role.FINANCE, Role.ADMIN}),
    "registration.decide": frozenset({Role.CHANNEL, Role.ADMIN}),
    "policy.write": frozenset({Role.CHANNEL, Role.ADMIN}),
    "report.read": _VENDOR,
    "report.run": frozenset({Role.CHANNEL, Role.MARKETING, Role.ADMIN}),
    "change.read": frozenset({Role.CHANNEL, Role.MARKETING, Role.ADMIN}) | _PARTNER,
    "report.set": frozenset({Role.CHANNEL, Role.FINANCE, Role.ADMIN}),
    "webhook.manage": frozenset({Role.ADMIN, Role.PARTNER_ADMIN}),
    # partner
    "brand.read": _PARTNER,
    "brand.write": _PARTNER,
    "campaign.read": _PARTNER,
    "launch.read": _PARTNER,
    "launch.create": _PARTNER,
    "launch.cancel": _PARTNER,
    "contact.read": _PARTNER,
    "contact.write": _PARTNER,
    "contact.export": _PARTNER_HEAD,
    "lead.read": _PARTNER,
    "lead.write": _PARTNER,
    "deal.read": _PARTNER,
    "deal.write": _PARTNER,
    "result.read": _PARTNER,
    "outbox.read": _PARTNER,
    # anyone signed in
    "self.read": _VENDOR | _PARTNER,
    "self.write": _VENDOR | _PARTNER,
    "token.manage": frozenset({Role.ADMIN, Role.MARKETING, Role.PARTNER_ADMIN}),
}


def may(actor: Actor, permission: str) -> bool:
    """True if the actor's role has the permission and, for tokens and links, the scope covers it."""
    if actor.kind == "system":
        return True
    if actor.role is None or actor.role not in PERMISSIONS[permission]:
        return False
    return actor.scopes is None or permission in actor.scopes


def require(actor: Actor, permission: str) -> None:
    """Raise `forbidden` unless the actor may."""
    if not may(actor, permission):
        raise DomainError("actor.forbidden", Kind.FORBIDDEN, "Your role does not allow this.", permission=permission)
