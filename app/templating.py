"""What every template may use beside translation: the actor, permissions, and the small words of pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for
from jinja2 import StrictUndefined

from app.auth import current
from app.error_texts import problem_text
from app.unit_of_work import container, uow
from campaigns.core.permissions import may
from campaigns.partners import queries
from campaigns.partners.brand import queries as brand_queries
from campaigns.partners.rules import slug_colour_version


def _may(permission: str) -> bool:
    acting = current.maybe_actor()
    return acting is not None and may(acting, permission)


def _accents() -> list[queries.Accent]:
    """The colours this page may show; a part of a page or a stranger's page needs none."""
    acting = current.maybe_actor()
    return [] if acting is None else queries.accents_for(uow().session, acting)


def _other_tenants() -> list[queries.Tenant]:
    signed_in = current.signed_in()
    if signed_in is None or signed_in.actor.person_id is None or signed_in.scope:
        return []
    tenants = queries.tenants_of(uow().session, signed_in.actor.person_id)
    return [tenant for tenant in tenants if tenant.grant_id != signed_in.grant_id]


def _brand_logo_url() -> str:
    """The partner's own logo for the bar; empty until there is one."""
    acting = current.maybe_actor()
    if acting is None or acting.partner_id is None:
        return ""
    logo_id = brand_queries.light_logo_id(uow().session, acting.partner_id)
    return url_for("brand.logo", logo_id=logo_id) if logo_id else ""


def _frame() -> dict[str, Any]:
    return {"me": current.signed_in(), "may": _may, "now": container().clock.now()}


def is_htmx() -> bool:
    """True when htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def register(app: Flask) -> None:
    """Undefined names are errors, blocks leave no blank lines."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["accent_version"] = slug_colour_version
    app.jinja_env.globals.update(
        accents=_accents, other_tenants=_other_tenants, brand_logo_url=_brand_logo_url, problem_text=problem_text
    )
    app.context_processor(_frame)
