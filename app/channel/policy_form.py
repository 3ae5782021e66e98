"""The form of the rules: fields to data and back. Amounts are typed in the currency, lists one entry per line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from app.i18n.formats import region
from app.portal.deal_form import amount_text
from campaigns.core.business_time import DAYS
from campaigns.core.errors import DomainError
from campaigns.core.money_text import parse_money
from campaigns.core.problems import Problem

NUMBERS = (
    "protection_days", "extension_days", "most_extensions", "resubmit_days", "appeal_days", "review_hours",
)  # fmt: skip
AMOUNTS = ("auto_clear_minor", "minimum_minor")
MOST_ROUTES = 20


def _number(text: str) -> Any:
    """A whole number; other text stays as it is, for the rules to refuse by name."""
    clean = text.strip()
    return int(clean) if re.fullmatch(r"[0-9]{1,9}", clean) else clean


def _split(text: str) -> list[str]:
    return [one for one in re.split(r"[\s,;]+", text.strip()) if one]


def _amount(text: str, currency: str, slot: str, problems: list[Problem]) -> int:
    if not text.strip():
        return 0
    try:
        return parse_money(text, currency, region()).amount_minor
    except DomainError as error:
        problems.append(Problem(error.code, error.message, slot=slot, params=error.params))
        return 0


def data_of(form: MultiDict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The posted rules as `parse_policy` takes them, and amounts that could not be read."""
    problems: list[Problem] = []
    currency = form.get("currency", "EUR").strip().upper()
    data: dict[str, Any] = {name: _number(form.get(name, "")) for name in NUMBERS}
    data |= {name: _amount(form.get(name, ""), currency, name, problems) for name in AMOUNTS}
    data |= {
        "currency": currency,
        "zone": form.get("zone", "").strip(),
        "words": form.get("words", ""),
        "warn_days": [_number(one) for one in _split(form.get("warn_days", ""))],
        "ladder": [_number(one) for one in _split(form.get("ladder", ""))],
        "auto_clear_tiers": _split(form.get("auto_clear_tiers", "")),
        "holidays": _split(form.get("holidays", "")),
        "hours": _hours(form),
        "routes": _routes(form, currency, problems),
    }
    return data, problems


def _hours(form: Mapping[str, str]) -> dict[str, list[str]]:
    spans = ((day, form.get(f"from_{day}", "").strip(), form.get(f"to_{day}", "").strip()) for day in DAYS)
    return {day: [begins, ends] for day, begins, ends in spans if begins or ends}


def _routes(form: MultiDict[str, str], currency: str, problems: list[Problem]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index in range(MOST_ROUTES):
        name = form.get(f"route_{index}_name", "").strip()
        if not name:
            continue
        slot = f"routes.{len(found)}.from_minor"
        found.append(
            {
                "name": name,
                "countries": [one.upper() for one in _split(form.get(f"route_{index}_countries", ""))],
                "from_minor": _amount(form.get(f"route_{index}_from", ""), currency, slot, problems),
                "persons": form.getlist(f"route_{index}_persons"),
                "approvals": _number(form.get(f"route_{index}_approvals", "1")),
            }
        )
    return found


def values_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as the fields of the form."""
    currency = str(data.get("currency", "EUR"))
    shown: dict[str, Any] = {name: str(data.get(name, "")) for name in (*NUMBERS, "currency", "zone", "words")}
    shown |= {name: amount_text(data.get(name) or None, currency) for name in AMOUNTS}
    shown |= {name: ", ".join(str(one) for one in data.get(name, ())) for name in ("warn_days", "ladder")}
    shown |= {name: "\n".join(str(one) for one in data.get(name, ())) for name in ("auto_clear_tiers", "holidays")}
    for day in DAYS:
        begins, ends = data.get("hours", {}).get(day, ("", ""))
        shown |= {f"from_{day}": begins, f"to_{day}": ends}
    shown["routes"] = [
        {
            "name": one["name"], "countries": " ".join(one["countries"]), "persons": list(one["persons"]),
            "from": amount_text(one["from_minor"] or None, currency), "approvals": str(one["approvals"]),
        }
        for one in data.get("routes", ())
    ]  # fmt: skip
    return shown
