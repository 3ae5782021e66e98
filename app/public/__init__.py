"""Pages without a sign-in. View modules are imported at the end of this file, so that they add themselves."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from app.public import deal_policy, files, hooks, landing, links, report_mail, unsubscribing  # noqa: E402, F401 - they add their routes
