"""The language of a request: the person's, else what the browser asks for, else English; and gettext in it."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request

from app.auth import current
from app.i18n import formats
from campaigns.core.catalogs import LANGUAGES, SOURCE, in_language, translations
from renderer.spec import direction


def locale() -> str:
    """The request's language; English outside a request."""
    if not has_request_context():
        return SOURCE
    if "locale" not in g:
        signed_in = current.signed_in()
        wanted = signed_in.locale if signed_in else request.accept_languages.best_match(list(LANGUAGES))
        g.locale = wanted if wanted in LANGUAGES else SOURCE
    return str(g.locale)


def use_locale(language: str) -> str:
    """Speak this language for the rest of the request (public pages); one we have not becomes English."""
    short = language.replace("_", "-").split("-")[0].lower()
    g.locale = short if short in LANGUAGES else SOURCE
    return str(g.locale)


def gettext(message: str, **values: Any) -> str:
    """The message in the request's language, with `%(name)s` filled."""
    return dgettext_for(locale(), message, **values)


def dgettext_for(language: str, message: str, **values: Any) -> str:
    """The message in a given language: for mails, whose reader is not the one who asks."""
    return in_language(language, message, **values)


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """The message for a number, by the language's own plural forms."""
    text = str(translations(locale()).ngettext(one, many, n))
    return text % {"num": formats.number(n), "n": n, **values}


def register(app: Flask) -> None:
    """Jinja's `_()`, `{% trans %}`, `locale`, `dir` and the filters."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translations(locale()).gettext(message),
        lambda one, many, n: translations(locale()).ngettext(one, many, n),
        newstyle=True,
    )
    env.globals["languages"] = LANGUAGES
    env.filters.update(formats.FILTERS)

    @app.context_processor
    def _language() -> dict[str, str]:
        return {"locale": locale(), "dir": direction(locale())}
