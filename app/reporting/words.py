"""The words of reports for pages: those of `campaigns.reports.words` in the language of the one who looks."""

from __future__ import annotations

from app.i18n import gettext
from campaigns.reports import words
from campaigns.reports.words import (
    BY,
    FACTS,
    GROUPINGS,
    GROUPS,
    KEYS,
    MODELS,
    NOTES,
    PERIODS,
    REPORTS,
    SPANS,
    STANDS,
    STATES,
)

__all__ = [
    "BY",
    "FACTS",
    "GROUPINGS",
    "GROUPS",
    "KEYS",
    "MODELS",
    "NOTES",
    "PERIODS",
    "REPORTS",
    "SPANS",
    "STANDS",
    "STATES",
    "value_word",
]


def value_word(by: str, key: str, label: str) -> str:
    """What a row of a report is called."""
    return words.value_word(by, key, label, gettext)
