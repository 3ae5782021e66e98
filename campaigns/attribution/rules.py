"""The settings of a run: which touches make a path, which model shares a deal out over it, what was known when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from campaigns.attribution.touches import in_utc
from campaigns.core.errors import DomainError, Kind
from renderer.report import Problem

KINDS = frozenset({"click", "page", "form", "download", "share", "event", "activity", "delivery"})
NEVER = frozenset({"open"})  # unreliable, so they earn nothing; nor do bots, whatever the settings
USUAL = KINDS - {"delivery"}  # a delivery is ours, not an act of the person
MOST_DAYS, MOST_TOUCHES, LONGEST_SAME_S = 3650, 1000, 7 * 86_400


class ModelName(StrEnum):
    """How one deal's value is shared out over its path. Markov and Shapley look at a whole programme instead."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    U_SHAPED = "u_shaped"
    W_SHAPED = "w_shaped"
    FULL_PATH = "full_path"
    TIME_DECAY = "time_decay"


def _check(problems: list[Problem]) -> None:
    if problems:
        raise DomainError("attribution.rules", Kind.INVALID, "The settings cannot be taken.", problems=problems)


def _bounded(name: str, value: object, least: int, most: int) -> list[Problem]:
    if type(value) is int and least <= value <= most:
        return []
    message = f"`{name}` is {value!r}; a whole number from {least} to {most} is needed."
    return [Problem("attribution.out_of_range", message, slot=name, params={"least": least, "most": most})]


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its one parameter: the days in which a touch's weight halves, used by time decay alone."""

    name: ModelName
    half_life_days: int = 7

    def __post_init__(self) -> None:
        _check(_bounded("half_life_days", self.half_life_days, 1, MOST_DAYS))

    def as_json(self) -> dict[str, Any]:
        """`{"name": "time_decay", "half_life_days": 7}`; without the parameter where it has no meaning."""
        decays = {"half_life_days": self.half_life_days} if self.name is ModelName.TIME_DECAY else {}
        return {"name": self.name.value, **decays}


@dataclass(frozen=True, slots=True)
class PathRules:
    """Which of a deal's touches count. Raises `attribution.rules` with every problem.

    look_back_days: how long before the anchor a touch still counts; None for ever.
    anchor: the window ends at the `close` or the `opportunity`; what has not come yet gives way to the next, at last
        to the cut-off.
    kinds: which kinds count. Opens never do and cannot be named.
    suspects: whether doubtful clicks count. Bots never do.
    same_within_s: touches alike (kind, channel, launch, asset, step, partner, activity) within so many seconds of one
        that counts are that one; 0 lets every one count.
    most_touches: of a longer path the first and the latest count, so many in all.
    """

    look_back_days: int | None = 180
    anchor: Literal["close", "opportunity"] = "close"
    kinds: frozenset[str] = field(default=USUAL)
    suspects: bool = False
    same_within_s: int = 1800
    most_touches: int = 200

    def __post_init__(self) -> None:
        problems = _bounded("same_within_s", self.same_within_s, 0, LONGEST_SAME_S)
        problems += _bounded("most_touches", self.most_touches, 2, MOST_TOUCHES)
        if self.look_back_days is not None:
            problems += _bounded("look_back_days", self.look_back_days, 1, MOST_DAYS)
        if self.anchor not in ("close", "opportunity"):
            problems.append(
                Problem(
                    "attribution.anchor", f"`anchor` is {self.anchor!r}; close or opportunity is needed.", slot="anchor"
                )
            )
        for kind in sorted(self.kinds & NEVER):
            problems.append(
                Problem("attribution.kind_never", f"{kind!r} never earns credit.", slot="kinds", params={"kind": kind})
            )
        for kind in sorted(self.kinds - NEVER - KINDS):
            problems.append(
                Problem("attribution.kind", f"{kind!r} is no kind of touch.", slot="kinds", params={"kind": kind})
            )
        _check(problems)

    def as_json(self) -> dict[str, Any]:
        """Every setting under its name, kinds sorted."""
        return {item.name: getattr(self, item.name) for item in fields(self)} | {"kinds": sorted(self.kinds)}


def read_rules(value: Mapping[str, Any]) -> PathRules:
    """Settings as `as_json` writes them, missing ones as usual. Raises `attribution.rules`."""
    known = {item.name for item in fields(PathRules)}
    strange = [
        Problem("attribution.unknown_setting", f"There is no setting {name!r}.", slot=name)
        for name in sorted(set(value) - known)
    ]
    kinds = value.get("kinds", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        strange.append(Problem("attribution.kind", "`kinds` is a list of kinds of touches.", slot="kinds"))
    if not isinstance(value.get("suspects", False), bool):
        strange.append(Problem("attribution.suspects", "`suspects` is true or false.", slot="suspects"))
    _check(strange)
    return PathRules(**(dict(value) | ({"kinds": frozenset(kinds)} if "kinds" in value else {})))


def read_model(value: Mapping[str, Any]) -> Model:
    """A model as `as_json` writes it. Raises `attribution.rules`."""
    name = value.get("name")
    if set(value) - {"name", "half_life_days"} or name not in [item.value for item in ModelName]:
        known = ", ".join(ModelName)
        _check(
            [Problem("attribution.model", f"The model is {dict(value)!r}; its name is one of {known}.", slot="model")]
        )
    return Model(ModelName(str(name)), value.get("half_life_days", 7))


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything a run depends on besides the deals. What was received after `cut_off` (aware) is not known to it."""

    model: Model
    rules: PathRules
    cut_off: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "cut_off", in_utc(self.cut_off))
