"""How much a lead is worth looking at, from 0 to 100, with the formula: pure, so that it can be shown and repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.leads.policy import LeadRules, ScorePart

LEAST, MOST = 0, 100


@dataclass(frozen=True, slots=True)
class Scored:
    """What a score is made of: a code, the points it gave, and its figures."""

    code: str
    points: int
    params: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As a lead's row keeps it."""
        return {"code": self.code, "points": self.points, "params": self.params}


@dataclass(frozen=True, slots=True)
class Score:
    """The total, bounded, and its parts in the order of the rules; the parts add up before bounding."""

    total: int
    parts: tuple[Scored, ...]


def _fits(part: ScorePart, value: str) -> bool:
    if part.test == "filled":
        return bool(value)
    if part.test == "at_least":
        try:
            return float(value) >= float(part.values[0])
        except (ValueError, IndexError):
            return False
    folded = value.casefold()
    if part.test == "is":
        return any(folded == wanted.casefold() for wanted in part.values)
    return any(wanted.casefold() in folded for wanted in part.values)


def score(values: Mapping[str, str], touches: Mapping[str, int], rules: LeadRules) -> Score:
    """The score of a lead.

    `values` are its columns and `facts.<name>` as text; `touches` how often it met a launch, by kind, bots and
    opens not counted. Parts that do not fit are not listed.
    """
    parts = [
        Scored("part", part.points, {"name": part.name, "of": part.of, "value": values[part.of][:100]})
        for part in rules.parts
        if part.of in values and _fits(part, values[part.of].strip())
    ]
    met = [
        Scored("engagement", rules.engagement[kind] * count, {"kind": kind, "count": count})
        for kind, count in sorted(touches.items())
        if count > 0 and rules.engagement.get(kind)
    ]
    given = sum(item.points for item in met)
    if given > rules.engagement_most:
        met.append(Scored("engagement_cap", rules.engagement_most - given, {"most": rules.engagement_most}))
    everything = (*parts, *met)
    total = sum(item.points for item in everything)
    return Score(max(LEAST, min(MOST, total)), everything)
