"""Touches and journeys for the tests of attribution, by few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from campaigns.attribution.paths import Milestones, Path
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.touches import Journey, Touch
from campaigns.core.money import Money

CLOSE = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
CUT_OFF = CLOSE + timedelta(days=30)
DAY = timedelta(days=1)
EVERYTHING = PathRules(look_back_days=None, same_within_s=0, most_touches=1000)


def touch(name: str, days_before: float = 0, **about: Any) -> Touch:
    """A click that many days before the close, received at once, its channel its name."""
    at = CLOSE - timedelta(days=days_before)
    return Touch(**({"id": name, "occurred_at": at, "received_at": at, "channel": name, "kind": "click"} | about))


def journey(*touches: Touch, cents: int = 10_000, currency: str = "EUR", **about: Any) -> Journey:
    """A deal won at CLOSE."""
    given: dict[str, Any] = {"deal": "deal", "values": (Money(cents, currency),), "closed_at": CLOSE}
    return Journey(touches=touches, **(given | about))


def path(count: int, **milestones: int | None) -> Path:
    """A path of touches t0, t1, … one day apart, the last at the close."""
    touches = tuple(touch(f"t{at}", count - 1 - at) for at in range(count))
    return Path(touches, touches, Milestones(**milestones))


def spec(model: ModelName = ModelName.LINEAR, rules: PathRules = EVERYTHING, **about: Any) -> RunSpec:
    """A run of a model by rules that leave nothing out."""
    return RunSpec(Model(model, about.pop("half_life_days", 7)), rules, about.pop("cut_off", CUT_OFF))
