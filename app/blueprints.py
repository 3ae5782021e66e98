"""The list of everything that answers requests. A new part adds its line here."""

from __future__ import annotations

from flask import Blueprint

from app import health, style
from app.account import invitation, password, settings, sign_in
from app.admin import audit, error_desk, people, programme, tokens, webhooks
from app.api.v1 import make_blueprint as make_api
from app.channel import accounts as channel_accounts
from app.channel import deals as channel_deals
from app.channel import lead_coverage as channel_lead_coverage
from app.channel import lead_files as channel_lead_files
from app.channel import lead_rules as channel_lead_rules
from app.channel import leads as channel_leads
from app.channel import policy as channel_policy
from app.channel import reports as channel_reports
from app.channel import review as channel_review
from app.portal import (
    audience,
    audience_import,
    brand,
    campaigns,
    deal_acts,
    deal_mail,
    deals,
    home,
    launch_events,
    launches,
    lead_acts,
    lead_files,
    lead_offers,
    leads,
    outbox,
    previews,
)
from app.portal import blueprint as portal
from app.public import blueprint as public
from app.public import go, lead_link
from app.reporting import inputs as report_inputs
from app.reporting.views import portal_results, studio_reports
from app.studio import announcing, kits
from app.studio import blueprint as studio
from app.studio import partners as studio_partners

ALL: tuple[Blueprint, ...] = (
    portal,
    studio,
    public,
    go.blueprint,
    lead_link.blueprint,
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
    webhooks.blueprint,
    error_desk.blueprint,
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
    lead_offers.blueprint,
    lead_acts.blueprint,
    lead_files.blueprint,
    outbox.blueprint,
    deal_mail.blueprint,
    deals.blueprint,
    deal_acts.blueprint,
    channel_deals.blueprint,
    channel_review.blueprint,
    channel_accounts.blueprint,
    channel_policy.blueprint,
    channel_leads.blueprint,
    channel_lead_files.blueprint,
    channel_lead_rules.blueprint,
    channel_lead_coverage.blueprint,
    channel_reports.blueprint,
    report_inputs.blueprint,
    studio_reports,
    portal_results,
)
