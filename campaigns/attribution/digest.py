"""What a run read and found as canonical bytes, and their SHA-256: the same for the same run in any order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted
from operator import attrgetter
from typing import Any

from campaigns.attribution.crediting import Attributed, Credit
from campaigns.attribution.rules import RunSpec
from campaigns.attribution.touches import Touch

FORM = "attribution/1"  # changes with what the bytes are made of, never with how they are made
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """JSON in ASCII, keys sorted, no blanks; fractions as "n/d", times as microseconds since 1970. Floats: TypeError.

    A float's digits depend on who writes it, so none gets in.
    """
    return _encode(_plain(value)).encode("ascii")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, datetime):
        return _us(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _us(moment: datetime) -> int:
    gone: timedelta = moment - _EPOCH
    return gone.days * 86_400_000_000 + gone.seconds * 1_000_000 + gone.microseconds


def deal_bytes(found: Attributed, cut_off: datetime) -> bytes:
    """One deal's line: what the run saw of it and what it credited. Later moments and touches are not in it."""
    journey = found.journey
    moments = (journey.lead_at, journey.opportunity_at, journey.closed_at)
    head = _encode(
        [
            journey.deal,
            journey.partner,
            journey.brought_by,
            sorted([value.currency, value.amount_minor] for value in journey.values),
            sorted([split.partner, split.weight] for split in journey.splits),
            [None if moment is None or moment > cut_off else _us(moment) for moment in moments],
        ]
    )
    touches, credits = ",".join(map(_touch, found.path.seen)), ",".join(map(_credit, found.credits))
    return f"{head[:-1]},[{touches}],[{credits}]]".encode("ascii")


# Touches and credits are written by hand as the encoder would write their lists: a run has millions of them, and most
# share where they come from.
# What varies together is kept together, since pieces times launches would be too many to keep.
_how = attrgetter("channel", "kind")
_launch = attrgetter("launch", "kit", "kit_version")
_piece = attrgetter("asset", "step", "locale")
_act = attrgetter("activity", "verdict")


@lru_cache(maxsize=20_000)
def _json(values: tuple[str, ...]) -> str:
    return ",".join(map(_quoted, values))


def _touch(touch: Touch) -> str:
    """`[id, occurred, received, channel, kind, launch, …, verdict]`."""
    when = f"{_quoted(touch.id)},{_us(touch.occurred_at)},{_us(touch.received_at)}"
    where = f"{_json(_how(touch))},{_json(_launch(touch))},{_json(_piece(touch))}"
    return f"[{when},{where},{_quoted(touch.partner)},{_json(_act(touch))}]"


def _credit(credit: Credit) -> str:
    """`[partner, currency, amount, touch or null, place or null, weight, of]`."""
    where = _quoted(credit.touch.id) if credit.touch else "null"
    place = "null" if credit.place is None else credit.place
    whose = f"{_quoted(credit.partner)},{_quoted(credit.currency)}"
    return f"[{whose},{credit.amount_minor},{where},{place},{credit.weight},{credit.of}]"


class RunDigest:
    """Gathers a run deal by deal; holds 32 bytes of each. Each deal is added once."""

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        self._deals: list[bytes] = []

    def add(self, found: Attributed) -> None:
        """Take a deal and its credits in."""
        self._deals.append(hashlib.sha256(deal_bytes(found, self._spec.cut_off)).digest())

    def hexdigest(self) -> str:
        """SHA-256 over the form, model, rules, cut-off, number of deals and their digests in ascending order."""
        spec = self._spec
        head = [FORM, spec.model.as_json(), spec.rules.as_json(), spec.cut_off, len(self._deals)]
        return _hash((canonical(head), *sorted(self._deals)))


def report_digest(model: str, inputs: Any, results: Any) -> str:
    """SHA-256 of a programme-level report (Markov, Shapley): its name, what it read, what it found; see `canonical`."""
    return _hash((canonical([FORM, model]), canonical(inputs), canonical(results)))


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part + b"\n")
    return digest.hexdigest()
