"""Pages of marketing people. View modules are imported at the end of this file, so that they add themselves."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
