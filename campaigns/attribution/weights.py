"""The models of one path: whole-number weights of its touches, which only mean something against their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from fractions import Fraction

from campaigns.attribution.decay import half_power
from campaigns.attribution.paths import Milestones, Path
from campaigns.attribution.rules import Model, ModelName
from campaigns.attribution.touches import Touch

_US = timedelta(microseconds=1)


def weights(model: Model, path: Path) -> list[int]:
    """One weight, zero or more, for each touch that counts; their sum is above zero. [] for an empty path."""
    count = len(path.touches)
    if not count:
        return []
    if model.name is ModelName.TIME_DECAY:
        return _time_decay(path.touches, timedelta(days=model.half_life_days))
    return _BY_PLACE[model.name](count, path.milestones)


def shares(model: Model, path: Path) -> tuple[Fraction, ...]:
    """The touches' exact shares; they sum to 1."""
    found = weights(model, path)
    by = sum(found)
    return tuple(Fraction(weight, by) for weight in found)


def _first(count: int, _at: Milestones) -> list[int]:
    return [1] + [0] * (count - 1)


def _last(count: int, _at: Milestones) -> list[int]:
    return [0] * (count - 1) + [1]


def _linear(count: int, _at: Milestones) -> list[int]:
    return [1] * count


def _u_shaped(count: int, _at: Milestones) -> list[int]:
    return _marked(count, (0, count - 1), 20)


def _w_shaped(count: int, at: Milestones) -> list[int]:
    return _marked(count, (0, at.lead, at.opportunity), 10)


def _full_path(count: int, at: Milestones) -> list[int]:
    return _marked(count, (0, at.lead, at.opportunity, at.close), 10)


def _marked(count: int, marks: Sequence[int | None], others_percent: int) -> list[int]:
    """`others_percent` go equally to the touches that are no milestone, the rest equally to the milestones present.

    Several milestones on one touch add up. A missing one's part has gone to the others by the division; where no
    touch is left over, the milestones share all.
    """
    present = [mark for mark in marks if mark is not None]
    others = count - len(set(present))
    each_mark = (100 - others_percent) * others if others else 1
    found = [others_percent * len(present)] * count
    for mark in set(present):
        found[mark] = each_mark * present.count(mark)
    return found


def _time_decay(touches: Sequence[Touch], half_life: timedelta) -> list[int]:
    """2^(-age / half-life), the age counted from the path's last touch: shares are the same from any later moment."""
    last, half_life_us = touches[-1].occurred_at, half_life // _US
    return [half_power((last - touch.occurred_at) // _US, half_life_us) for touch in touches]


_BY_PLACE: dict[ModelName, Callable[[int, Milestones], list[int]]] = {
    ModelName.FIRST: _first,
    ModelName.LAST: _last,
    ModelName.LINEAR: _linear,
    ModelName.U_SHAPED: _u_shaped,
    ModelName.W_SHAPED: _w_shaped,
    ModelName.FULL_PATH: _full_path,
}
