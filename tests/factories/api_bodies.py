"""A good body for each operation of the API that takes one, over the things a stage names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BASIS = {"basis": "consent", "source": "fair"}
BRAND = {"name": "Osterly-Marked", "primary": "#14304d", "secondary": "#f2a61c"}


def request_for(line: str, named: Mapping[str, object]) -> dict[str, Any]:
    """Arguments for a test client: body, query and If-Match of `VERB rule`; empty where it takes none."""
    members = {"contact_ids": [str(named["contact_id"])]}
    bodies: dict[str, Any] = {
        "PUT people/<uuid:grant_id>/role": {"role": "partner_member"},
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
        "PUT leads/<uuid:lead_id>/state": {"decision": "accept"},
        "POST partners/invitations": {"company": "New", "email": "new@new.example"},
    }
    verb, rule = line.replace("/api/v1/", "").split(maxsplit=1)
    version = named["brand_version"] if rule.startswith("brand") else 1
    made: dict[str, Any] = {"headers": {} if verb == "GET" else {"If-Match": f'"{version}"'}}
    if f"{verb} {rule}" in bodies:
        made["json"] = bodies[f"{verb} {rule}"]
    if line == "POST /api/v1/brand/logo":
        made |= {"data": named["logo_file"], "content_type": "image/svg+xml"}
    if line == "POST /api/v1/kits":
        made |= {"data": named["kit_file"], "content_type": "application/zip"}
    if line == "POST /api/v1/imports":
        made |= {"data": named["csv_file"], "content_type": "text/csv", "query_string": {"list_id": named["list_id"]}}
    return made
