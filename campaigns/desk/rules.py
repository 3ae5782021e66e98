"""Pure rules of the partner's desk: how urgent a thing is, in which order things stand, which campaign to suggest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

Heat = Literal["hot", "warm", ""]

LEAD_PATIENCE: Final = timedelta(hours=24)  # the landing pages promise an answer within a working day
OFFER_PATIENCE: Final = timedelta(hours=4)
SOON: Final = timedelta(hours=48)
DEAL_SOON: Final = timedelta(days=14)
AGAIN_AFTER: Final = timedelta(days=60)
PER_KIND: Final = 3
SHOWN: Final = 7


class Kind(StrEnum):
    """What may stand in the list. The order here decides between things of the same heat."""

    OFFER = "offer"
    LEAD = "lead"
    ACTION = "action"
    DEAL_ASKED = "deal_asked"
    FAILED = "failed"
    DEAL_ENDING = "deal_ending"
    LOGO_MISSING = "logo_missing"
    LOGO_REFUSED = "logo_refused"
    PAUSED = "paused"
    NOBODY = "nobody"
    STARTING = "starting"
    FINISHING = "finishing"
    NEWER = "newer"
    SUGGESTED = "suggested"
    AGAIN = "again"


_RANK: Final = {kind: rank for rank, kind in enumerate(Kind)}
_HEATS: Final[dict[Heat, int]] = {"hot": 0, "warm": 1, "": 2}
_WARM: Final = frozenset(
    {
        Kind.OFFER,
        Kind.ACTION,
        Kind.LEAD,
        Kind.LOGO_MISSING,
        Kind.LOGO_REFUSED,
        Kind.PAUSED,
        Kind.NOBODY,
        Kind.DEAL_ASKED,
        Kind.DEAL_ENDING,
    }
)


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of the list.

    `at` is the instant it speaks of: since when it waits, or when it will happen; None for any day.
    `target` is the row behind it, by kind: lead, deal, launch, list, upload or kit. `title` names the campaign,
    list or file, `who` a person or company. `count` people or mails, `number` a kit's version.
    `more` is how many others of its kind it stands for.
    """

    kind: Kind
    target: UUID | None = None
    at: datetime | None = None
    title: str = ""
    who: str = ""
    launch_id: UUID | None = None
    count: int = 0
    leads: int = 0
    number: int = 0
    programme_slug: str = ""
    programme_name: str = ""
    more: int = 0


def heat(thing: Thing, now: datetime) -> Heat:
    """Red for what is lost by waiting, amber for what needs care, nothing for what can wait."""
    if thing.kind is Kind.FAILED:
        return "hot"
    if thing.kind is Kind.LEAD and thing.at is not None and now - thing.at >= LEAD_PATIENCE:
        return "hot"
    if thing.kind is Kind.OFFER and thing.at is not None and thing.at - now <= OFFER_PATIENCE:
        return "hot"
    if thing.kind in (Kind.DEAL_ASKED, Kind.DEAL_ENDING) and thing.at is not None and thing.at - now <= SOON:
        return "hot"
    return "warm" if thing.kind in _WARM else ""


def in_order(things: Iterable[Thing], now: datetime) -> list[Thing]:
    """Most urgent first: by heat, then by kind, then what has waited longest or comes first."""

    def key(thing: Thing) -> tuple[int, int, datetime, str]:
        return (
            _HEATS[heat(thing, now)],
            _RANK[thing.kind],
            thing.at or datetime.max.replace(tzinfo=now.tzinfo),
            thing.title,
        )

    return sorted(things, key=key)


def folded(ordered: Sequence[Thing], *, per_kind: int = PER_KIND, shown: int = SHOWN) -> list[Thing]:
    """At most `per_kind` lines of a kind and `shown` in all; the last kept of a kind says how many more there are."""
    kept: list[Thing] = []
    last: dict[Kind, int] = {}
    taken: dict[Kind, int] = {}
    for thing in ordered:
        if taken.get(thing.kind, 0) < per_kind and len(kept) < shown:
            taken[thing.kind] = taken.get(thing.kind, 0) + 1
            last[thing.kind] = len(kept)
            kept.append(thing)
        elif thing.kind in last:
            at = last[thing.kind]
            kept[at] = replace(kept[at], more=kept[at].more + 1 + thing.more)
    return kept


@dataclass(frozen=True, slots=True)
class Facts:
    """A launch as the list judges it.

    `waiting` mails are due, the last at `last_due_at`; `newer` is the number of a newer version, or 0.
    """

    launch_id: UUID
    kit_id: UUID
    state: str
    title: str
    programme_slug: str
    programme_name: str
    starts_at: datetime
    changed_at: datetime
    people: int
    waiting: int = 0
    last_due_at: datetime | None = None
    newer: int = 0


def launch_thing(facts: Facts, now: datetime) -> Thing | None:
    """The one thing to say of a launch, the gravest first; None if it needs nothing and nothing is near."""

    def thing(kind: Kind, at: datetime | None, count: int = 0, number: int = 0) -> Thing:
        return Thing(
            kind,
            facts.launch_id,
            at,
            facts.title,
            launch_id=facts.launch_id,
            count=count,
            number=number,
            programme_slug=facts.programme_slug,
            programme_name=facts.programme_name,
        )

    if facts.state == "failed":
        return thing(Kind.FAILED, facts.changed_at)
    if facts.state == "paused":
        return thing(Kind.PAUSED, facts.changed_at, facts.waiting)
    if facts.state != "running":
        return None
    if facts.newer:
        return thing(Kind.NEWER, None, number=facts.newer)
    if now < facts.starts_at <= now + SOON and facts.people:
        return thing(Kind.STARTING, facts.starts_at, facts.people)
    if facts.waiting and facts.last_due_at and facts.starts_at <= now and facts.last_due_at <= now + SOON:
        return thing(Kind.FINISHING, max(facts.last_due_at, now), facts.waiting)
    return None


@dataclass(frozen=True, slots=True)
class Before:
    """What came of a kit's last launch: when it began, and its leads."""

    started_at: datetime
    leads: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A campaign in season: its newest version, since when it is there, and its last launch."""

    kit_id: UUID
    since: datetime
    before: Before | None


def ready_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Never launched ones first, newest first; then those whose launch lies longest back."""
    listed = list(candidates)
    fresh = sorted((item for item in listed if item.before is None), key=lambda item: item.since, reverse=True)
    used = [(item.before.started_at, item) for item in listed if item.before is not None]
    return fresh + [item for _, item in sorted(used, key=lambda pair: pair[0])]


def suggestion(candidates: Iterable[Candidate], now: datetime) -> Candidate | None:
    """The first in `ready_order` that was never launched, or not for 60 days; None if everything is fresh."""
    for item in ready_order(candidates):
        if item.before is None or now - item.before.started_at >= AGAIN_AFTER:
            return item
    return None
