"""The interface's languages: which one this request speaks, its catalogs, and numbers and dates in it."""

from __future__ import annotations

from app.i18n.request import dgettext_for, gettext, locale, ngettext, register, use_locale
from campaigns.core.catalogs import LANGUAGES, N_

__all__ = ["LANGUAGES", "N_", "dgettext_for", "gettext", "locale", "ngettext", "register", "use_locale"]
