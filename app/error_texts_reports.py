"""Sentences of errors about reports, by code; part of `app.error_texts`."""

from __future__ import annotations

from app.i18n import N_

TEXTS: dict[str, str] = {
    "report.dimension": N_("There is no report grouped so. Choose another grouping."),
    "report.grouping": N_("There is no report grouped so. Choose another grouping."),
    "report.state": N_("There is no such kind of deals. Choose won, open or lost."),
    "attribution.future": N_("The cut-off lies in the future. Choose a time up to now."),
}
