"""Pages without a sign-in. View modules are imported at the end of this file, so that they add themselves."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from app.public import (  # noqa: E402 - they add their routes
    deal_policy,  # noqa: F401
    files,  # noqa: F401
    hooks,  # noqa: F401
    landing,  # noqa: F401
    links,  # noqa: F401
    mail_in,  # noqa: F401
    report_mail,  # noqa: F401
    unsubscribing,  # noqa: F401
)
