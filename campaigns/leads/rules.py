"""Pure rules of landing forms: what a form may hold, what is wrong with it, what makes it doubtful."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from campaigns.audience.rules import normalise
from campaigns.core.text import clean_lines, one_line
from renderer.kit.manifest import FormField, Landing
from renderer.report import Problem

MOST_FIELDS, MOST_NAME, MOST_VALUE = 40, 64, 10_000
LEAST_AGE_S = 3  # nobody fills a form faster
MOST_AGE = timedelta(hours=24)
MOST_LINKS = 2
VISITOR_RATE, LAUNCH_RATE = (5, timedelta(minutes=10)), (60, timedelta(minutes=1))
REFUSE_RATE = 20  # of one visitor within VISITOR_RATE's time: 429
CONSENT = "consent"
HONEYPOT = "website"
TOKEN, VIA = "form_token", "via"
OWN_FIELDS = frozenset({TOKEN, VIA, HONEYPOT, "csrf_token"})
STATES: dict[str, tuple[str, ...]] = {
    "accept": ("new", "declined"),
    "decline": ("new", "accepted"),
    "close": ("new", "accepted"),
    "reopen": ("closed", "declined"),
}
TO = {"accept": "accepted", "decline": "declined", "close": "closed", "reopen": "new"}
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.I)
_PHONE = re.compile(r"[+()\d\s./-]{5,40}")
EMAIL_FIELD = FormField("email", "Email", type="email", required=True, max_chars=254, autocomplete="email")

Verdict = Literal["human", "suspect", "spam"]


@dataclass(frozen=True, slots=True)
class Answers:
    """A form that can be taken: known fields by id, trimmed; whether consent was ticked."""

    values: Mapping[str, str]
    email: str
    email_key: str
    consent: bool

    def get(self, field: str) -> str:
        """A field's value, empty when it was not asked or not filled."""
        return self.values.get(field, "")


def fields_of(landing: Landing) -> tuple[FormField, ...]:
    """The form's fields; an address is always asked, for without one nobody can answer."""
    if any(item.id == "email" for item in landing.form):
        return landing.form
    return (EMAIL_FIELD, *landing.form)


def kept(raw: Mapping[str, str]) -> dict[str, str]:
    """The form as received, bounded: 40 fields, names of 64 and values of 10,000 characters, no NUL."""
    bounded: dict[str, str] = {}
    for name, value in list(raw.items())[:MOST_FIELDS]:
        if name not in (TOKEN, "csrf_token"):
            bounded[name[:MOST_NAME].replace("\0", "")] = value[:MOST_VALUE].replace("\0", "")
    return bounded


def clean(value: str, *, lines: bool) -> str:
    """Text without control characters, runs of blanks made one; line breaks stay where `lines`."""
    return clean_lines(value) if lines else one_line(value)


def _problem(code: str, field: FormField, message: str, **params: object) -> Problem:
    return Problem(code, message, slot=field.id, params=dict(params))


def check_field(field: FormField, value: str) -> list[Problem]:
    """What is wrong with one field's value; codes form.required, form.too_long, form.email, form.phone, form.choice."""
    if field.type == "checkbox":
        return [_problem("form.required", field, "Please tick this.")] if field.required and not value else []
    if not value:
        return [_problem("form.required", field, "Please fill this in.")] if field.required else []
    if len(value) > field.max_chars:
        return [
            _problem(
                "form.too_long",
                field,
                f"{len(value)} characters are too many, at most {field.max_chars} fit.",
                measured=len(value),
                needed=field.max_chars,
            )
        ]
    if field.type == "choice" and value not in field.choices:
        return [_problem("form.choice", field, "Please choose one of the answers given.")]
    if (field.type == "email" or field.id == "email") and normalise(value) is None:
        return [_problem("form.email", field, "This is not a complete address, such as name@company.com.")]
    if field.type == "tel" and not _PHONE.fullmatch(value):
        return [_problem("form.phone", field, "Please give a number, such as +49 40 123456.")]
    return []


def check_form(landing: Landing, raw: Mapping[str, str]) -> tuple[Answers | None, list[Problem]]:
    """The answers, or everything wrong with the form at once. Choices are in the language of `landing`."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for field in fields_of(landing):
        value = clean(raw.get(field.id, "")[: MOST_VALUE + 1], lines=field.type == "textarea" or field.id == "message")
        found = check_field(field, value)
        problems += found
        if not found and value:
            values[field.id] = value
    address = normalise(values.get("email", ""))
    if problems or address is None:
        return None, problems
    return Answers(values, address.email, address.key, bool(raw.get(CONSENT))), []


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a submission besides its words."""

    honeypot: str
    age_s: float
    by_visitor: int
    by_launch: int
    user_agent: str


def judge_form(answers: Answers, around: Circumstances) -> tuple[Verdict, tuple[str, ...]]:
    """(verdict, reasons). Spam is what only a machine does; suspects are kept and shown apart, not lost."""
    if around.honeypot.strip():
        return "spam", ("honeypot",)
    reasons: list[str] = []
    if around.age_s < LEAST_AGE_S:
        reasons.append("too_fast")
    if not around.user_agent.strip():
        reasons.append("no_user_agent")
    if sum(len(_LINK.findall(value)) for value in answers.values.values()) > MOST_LINKS:
        reasons.append("many_links")
    if _LINK.search(answers.get("name")) or _LINK.search(answers.get("company")):
        reasons.append("link_in_name")
    if around.by_visitor >= VISITOR_RATE[0]:
        reasons.append("visitor_rate")
    if around.by_launch >= LAUNCH_RATE[0]:
        reasons.append("launch_rate")
    return ("suspect", tuple(reasons)) if reasons else ("human", ())
