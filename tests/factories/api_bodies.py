"""A good body for each operation of the API that takes one, over the things a stage names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

BASIS = {"basis": "consent", "source": "fair"}
BRAND = {"name": "Osterly-Marked", "primary": "#14304d", "secondary": "#f2a61c"}


def request_for(line: str, named: Mapping[str, object]) -> dict[str, Any]:
    """Arguments for a test client: body, query and If-Match of `VERB rule`; empty where it takes none."""
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    planned = {"next_action": "Call", "next_action_on": day}
    members = {"contact_ids": [str(named["contact_id"])]}
    bodies: dict[str, Any] = {
        "PUT people/<uuid:grant_id>/role": {"role": "partner_member"},
        "PUT me/profile": {"name": "Ines", "locale": "de"},
        "POST tokens": {"name": "Sync", "scopes": ["self.read"]},
        "PUT programme": {"name": "Halvorsen", "accent": "#0a5f56"},
        "POST people/invitations": {"email": "new@osterly.example", "role": "partner_member"},
        "PUT brand": BRAND,
        "PUT brand/logos/<any(light,dark):ground>": {"logo_id": str(named["logo_id"])},
        "POST brand/colours": {"logo_id": str(named["logo_id"])},
        "POST kit-versions/<uuid:version_id>/withdraw": {"reason": "a mistake"},
        "POST launches": {"kit_version_id": str(named["version_id"]), "locales": ["en"], "client_token": "t"},
        "POST launches/<uuid:launch_id>/relaunch": {"client_token": "r"},
        "POST lists": {"name": "Friends"},
        "PUT lists/<uuid:list_id>": {"name": "Friends"},
        "POST lists/<uuid:list_id>/members": members,
        "POST lists/<uuid:list_id>/members/remove": members,
        "POST contacts": {"email": "new@example.com", "basis": BASIS, "list_id": str(named["list_id"])},
        "PUT contacts/<uuid:contact_id>": {"email": "new@example.com"},
        "POST suppressions": {"addresses": ["new@example.com"]},
        "POST imports/<uuid:import_id>/confirm": {"basis": "consent", "basis_source": "fair"},
        "POST lead-offers/<uuid:offer_id>/accept": planned,
        "POST vendor-leads": {"email": "new@firma.de", "facts": {"size": "9"}},
        "POST leads": {"email": "own@firma.de", "programme_id": str(named.get("programme", ""))},
        "POST vendor-leads/<uuid:vendor_lead_id>/notes": {"kind": "call", "words": "Nobody there"},
        "POST vendor-leads/<uuid:vendor_lead_id>/merges": {"lead_id": str(named.get("vendor_double", ""))},
        "POST lead-rules": {"rules": {"rounds": 2}, "after": 0},
        "POST lead-rules/try": {"rules": {"close_points": 0}},
        "PUT lead-coverage/<uuid:covering_id>": {"countries": ["DE"], "capacity": 5},
        "POST lead-offers/<uuid:offer_id>/decline": {"reason": "product"},
        "POST lead-pool/<uuid:pooled_id>/requests": {"note": "We know them"},
        "POST leads/<uuid:lead_id>/notes": {"kind": "call", "words": "Nobody there"},
        "PUT leads/<uuid:lead_id>/next-action": planned,
        "POST leads/<uuid:lead_id>/give-back": {"reason": "product"},
        "POST leads/<uuid:lead_id>/merges": {"lead_id": str(named.get("double", ""))},
        "PUT leads/<uuid:lead_id>/state": {"decision": "accept"},
        "POST webhooks": {"url": "https://hooks.example.com/in"},
        "PUT webhooks/<uuid:endpoint_id>": {"url": "https://hooks.example.com/new"},
        "POST webhook-deliveries/<uuid:delivery_id>/skip": {"reason": "a test"},
        "POST inbound-changes/<uuid:change_id>/skip": {"reason": "a test"},
        "POST reports/views": {"name": "Mine", "asks": {"report": "credits"}},
        "PATCH reports/views/<uuid:view_id>": {"name": "Ours"},
        "PUT reports/views/<uuid:view_id>/schedule": {"every": "week", "day": 1, "at": "08:00", "zone": "Europe/Oslo"},
        "PUT reports/settings": {"after": 0, "currency": "NOK"},
        "PUT reports/run-settings": {"after": 0, "model": {"name": "linear"}},
        "POST reports/targets": {"quarter": "2026-Q2", "amount_minor": 100, "currency": "EUR"},
        "PATCH reports/targets/<uuid:target_id>": {"amount_minor": 200},
        "POST reports/costs": {
            "activity": "Fair",
            "incurred_on": "2026-04-01",
            "amount_minor": 100,
            "currency": "EUR",
            "launch_id": str(named.get("launch_id", "")),
        },
        "POST reports/margins": {"share_bp": 3000, "starts_on": "2026-01-01"},
        "POST plan-rates": {"currency": "USD", "base": "EUR", "starts_on": "2026-01-01", "rate": "0.92"},
        "POST reports/runs": {"model": {"name": "linear"}},
        "POST deals": {"programme_id": str(named["programme_id"]), "client_token": "matrix"},
        "PUT deals/<uuid:deal_id>": {"company_name": "Nordvarme"},
        "POST deals/<uuid:deal_id>/correction": {"company_name": "Nordvarme"},
        "PATCH deals/<uuid:deal_id>/progress": {"stage": "Offer"},
        "POST deals/<uuid:deal_id>/notes": {"words": "We met."},
        "PUT deals/<uuid:deal_id>/lines": {"lines": []},
        "POST deals/<uuid:deal_id>/steps": {"step": "withdraw"},
        "POST deals/<uuid:deal_id>/extension": {"words": "More time.", "evidence_ids": []},
        "POST registrations/<uuid:deal_id>/decisions": {"decision": "hand_back"},
        "PUT accounts": {"name": "Nordvarme"},
        "PUT opportunities": {"name": "Nordvarme", "source": "crm", "external_id": "o2"},
        "POST accounts/<uuid:account_id>/merges": {"loser_id": str(named["twin_id"])},
        "POST deal-policy/try": {"data": {}},
        "PUT deal-policy": {"data": {}},
        "POST product-lines": {"code": "boilers", "name": "Boilers"},
        "PATCH product-lines/<uuid:product_id>": {"name": "Pumps"},
        "POST partners/invitations": {"company": "New", "email": "new@new.example"},
    }
    verb, rule = line.replace("/api/v1/", "").split(maxsplit=1)
    version = named["brand_version"] if rule.startswith("brand") else 1
    version = named["deal_version"] if rule.startswith("deals/") else version
    version = named["registration_version"] if rule.startswith("registrations/") else version
    made: dict[str, Any] = {"headers": {} if verb == "GET" else {"If-Match": f'"{version}"'}}
    if f"{verb} {rule}" in bodies:
        made["json"] = bodies[f"{verb} {rule}"]
    if line == "POST /api/v1/brand/logo":
        made |= {"data": named["logo_file"], "content_type": "image/svg+xml"}
    if line == "POST /api/v1/kits":
        made |= {"data": named["kit_file"], "content_type": "application/zip"}
    if line.endswith("/files") and verb == "POST":
        made |= {
            "data": b"{}", "content_type": "application/octet-stream", "query_string": {"filename": "no.such.file"},
        }  # fmt: skip
    if line == "POST /api/v1/webhooks/<uuid:endpoint_id>/changes":
        made |= {"data": b"at,type,external_id\n", "content_type": "text/csv"}
    if line == "POST /api/v1/reports/target-imports":
        made |= {"data": b"quarter,amount,currency\n2026-Q3,1000,EUR\n", "content_type": "text/csv"}
    if line == "POST /api/v1/account-imports":
        asked = {"kind": "accounts", "source": "crm"}
        made |= {"data": b"Name\nNordvarme\n", "content_type": "text/csv", "query_string": asked}
    if line == "POST /api/v1/deals/<uuid:deal_id>/evidence":
        made |= {"data": b"We met.", "content_type": "application/octet-stream"}
    if line == "POST /api/v1/imports":
        made |= {"data": named["csv_file"], "content_type": "text/csv", "query_string": {"list_id": named["list_id"]}}
    if line.endswith("lead-imports") and verb == "POST":
        asked = {"programme_id": named["programme"]} if rule == "lead-imports" else {}
        made |= {"data": named["csv_file"], "content_type": "text/csv", "query_string": asked}
    return made
