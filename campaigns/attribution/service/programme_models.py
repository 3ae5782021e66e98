"""Markov and Shapley over a programme: what a channel, piece or kit is worth by all paths, in each currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from campaigns.attribution.crediting import Attributed
from campaigns.attribution.markov import markov
from campaigns.attribution.models import AttributionShare
from campaigns.attribution.observed import Observed
from campaigns.attribution.paths import Path
from campaigns.attribution.shapley import shapley
from campaigns.attribution.touches import Touch, dimension
from campaigns.core.apportion import apportion

MODELS = ("markov", "shapley")
BY = ("channel", "kind", "kit", "asset", "step", "locale", "launch", "partner")
MOST_VALUES = 300  # elimination is cubic: beyond, a dimension is left out and the run says so


@dataclass(slots=True)
class Programme:
    """Paths counted by dimension as they come; `shares` is asked once, at the end."""

    model: str
    left_out: list[str] = field(default_factory=list)
    _paths: dict[str, defaultdict[tuple[str, ...], list[int]]] = field(default_factory=dict)
    _worth: dict[str, defaultdict[str, defaultdict[tuple[str, ...], int]]] = field(default_factory=dict)
    _readers: dict[str, Callable[[Touch], str]] = field(default_factory=lambda: {name: dimension(name) for name in BY})

    def add(self, found: Attributed, state: str) -> None:
        """A won deal is a conversion, a lost one a path that led nowhere; an open one says nothing yet."""
        if state == "open":
            return
        for name, of in self._readers.items():
            steps = _steps(found.path, of)
            counts = self._paths.setdefault(name, defaultdict(lambda: [0, 0]))[steps]
            counts[state == "lost"] += 1
            if state == "won":
                (value,) = found.journey.values
                worth = self._worth.setdefault(name, defaultdict(lambda: defaultdict(int)))
                worth[value.currency][steps] += value.amount_minor

    def shares(self, run_id: UUID) -> Iterable[AttributionShare]:
        """A row for each value of each dimension and currency; the amounts of a dimension and currency sum exactly to
        what its deals with touches are worth."""
        for name, paths in self._paths.items():
            values = {step for steps in paths for step in steps}
            if len(values) > MOST_VALUES:
                self.left_out.append(name)
                continue
            observed = [Observed(steps, won, lost) for steps, (won, lost) in sorted(paths.items())]
            by = _by_markov if self.model == "markov" else _by_shapley
            worth = {currency: dict(sums) for currency, sums in sorted(self._worth.get(name, {}).items())}
            for key, currency, removal, conversions, amount in by(observed, worth):
                yield AttributionShare(
                    run_id=run_id, dimension=name, key=key, currency=currency, removal=removal,
                    conversions=conversions, amount_minor=amount,
                )  # fmt: skip


Worth = dict[str, dict[tuple[str, ...], int]]
Row = tuple[str, str, float | None, float, int]


def _steps(path: Path, of: Callable[[Touch], str]) -> tuple[str, ...]:
    """The path's values; a touch without one in this dimension (a call has no piece) is no step of it."""
    return tuple(value for value in map(of, path.touches) if value)


def _by_markov(observed: list[Observed], worth: Worth) -> Iterable[Row]:
    found = markov(observed)
    conversions = found.credits()
    for currency, sums in worth.items():
        shared = found.shared(sum(amount for steps, amount in sums.items() if steps))
        for key, amount in shared.items():
            yield key, currency, float(found.removal[key]), float(conversions[key]), amount


def _by_shapley(observed: list[Observed], worth: Worth) -> Iterable[Row]:
    conversions = shapley(observed).credits
    for currency, sums in worth.items():
        exact = shapley([Observed(steps, amount) for steps, amount in sorted(sums.items())]).credits
        whole = sum(amount for steps, amount in sums.items() if steps)
        if not any(exact.values()):
            continue
        amounts = apportion(whole, list(exact.values()))
        for key, amount in zip(exact, amounts, strict=True):
            yield key, currency, None, float(conversions[key]), amount
