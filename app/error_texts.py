"""Sentences of errors in the person's language, by code. A code without one shows the service's English sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.error_texts_deals import TEXTS as DEALS
from app.error_texts_leads import TEXTS as LEADS
from app.error_texts_mailing import TEXTS as MAILING
from app.error_texts_money import TEXTS as MONEY
from app.error_texts_reports import TEXTS as REPORTS
from app.error_texts_webhooks import TEXTS as WEBHOOKS
from app.i18n import N_, gettext
from app.i18n.formats import filesize
from campaigns.core.errors import DomainError
from renderer.report import Problem

TEXTS: dict[str, str] = {
    "actor.forbidden": N_("Your role does not allow this."),
    "form.expired": N_("This form is older than your session. Load the page again and repeat."),
    "http.bad_request": N_("The request could not be read."),
    "http.nul": N_("There is an invisible control character in it. Type it anew instead of pasting it."),
    "http.not_found": N_("There is nothing at this address."),
    "http.method_not_allowed": N_("This address does not take such a request."),
    "http.too_large": N_("The file is larger than this page takes."),
    "kit.too_large": N_("The zip is larger than %(needed)s. Shrink its pictures or PDFs."),
    "kit.check_failed": N_("The check could not be carried out, which says nothing about the kit. Check it again."),
    "kit.not_draft": N_("Only a draft is checked."),
    "token.outlives": N_("A token cannot make one that lives longer than itself."),
    "kit.unchecked": N_("The check of this version is not done yet; wait for it."),
    "kit.has_errors": N_("Errors stand between this version and your partners: %(measured)s. None may be left."),
    "kit.withdrawn": N_("The vendor has withdrawn this version; launch the newest one."),
    "kit.reason_needed": N_("Say in 1 to %(needed)s characters why; your partners read it."),
    "kit.out_of_season": N_("The campaign cannot be launched today; it is over or has not begun yet."),
    "launch.no_brand": N_("There is no brand kit yet. Save your logo and colours first, it takes a minute."),
    "launch.refused": N_("Something about this launch needs mending first."),
    "launch.no_locale": N_("Choose at least one language."),
    "launch.no_such_list": N_("That list is not there any more. Choose another."),
    "launch.starts_in_past": N_("The start lies in the past. Choose a time from now on."),
    "launch.starts_too_late": N_("The start is more than a year away. Choose an earlier day."),
    "launch.bad_time": N_("The start is not a day and a time. Choose one from the calendar."),
    "launch.interrupted": N_("A move to another machine interrupted the launch. Try again."),
    "launch.state": N_("The launch has changed meanwhile. Load the page again."),
    "launch.nothing_newer": N_("This launch has the newest version already."),
    "field.required": N_("This is needed."),
    "field.too_long": N_("This has %(measured)s characters, %(needed)s are the most. Shorten it."),
    "http.internal": N_("Something went wrong on our side. Nothing was changed."),
    "http.too_many_requests": N_("Too many requests. Wait a little and try again."),
    "link.gone": N_("This link was used already, withdrawn, or is too old. Ask for a new one."),
    "edit.changed_meanwhile": N_(
        "Somebody saved a change while you were editing. Load the page again; what you typed is not saved yet."
    ),
    # people
    "password.short": N_("The password has %(measured)s characters; at least %(needed)s are needed."),
    "password.long": N_("The password has %(measured)s characters; at most %(needed)s are taken."),
    "password.is_email": N_("The password is the email address. Choose another."),
    "password.monotonous": N_("The password repeats a few characters. Choose another."),
    "password.old_wrong": N_("The present password is not right."),
    "password.wrong": N_("This is not the password of your account."),
    "person.email": N_("This is not an email address."),
    "person.name": N_("The name needs 1 to 120 characters."),
    "person.elsewhere": N_("This person also works for another company. Take the role here instead."),
    "grant.role": N_("There is no such role here."),
    "grant.exists": N_("This person works here already. Change the role in the list."),
    "grant.own": N_("You cannot do this to yourself. Ask another administrator."),
    "grant.last_admin": N_("The company would have no administrator. Name another first."),
    "partner.name": N_("Write the company's name, with 1 to 80 characters."),
    "partner.exists": N_("This person's company is in your programme already."),
    "invitation.invalid": N_("Please look at the marked fields."),
    # programs and programmes
    "token.invalid": N_("Please look at the marked fields."),
    "token.name": N_("Give it a name of 1 to 80 characters."),
    "token.no_scope": N_("Choose at least one right."),
    "token.expiry": N_("The last day must be within a year from now."),
    "programme.invalid": N_("Please look at the marked fields."),
    "programme.name": N_("The name needs 1 to 80 characters."),
    "programme.address": N_("The address may have 300 characters in plain lines."),
    "programme.time_zone": N_("Choose a time zone from the list."),
    # brand
    "brand.invalid": N_("Please look at the marked fields."),
    "brand.name_missing": N_("Write the company's name."),
    "brand.long": N_("It has %(measured)s characters; at most %(needed)s fit."),
    "field.control": N_("There is an invisible control character in it. Type it anew instead of pasting it."),
    "brand.control": N_("There is an invisible control character in it. Type it anew instead of pasting it."),
    "brand.phone": N_("Write the telephone number with digits, like +44 117 496 0142."),
    "brand.email": N_("This is not an email address."),
    "brand.country": N_("Choose a country from the list."),
    "brand.url": N_("Write the web address as people type it, like www.osterly.example."),
    "brand.colour": N_("Write the colour as # and six digits, like #14304d."),
    "logo.contrast": N_("The logo has a contrast of %(measured)s; %(needed)s is needed."),
    "logo.needed": N_("A brand needs a logo for light grounds. Drop another."),
    "logo.small_for_print": N_("It is %(measured)s px on its longer side; print needs %(needed)s px."),
    "logo.too_few_pixels": N_("It is %(measured)s px on its longer side; at least %(needed)s px are needed."),
    "logo.white_removed": N_("The white ground was made transparent."),
    "logo.white_kept": N_("It stands on a white ground of its own. Export it without the background."),
    "logo.pdf_outlined": N_("The PDF page was made into outlines."),
    "logo.no_ink": N_("Nothing is visible in it. Check that its layers are not hidden, and export it again."),
    "logo.svg_text": N_("It contains live text. Convert all text to outlines (paths) and export it again."),
    **LEADS,
    **MAILING,
    **WEBHOOKS,
    **MONEY,
    **DEALS,
    **REPORTS,
}

IN_BYTES = frozenset({"kit.too_large"})  # their figures are bytes, which nobody reads


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
    if code in IN_BYTES:
        params = {name: filesize(value) if name in ("measured", "needed") else value for name, value in params.items()}
    try:
        return gettext(template) % params if "%(" in template else gettext(template)
    except KeyError:  # the service gave other figures than the sentence wants
        return english
