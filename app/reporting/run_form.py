"""Model and path rules as the forms of runs write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _number(text: str) -> int | str:
    """A number where it is one; anything else goes on as it is, and the rules say what is wrong with it."""
    clean = text.strip()
    return int(clean) if clean.isascii() and clean.isdigit() and len(clean) < 8 else clean


def model_of(form: Mapping[str, str]) -> dict[str, Any]:
    """`{"name": "time_decay", "half_life_days": 30}`; the half-life is of time decay alone."""
    name = form.get("model", "") or "w_shaped"
    decays = name == "time_decay" and form.get("half_life", "").strip()
    return {"name": name, "half_life_days": _number(form.get("half_life", ""))} if decays else {"name": name}


def rules_of(form: Mapping[str, str]) -> dict[str, Any]:
    """The rules a form names; an empty look-back is the usual one, `all` none."""
    back = form.get("look_back", "").strip()
    rules: dict[str, Any] = {} if not back else {"look_back_days": None if back == "all" else _number(back)}
    return rules | ({"anchor": form["anchor"]} if form.get("anchor") else {})
