"""Rules of leads from plain JSON and back: every problem at once, each with the place it is at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any, Final

from campaigns.core.business_time import DAYS, time_zones
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.text import one_line
from campaigns.leads.policy import ENGAGEMENTS, FIELDS, MEASURES, TESTS, LeadRules, ScorePart, Territory

MOST_PARTS, MOST_TERRITORIES, MOST_VALUES, MOST_CHARS = 100, 200, 500, 200
MOST_POINTS = 1000
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "engagement_most": (0, 100),
    "close_points": (0, 100),
    "rounds": (1, 20),
    "window_hours": (1, 400),
    "idle_days": (1, 365),
    "most_recycles": (0, 20),
}
_COUNTRY = re.compile(r"[A-Z]{2}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_FACT = re.compile(r"facts\.[a-z0-9_]{1,60}")


class _Reading:
    """The data being read and what was found wrong with it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[Problem] = []

    def wrong(self, code: str, place: str, message: str, **params: Any) -> None:
        self.problems.append(Problem(f"rules.{code}", message, slot=place, params={"place": place, **params}))

    def number(self, value: Any, place: str, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.wrong("number", place, f"A whole number from {least} to {most} is needed.", least=least, most=most)
            return least
        return value

    def words(self, value: Any, place: str, *, needed: bool = False) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > MOST_VALUES:
            self.wrong("list", place, f"A list of at most {MOST_VALUES} texts is needed.", most=MOST_VALUES)
            return ()
        kept = tuple(one_line(item) for item in value if isinstance(item, str) and one_line(item))
        if len(kept) != len(value) or any(len(item) > MOST_CHARS for item in kept) or (needed and not kept):
            self.wrong("list", place, f"A list of at most {MOST_VALUES} texts is needed.", most=MOST_VALUES)
        return kept

    def text(self, value: Any, place: str) -> str:
        found = one_line(value) if isinstance(value, str) else ""
        if not 0 < len(found) <= MOST_CHARS:
            self.wrong("text", place, f"A text of 1 to {MOST_CHARS} characters is needed.", most=MOST_CHARS)
        return found

    def points(self, value: Any, place: str, allowed: tuple[str, ...] | None, most: int) -> dict[str, int]:
        if not isinstance(value, Mapping) or len(value) > MOST_VALUES:
            self.wrong("table", place, "A table of names and numbers is needed.")
            return {}
        for name in value:
            if allowed is not None and name not in allowed:
                self.wrong("unknown", f"{place}.{name}", "There is no such thing to set.", name=str(name))
        return {
            str(name): self.number(points, f"{place}.{name}", 0, most)
            for name, points in value.items()
            if allowed is None or name in allowed
        }


def _items(reading: _Reading, name: str, most: int) -> list[tuple[str, Mapping[str, Any]]]:
    value = reading.data[name]
    if not isinstance(value, list | tuple) or len(value) > most or not all(isinstance(one, Mapping) for one in value):
        reading.wrong("list", name, f"A list of at most {most} entries is needed.", most=most)
        return []
    return [(f"{name}.{index}", one) for index, one in enumerate(value, start=1)]


def _part(reading: _Reading, place: str, raw: Mapping[str, Any]) -> ScorePart:
    of = str(raw.get("of", ""))
    test = next((one for one in TESTS if one == raw.get("test")), None)
    if of not in FIELDS and not _FACT.fullmatch(of):
        reading.wrong("field", f"{place}.of", "Choose a field of the lead, or facts. and a name.", name=of)
    if test is None:
        reading.wrong("test", f"{place}.test", f"Choose one of {', '.join(TESTS)}.", name=str(raw.get("test"))[:60])
        test = "filled"
    values = reading.words(raw.get("values", []), f"{place}.values", needed=test != "filled")
    if test == "at_least" and values:
        try:
            float(values[0])
        except ValueError:
            reading.wrong("at_least", f"{place}.values", "A number is needed to compare with.")
    points = reading.number(raw.get("points"), f"{place}.points", -MOST_POINTS, MOST_POINTS)
    return ScorePart(reading.text(raw.get("name"), f"{place}.name"), of, test, values, points)


def countries(reading: _Reading, value: Any, place: str, *, needed: bool = False) -> tuple[str, ...]:
    """Country codes in capitals; `rules.country` names the first that is none."""
    found = tuple(item.upper() for item in reading.words(value, place, needed=needed))
    for item in found:
        if not _COUNTRY.fullmatch(item):
            reading.wrong("country", place, f"{item} is no country code of two letters.", name=item)
            break
    return found


def _territory(reading: _Reading, place: str, raw: Mapping[str, Any]) -> Territory:
    return Territory(
        reading.text(raw.get("name"), f"{place}.name"),
        countries(reading, raw.get("countries", []), f"{place}.countries", needed=True),
        reading.words(raw.get("postal_prefixes", []), f"{place}.postal_prefixes"),
    )


def _hours(reading: _Reading, value: Any) -> dict[str, tuple[str, str]]:
    if not isinstance(value, Mapping):
        reading.wrong("hours", "hours", "A day has an opening and a closing time.")
        return {}
    found = {}
    for day, span in value.items():
        fits = (
            day in DAYS
            and isinstance(span, list | tuple)
            and len(span) == 2
            and all(isinstance(one, str) and _CLOCK.fullmatch(one) for one in span)
            and time.fromisoformat(span[0]) < time.fromisoformat(span[1])
        )
        if fits:
            found[day] = (span[0], span[1])
        else:
            reading.wrong("hours", f"hours.{day}", "A day opens before it closes, such as 09:00 and 17:00.")
    return found


def _holidays(reading: _Reading, value: Any) -> tuple[str, ...]:
    days = reading.words(value, "holidays")
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            reading.wrong("holiday", "holidays", f"{day} is no day such as 2027-01-01.", name=day)
    return days


def _zone(reading: _Reading, value: Any) -> str:
    if not isinstance(value, str) or value not in time_zones():
        reading.wrong("zone", "zone", "Choose a time zone such as Europe/Berlin.", name=str(value)[:60])
        return "UTC"
    return value


_READERS: Mapping[str, Callable[[_Reading, Any], Any]] = {
    "parts": lambda reading, _: tuple(_part(reading, *one) for one in _items(reading, "parts", MOST_PARTS)),
    "territories": lambda reading, _: tuple(
        _territory(reading, *one) for one in _items(reading, "territories", MOST_TERRITORIES)
    ),
    "engagement": lambda reading, value: reading.points(value, "engagement", ENGAGEMENTS, 100),
    "weights": lambda reading, value: reading.points(value, "weights", MEASURES, 100),
    "tiers": lambda reading, value: reading.points(value, "tiers", None, 100),
    "zone": _zone,
    "hours": _hours,
    "holidays": _holidays,
}


def read_rules(data: Mapping[str, Any]) -> tuple[LeadRules, list[Problem]]:
    """The rules in plain data, and everything wrong with it; a member that is absent keeps its default."""
    reading = _Reading(data)
    known = {item.name for item in fields(LeadRules)}
    for name in sorted(set(data) - known):
        reading.wrong("unknown", name, "There is no such thing to set.", name=name)
    values: dict[str, Any] = {}
    for name in sorted(known & set(data)):
        if name in LIMITS:
            values[name] = reading.number(data[name], name, *LIMITS[name])
        else:
            values[name] = _READERS[name](reading, data[name])
    if "hours" in values and not values["hours"]:
        reading.wrong("hours", "hours", "At least one day must be open.")
    return LeadRules(**values), reading.problems


def parse_rules(data: Mapping[str, Any]) -> LeadRules:
    """The rules, or `rules.invalid` (invalid) with all problems."""
    rules, problems = read_rules(data)
    raise_if_any("rules.invalid", "The rules cannot be taken like this.", problems)
    return rules


def rules_as_dict(rules: LeadRules) -> dict[str, Any]:
    """Plain data that `read_rules` reads back to the same rules."""
    plain: dict[str, Any] = {item.name: getattr(rules, item.name) for item in fields(LeadRules)}
    plain["parts"] = [
        {"name": one.name, "of": one.of, "test": one.test, "values": list(one.values), "points": one.points}
        for one in rules.parts
    ]
    plain["territories"] = [
        {"name": one.name, "countries": list(one.countries), "postal_prefixes": list(one.postal_prefixes)}
        for one in rules.territories
    ]
    plain["hours"] = {day: list(span) for day, span in rules.hours.items()}
    plain["holidays"] = list(rules.holidays)
    return plain | {name: dict(plain[name]) for name in ("engagement", "weights", "tiers")}
