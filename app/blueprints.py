"""The list of everything that answers requests. A new part adds its line here."""

from __future__ import annotations

from flask import Blueprint

from app import health, style
from app.account import invitation, password, settings, sign_in
from app.admin import audit, people, programme, tokens
from app.api.v1 import make_blueprint as make_api
from app.portal import (
    audience,
    audience_import,
    brand,
    campaigns,
    home,
    launch_events,
    launches,
    leads,
    outbox,
    previews,
)
from app.portal import blueprint as portal
from app.public import blueprint as public
from app.public import go
from app.studio import announcing, kits
from app.studio import blueprint as studio
from app.studio import partners as studio_partners

ALL: tuple[Blueprint, ...] = (
    portal,
    studio,
    public,
    go.blueprint,
    announcing.blueprint,
    style.blueprint,
    health.blueprint,
    sign_in.blueprint,
    password.blueprint,
    settings.blueprint,
    invitation.blueprint,
    people.blueprint,
    tokens.blueprint,
    audit.blueprint,
    programme.blueprint,
    kits.blueprint,
    studio_partners.blueprint,
    brand.blueprint,
    make_api(),
    previews.blueprint,
    home.blueprint,
    campaigns.blueprint,
    launches.blueprint,
    launch_events.blueprint,
    audience.blueprint,
    audience_import.blueprint,
    leads.blueprint,
    outbox.blueprint,
)
