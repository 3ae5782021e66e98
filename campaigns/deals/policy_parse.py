"""A policy from JSON with everything wrong at once, and back to JSON. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Any
from uuid import UUID

from campaigns.core.business_time import DAYS, time_zones
from campaigns.core.problems import Problem
from campaigns.core.text import clean_lines, one_line
from campaigns.deals.policy import Policy, Route
from renderer.currency import exponent

# name → least and most
NUMBERS = {
    "protection_days": (1, 730),
    "extension_days": (1, 365),
    "most_extensions": (0, 10),
    "resubmit_days": (0, 60),
    "appeal_days": (0, 90),
    "review_hours": (1, 400),
    "auto_clear_minor": (0, 2**53),
    "minimum_minor": (0, 2**53),
}
MOST_ROUTES, MOST_HOLIDAYS, MOST_WORDS = 50, 400, 4000
_COUNTRY = re.compile(r"[A-Z]{2}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MEMBERS = frozenset(one.name for one in fields(Policy))


@dataclass(slots=True)
class _Finder:
    """Collects what is wrong, each with the member it is in."""

    found: list[Problem] = field(default_factory=list)

    def add(self, slot: str, code: str, message: str, **params: Any) -> None:
        self.found.append(Problem(f"policy.{code}", message, slot=slot, params=params))

    def number(self, slot: str, value: object, least: int, most: int, default: int) -> int:
        if type(value) is not int or not least <= value <= most:
            self.add(slot, "number", f"A whole number from {least} to {most} is needed.", least=least, most=most)
            return default
        return value

    def texts(self, slot: str, value: object, most: int) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
            self.add(slot, "list", f"A list of at most {most} texts is needed.", most=most)
            return ()
        cleaned = tuple(one_line(one)[:120] for one in value)
        if len(set(cleaned)) != len(cleaned):
            self.add(slot, "twice", "Something stands in the list twice.")
        return cleaned


def parse_policy(data: object) -> tuple[Policy | None, list[Problem]]:
    """(rules, problems): rules only where nothing is wrong. Members left out have their defaults."""
    finder = _Finder()
    if not isinstance(data, Mapping):
        finder.add("", "form", "A policy is an object.")
        return None, finder.found
    for name in sorted(str(one) for one in set(data) - _MEMBERS):
        finder.add(name[:80], "unknown", "There is no such rule.")
    base = Policy()
    numbers = {
        name: finder.number(name, data.get(name, getattr(base, name)), least, most, getattr(base, name))
        for name, (least, most) in NUMBERS.items()
    }
    currency = data.get("currency", base.currency)
    if not isinstance(currency, str) or exponent(currency) is None:
        finder.add("currency", "currency", "Give a currency's code, as in EUR.")
        currency = base.currency
    zone = data.get("zone", base.zone)
    if not isinstance(zone, str) or zone not in time_zones():
        finder.add("zone", "zone", "This is no time zone, as in Europe/Berlin.")
        zone = base.zone
    words = data.get("words", "")
    if not isinstance(words, str) or len(words) > MOST_WORDS:
        finder.add("words", "words", f"At most {MOST_WORDS} characters are taken.", most=MOST_WORDS)
        words = ""
    policy = Policy(
        **numbers,
        currency=currency,
        zone=str(zone),
        words=clean_lines(words),
        warn_days=_days(finder, "warn_days", data.get("warn_days", list(base.warn_days)), 1, 365, down=True),
        ladder=_days(finder, "ladder", data.get("ladder", list(base.ladder)), 1, 500, down=False),
        auto_clear_tiers=finder.texts("auto_clear_tiers", data.get("auto_clear_tiers", []), 50),
        routes=_routes(finder, data.get("routes", [])),
        hours=_hours(finder, data.get("hours", {day: list(open_) for day, open_ in base.hours.items()})),
        holidays=_holidays(finder, data.get("holidays", [])),
    )
    if policy.auto_clear_minor and policy.auto_clear_minor < policy.minimum_minor:
        finder.add("auto_clear_minor", "below_minimum", "Nothing so small can be registered at all.")
    return (None if finder.found else policy), finder.found


def _days(finder: _Finder, slot: str, value: object, least: int, most: int, *, down: bool) -> tuple[int, ...]:
    if (
        not isinstance(value, list)
        or len(value) > 6
        or not all(type(one) is int and least <= one <= most for one in value)
        or sorted(set(value), reverse=down) != value
    ):
        finder.add(
            slot, "steps", f"At most 6 different numbers from {least} to {most}, in order.", least=least, most=most
        )
        return ()
    return tuple(value)


def _hours(finder: _Finder, value: object) -> dict[str, tuple[str, str]]:
    if not isinstance(value, Mapping) or not value:
        finder.add("hours", "hours", "At least one day of the week has business hours.")
        return {}
    found = {}
    for day, span in value.items():
        slot = f"hours.{str(day)[:20]}"
        pair = tuple(span) if isinstance(span, list | tuple) else ()
        if day not in DAYS:
            finder.add(slot, "day", "Days are mon, tue, wed, thu, fri, sat, sun.")
        elif len(pair) != 2 or not all(isinstance(one, str) and _TIME.fullmatch(one) for one in pair):
            finder.add(slot, "time", "Hours are two times, as in 09:00 and 17:00.")
        elif time.fromisoformat(pair[0]) >= time.fromisoformat(pair[1]):
            finder.add(slot, "order", "The day ends before it begins.")
        else:
            found[str(day)] = (str(pair[0]), str(pair[1]))
    return found


def _holidays(finder: _Finder, value: object) -> tuple[str, ...]:
    days = finder.texts("holidays", value, MOST_HOLIDAYS)
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            finder.add("holidays", "date", "A holiday is a date, as in 2026-12-25.", cell=day[:40])
    return days


def _routes(finder: _Finder, value: object) -> tuple[Route, ...]:
    if not isinstance(value, list) or len(value) > MOST_ROUTES:
        finder.add("routes", "list", f"A list of at most {MOST_ROUTES} routes is needed.", most=MOST_ROUTES)
        return ()
    made = tuple(route for index, one in enumerate(value) if (route := _route(finder, f"routes.{index}", one)))
    if len({route.name for route in made}) != len(made):
        finder.add("routes", "twice", "Two routes have the same name.")
    return made


def _route(finder: _Finder, slot: str, value: object) -> Route | None:
    if not isinstance(value, Mapping):
        finder.add(slot, "form", "A route is an object.")
        return None
    for name in sorted(str(one) for one in set(value) - {one.name for one in fields(Route)}):
        finder.add(f"{slot}.{name[:80]}", "unknown", "There is no such rule.")
    name = value.get("name", "")
    if not isinstance(name, str) or not 0 < len(one_line(name)) <= 80:
        finder.add(f"{slot}.name", "name", "A route has a name of 1 to 80 characters.")
        name = slot
    countries = finder.texts(f"{slot}.countries", value.get("countries", []), 250)
    if not all(_COUNTRY.fullmatch(one) for one in countries):
        finder.add(f"{slot}.countries", "country", "A country is a code of two letters, as in DE or JP.")
    persons = finder.texts(f"{slot}.persons", value.get("persons", []), 50)
    for one in persons:
        try:
            UUID(one)
        except ValueError:
            finder.add(f"{slot}.persons", "person", "Reviewers are named by their ids.", cell=one[:40])
    approvals = finder.number(f"{slot}.approvals", value.get("approvals", 1), 1, 5, 1)
    if persons and approvals > len(persons):
        finder.add(f"{slot}.approvals", "too_few", "More approvals are asked for than there are reviewers.")
    from_minor = finder.number(f"{slot}.from_minor", value.get("from_minor", 0), 0, 2**53, 0)
    return Route(one_line(name), countries, from_minor, persons, approvals)


def policy_json(policy: Policy) -> dict[str, Any]:
    """The rules as a row keeps them and as `parse_policy` takes them."""
    made: dict[str, Any] = {}
    for one in fields(Policy):
        value = getattr(policy, one.name)
        if one.name == "routes":
            value = [
                {part.name: _plain(getattr(route, part.name)) for part in fields(Route)} for route in policy.routes
            ]
        elif one.name == "hours":
            value = {day: list(span) for day, span in policy.hours.items()}
        made[one.name] = _plain(value)
    return made


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def from_json(data: Mapping[str, Any]) -> Policy:
    """A stored version as a value. It was checked before it was stored, so nothing is checked here again."""
    known = {name: value for name, value in data.items() if name in _MEMBERS}
    for name in ("warn_days", "ladder", "auto_clear_tiers", "holidays"):
        if name in known:
            known[name] = tuple(known[name])
    if "hours" in known:
        known["hours"] = {day: (span[0], span[1]) for day, span in known["hours"].items()}
    if "routes" in known:
        known["routes"] = tuple(
            Route(one["name"], tuple(one["countries"]), one["from_minor"], tuple(one["persons"]), one["approvals"])
            for one in known["routes"]
        )
    return Policy(**known)
