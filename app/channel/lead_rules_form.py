"""The form of the rules of leads: fields to data and back. What is compared stands one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from app.error_texts import problem_text
from campaigns.core.business_time import DAYS
from campaigns.core.problems import Problem
from campaigns.leads.policy import ENGAGEMENTS, MEASURES

NUMBERS: Final = ("engagement_most", "close_points", "rounds", "window_hours", "idle_days", "most_recycles")
MOST_PARTS, MOST_TERRITORIES = 100, 200
PART: Final = ("name", "of", "test", "values", "points")
TERRITORY: Final = ("name", "countries", "postal_prefixes")
_PLACE = re.compile(r"(parts|territories)\.(\d+)\.(\w+)")
_LISTS: Mapping[str, str] = {"parts": "part", "territories": "territory"}
_TABLES: Mapping[str, str] = {"weights": "weight", "engagement": "engagement", "hours": "from"}


def _number(text: str) -> Any:
    """A whole number; other text stays as it is, for the rules to refuse by name."""
    clean = text.strip().replace("\u2212", "-")
    return int(clean) if re.fullmatch(r"-?[0-9]{1,9}", clean) else clean


def _split(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[\n,;]+", text) if one.strip()]


def data_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """The posted rules as `parse_rules` takes them; rows left empty are not there."""
    tiers: dict[str, Any] = {}
    for line in form.get("tiers", "").splitlines():
        name, colon, share = line.rpartition(":")
        if line.strip():
            tiers[name.strip() if colon else line.strip()] = _number(share) if colon else ""
    spans = ((day, form.get(f"from_{day}", "").strip(), form.get(f"to_{day}", "").strip()) for day in DAYS)
    return {
        **{name: _number(form.get(name, "")) for name in NUMBERS},
        "parts": _parts(form),
        "territories": _territories(form),
        "weights": {name: _number(form.get(f"weight_{name}", "")) for name in MEASURES},
        "engagement": {name: _number(form.get(f"engagement_{name}", "") or "0") for name in ENGAGEMENTS},
        "tiers": tiers,
        "zone": form.get("zone", "").strip(),
        "hours": {day: [begins, ends] for day, begins, ends in spans if begins or ends},
        "holidays": _split(form.get("holidays", "")),
    }


def _rows(form: Mapping[str, str], prefix: str, most: int) -> list[int]:
    """The numbers of the rows that were posted, one more than allowed so that too many are refused and not cut."""
    found = {int(at[1]) for name in form if (at := re.fullmatch(rf"{prefix}_([0-9]{{1,3}})_[a-z_]+", name))}
    return sorted(found)[: most + 1]


def _parts(form: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for index in _rows(form, "part", MOST_PARTS):
        row = {
            name: form.get(f"part_{index}_{name}", "").strip() for name in ("name", "of", "test", "values", "points")
        }
        if row["name"] or row["values"] or row["points"]:
            values = [one.strip() for one in row["values"].splitlines() if one.strip()]
            found.append({**row, "values": values, "points": _number(row["points"])})
    return found


def _territories(form: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for index in _rows(form, "territory", MOST_TERRITORIES):
        row = {
            name: form.get(f"territory_{index}_{name}", "").strip() for name in ("name", "countries", "postal_prefixes")
        }
        if any(row.values()):
            countries = [one.upper() for one in re.split(r"[\s,;]+", row["countries"]) if one]
            found.append(
                {"name": row["name"], "countries": countries, "postal_prefixes": _split(row["postal_prefixes"])}
            )
    return found


def values_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as the fields of the form."""
    shown: dict[str, Any] = {name: str(data[name]) for name in (*NUMBERS, "zone")}
    shown |= {f"weight_{name}": str(data["weights"].get(name, 0)) for name in MEASURES}
    shown |= {f"engagement_{name}": str(data["engagement"].get(name, 0)) for name in ENGAGEMENTS}
    shown["tiers"] = "\n".join(f"{name}: {share}" for name, share in data["tiers"].items())
    shown["holidays"] = "\n".join(str(day) for day in data["holidays"])
    for day in DAYS:
        begins, ends = data["hours"].get(day, ("", ""))
        shown |= {f"from_{day}": begins, f"to_{day}": ends}
    shown["parts"] = [
        {**one, "values": "\n".join(one["values"]), "points": str(one["points"])} for one in data["parts"]
    ]
    shown["territories"] = [
        {
            "name": one["name"], "countries": " ".join(one["countries"]),
            "postal_prefixes": ", ".join(one["postal_prefixes"]),
        }
        for one in data["territories"]
    ]  # fmt: skip
    return shown


def rule_errors(problems: Iterable[Problem]) -> dict[str, str]:
    """The first sentence of each field of the form; what belongs to none stands under its place in the rules."""
    found: dict[str, str] = {}
    for problem in problems:
        place = problem.slot or ""
        row = _PLACE.fullmatch(place)
        head, _, rest = place.partition(".")
        if row is not None:
            place = f"{_LISTS[row[1]]}_{int(row[2]) - 1}_{row[3]}"
        elif rest and head in _TABLES:
            place = f"{_TABLES[head]}_{rest}"
        elif rest:
            place = head
        found.setdefault(place, problem_text(problem))
    return found
