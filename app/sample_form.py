"""The form in the preview of a landing page: as visitors see it, but for looking only."""

from __future__ import annotations

from flask import render_template

from app.static_files import static_file, static_url
from renderer.kit.load import LoadedKit
from renderer.landing import FORM_MARKER, localized_landing


def with_sample_form(page: bytes, kit: LoadedKit | None, locale: str) -> bytes:
    """The page with a form that cannot be sent in its place."""
    landing = localized_landing(kit, locale) if kit is not None else None
    inner = render_template("public/sample_form.html", form=landing, landing_css=_style()) if landing else ""
    return page.replace(FORM_MARKER.encode(), inner.encode())


def _style() -> str:
    return static_url("css/landing.css") if static_file("css/landing.css") else ""
