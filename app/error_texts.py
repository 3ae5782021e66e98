"""Sentences of errors in the person's language, by code. A code without one shows the service's English sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.i18n import N_, gettext
from campaigns.core.errors import DomainError
from renderer.report import Problem

TEXTS: dict[str, str] = {
    "actor.forbidden": N_("Your role does not allow this."),
    "form.expired": N_("This form is older than your session. Load the page again and repeat."),
    "http.bad_request": N_("The request could not be read."),
    "http.not_found": N_("There is nothing at this address."),
    "http.method_not_allowed": N_("This address does not take such a request."),
    "http.too_large": N_("The file is larger than this page takes."),
    "http.internal": N_("Something went wrong on our side. Nothing was changed."),
}


def text_of(error: DomainError) -> str:
    """The sentence in the reader's language, with the error's figures in it."""
    return _text(error.code, error.message, error.params)


def problem_text(problem: Problem) -> str:
    """The same for one problem of a list."""
    return _text(problem.code, problem.message, problem.params)


def errors_by_field(problems: Iterable[Problem]) -> dict[str, str]:
    """Each field's first sentence, for the form macros; a problem's `slot` is the field's name."""
    found: dict[str, str] = {}
    for problem in problems:
        if problem.slot is not None:
            found.setdefault(problem.slot, problem_text(problem))
    return found


def _text(code: str, english: str, params: Mapping[str, Any]) -> str:
    template = TEXTS.get(code)
    if template is None:
        return english
    return gettext(template) % params if "%(" in template else gettext(template)
