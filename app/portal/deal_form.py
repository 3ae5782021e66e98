"""A registration as the page's form posts it, what is wrong with it, and how it is kept while it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import request

from app.auth import current
from app.i18n.formats import number, region
from app.unit_of_work import container, uow
from campaigns.core.errors import DomainError
from campaigns.core.money_text import parse_money
from campaigns.core.problems import Problem, raise_if_any
from campaigns.deals.forms import GROUPS, DealForm, draft_problems, submission_problems
from campaigns.deals.service.drafting import DealRef, begin_draft, change_draft
from campaigns.deals.service.steps import stale
from renderer.currency import exponent

TEXTS = (
    "company_name", "country", "website", "registry_id", "address", "contact_name", "contact_email", "contact_phone",
    "contact_title", "product_line", "title", "note",
)  # fmt: skip
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "AED", "SAR", "MXN", "BRL", "INR")
_HOST = re.compile(r"(https?://)?[^\s/@:]+(\.[^\s/@:.]+)*\.[^\W\d_]{2,}(:\d+)?(/\S*)?", re.IGNORECASE)
REFUSED = "Please look at the marked fields."


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says, and what of it could not be read."""

    form: DealForm
    problems: tuple[Problem, ...]


def read_form(base: DealForm | None = None, groups: tuple[str, ...] | None = None) -> Read:
    """The posted form; fields that were not posted keep what `base` says. `groups` limits what is read."""
    given: Mapping[str, str] = request.form
    names = TEXTS if groups is None else tuple(name for group in groups for name in GROUPS.get(group, ()))
    texts: dict[str, Any] = {name: given[name] for name in TEXTS if name in given and name in names}
    form = replace(base or DealForm(), **texts)
    if "website" in names and form.website and not form.registry_id and not _HOST.fullmatch(form.website.strip()):
        form = replace(form, website="", registry_id=form.website)  # one field takes either
    problems: list[Problem] = []
    if "amount" in given and (groups is None or "amount" in groups):
        form = _with_amount(form, given, problems)
    if "close_on" in given and (groups is None or "close_on" in groups):
        form = _with_day(form, given["close_on"].strip(), problems)
    return Read(form.cleaned(), tuple(problems))


def _with_amount(form: DealForm, given: Mapping[str, str], problems: list[Problem]) -> DealForm:
    currency, text = given.get("currency", "").strip().upper(), given["amount"].strip()
    if not text:
        return replace(form, amount_minor=None, currency=currency)
    try:
        return replace(form, amount_minor=parse_money(text, currency, region()).amount_minor, currency=currency)
    except DomainError as error:
        problems.append(Problem(error.code, error.message, slot="amount", params=error.params))
        return replace(form, amount_minor=None, currency=currency if exponent(currency) is not None else "")


def _with_day(form: DealForm, text: str, problems: list[Problem]) -> DealForm:
    try:
        return replace(form, close_on=date.fromisoformat(text) if text else None)
    except ValueError:
        problems.append(Problem("deal.day", "This is not a day.", slot="close_on"))
        return replace(form, close_on=None)


def all_problems(read: Read, product_lines: tuple[str, ...]) -> list[Problem]:
    """Everything that keeps it from being submitted, the unreadable first."""
    slots = {one.slot for one in read.problems}
    found = submission_problems(read.form, product_lines, container().clock.now().date())
    return [*read.problems, *(one for one in found if one.slot not in slots)]


def keep_form(
    programme_id: UUID, token: str, version: int, read: Read, *, source: str, lead_id: UUID | None
) -> DealRef:
    """Keep what is written so far as a draft; once per token, and over what is there at `version` (0: as it is).

    `deal.invalid` with what even a draft may not hold, `deal.state` if it was changed elsewhere or is none any more.
    """
    raise_if_any("deal.invalid", REFUSED, [*read.problems, *draft_problems(read.form)])
    work, acting = uow(), current.actor()
    made = begin_draft(work, acting, programme_id, token, read.form, source=source, lead_id=lead_id)
    if made.made:
        return made
    if made.state != "draft" or (version and version != made.version):
        raise stale()
    return change_draft(work, acting, made.id, made.version, read.form)


def amount_text(amount_minor: int | None, currency: str) -> str:
    """An amount without its currency, as the reader writes it; empty for none."""
    digits = exponent(currency)
    if amount_minor is None or digits is None:
        return ""
    return number(Decimal(amount_minor).scaleb(-digits), digits)


def values_of(form: DealForm) -> dict[str, str]:
    """A stored form as the fields of the page."""
    shown = {name: str(getattr(form, name)) for name in TEXTS}
    if not form.website and form.registry_id:
        shown |= {"website": form.registry_id, "registry_id": ""}
    shown |= {"amount": amount_text(form.amount_minor, form.currency), "currency": form.currency}
    return shown | {"close_on": form.close_on.isoformat() if form.close_on else ""}


def currencies(*first: str) -> list[tuple[str, str]]:
    """Currencies to choose from, those the deal or its programme uses first."""
    wanted = [*(one for one in first if exponent(one) is not None), *CURRENCIES]
    return [(one, one) for one in dict.fromkeys(wanted)]
