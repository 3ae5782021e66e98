"""From the touches found for a deal to its path: those that count, in order, with the milestones' places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from campaigns.attribution.rules import PathRules
from campaigns.attribution.touches import Journey, Touch
from campaigns.core.errors import invalid

_order = attrgetter("occurred_at", "received_at", "id")
_alike = attrgetter("kind", "channel", "launch", "asset", "step", "partner", "activity")
_occurred = attrgetter("occurred_at")


@dataclass(frozen=True, slots=True)
class Milestones:
    """Places in a path (from 0) of the last touches before the lead, the opportunity and the close; None: missing."""

    lead: int | None = None
    opportunity: int | None = None
    close: int | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """`seen`: every touch the run knew, in order, each once. `touches`: those that count, a subsequence."""

    seen: tuple[Touch, ...]
    touches: tuple[Touch, ...]
    milestones: Milestones


def assemble(journey: Journey, rules: PathRules, cut_off: datetime) -> Path:
    """The deal's path by the rules: the same for the same touches in any order, however often each is named.

    Touches received after the cut-off are not seen, moments after it have not come. Raises `attribution.touch_twice`
    for one id with two contents.
    """
    seen = _in_order(journey, cut_off)
    end = _end(journey, rules, cut_off)
    begin = None if rules.look_back_days is None else end - timedelta(days=rules.look_back_days)
    counted = _without_repeats(
        (
            touch
            for touch in seen
            if touch.occurred_at <= end
            and (begin is None or touch.occurred_at >= begin)
            and touch.kind in rules.kinds
            and (touch.verdict == "human" or (touch.verdict == "suspect" and rules.suspects))
        ),
        rules.same_within_s,
    )
    if len(counted) > rules.most_touches:
        counted = [counted[0], *counted[1 - rules.most_touches :]]
    moments = (journey.lead_at, journey.opportunity_at, journey.closed_at)
    return Path(seen, tuple(counted), Milestones(*(_place(counted, moment, cut_off) for moment in moments)))


def _in_order(journey: Journey, cut_off: datetime) -> tuple[Touch, ...]:
    by_id: dict[str, Touch] = {}
    for touch in journey.touches:
        known = by_id.setdefault(touch.id, touch)
        if known is not touch and known != touch:
            raise invalid(
                "attribution.touch_twice",
                f"Touch {touch.id!r} is given twice, with different contents.",
                touch=touch.id,
                deal=journey.deal,
            )
    return tuple(sorted((touch for touch in by_id.values() if touch.received_at <= cut_off), key=_order))


def _end(journey: Journey, rules: PathRules, cut_off: datetime) -> datetime:
    end = journey.closed_at
    if rules.anchor == "opportunity" and journey.opportunity_at is not None:
        end = journey.opportunity_at
    return cut_off if end is None else min(end, cut_off)


def _without_repeats(touches: Iterable[Touch], within_s: int) -> list[Touch]:
    """Each touch that is not alike to one kept less than so many seconds before it."""
    if not within_s:
        return list(touches)
    kept: list[Touch] = []
    latest: dict[tuple[str, ...], datetime] = {}
    within = timedelta(seconds=within_s)
    for touch in touches:
        alike = _alike(touch)
        before = latest.get(alike)
        if before is None or touch.occurred_at - before >= within:
            latest[alike] = touch.occurred_at
            kept.append(touch)
    return kept


def _place(touches: list[Touch], moment: datetime | None, cut_off: datetime) -> int | None:
    if moment is None or moment > cut_off:
        return None
    at = bisect_right(touches, moment, key=_occurred)
    return at - 1 if at else None
