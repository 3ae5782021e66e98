"""The list of everything that answers requests. A new part adds its line here."""

from __future__ import annotations

from flask import Blueprint

from app import health, style
from app.account import password, settings, sign_in
from app.api.v1 import make_blueprint as make_api
from app.portal import blueprint as portal
from app.public import blueprint as public
from app.studio import blueprint as studio

ALL: tuple[Blueprint, ...] = (
    portal,
    studio,
    public,
    style.blueprint,
    health.blueprint,
    sign_in.blueprint,
    password.blueprint,
    settings.blueprint,
    make_api(),
)
