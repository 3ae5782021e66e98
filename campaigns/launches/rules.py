"""Pure rules of launches: the state table, when a launch may start, when to propose it, slugs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from campaigns.core.errors import DomainError, Kind

PAST_TOLERANCE = timedelta(minutes=10)
FARTHEST = timedelta(days=366)
FIRST_SEND = time(9, 10)  # people have read their night's mail by then
NOTICE = timedelta(minutes=30)
OPEN_FOR = timedelta(days=90)  # of a launch without mail on a kit without an end
_SATURDAY = 5
_SLUG_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: slugs are read aloud


class State(StrEnum):
    """What a launch may be in; domain.md."""

    DRAFT = "draft"
    RENDERING = "rendering"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Event(StrEnum):
    """What moves a launch."""

    RENDER = "render"
    RENDERED = "rendered"
    RUN = "run"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    CANCEL = "cancel"
    FAIL = "fail"
    RETRY = "retry"


TABLE: Final = MappingProxyType(
    {
        (State.DRAFT, Event.RENDER): State.RENDERING,
        (State.DRAFT, Event.CANCEL): State.CANCELLED,
        (State.RENDERING, Event.RENDERED): State.READY,
        (State.RENDERING, Event.FAIL): State.FAILED,
        (State.RENDERING, Event.CANCEL): State.CANCELLED,
        (State.FAILED, Event.RETRY): State.RENDERING,
        (State.FAILED, Event.CANCEL): State.CANCELLED,
        (State.READY, Event.RUN): State.RUNNING,
        (State.READY, Event.FAIL): State.FAILED,
        (State.READY, Event.CANCEL): State.CANCELLED,
        (State.RUNNING, Event.PAUSE): State.PAUSED,
        (State.RUNNING, Event.FINISH): State.FINISHED,
        (State.RUNNING, Event.CANCEL): State.CANCELLED,
        (State.PAUSED, Event.RESUME): State.RUNNING,
        (State.PAUSED, Event.CANCEL): State.CANCELLED,
    }
)
FINAL = frozenset({State.FINISHED, State.CANCELLED})
PUBLIC = frozenset({State.READY, State.RUNNING, State.PAUSED, State.FINISHED})


def next_state(state: State, event: Event) -> State:
    """The state after the event; DomainError `launch.state` (conflict) where the table has none."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise DomainError(
            "launch.state",
            Kind.CONFLICT,
            f"A launch that is {state} cannot {event}; it may have changed meanwhile. Load the page again.",
            state=state.value,
            event=event.value,
        ) from None


def events_of(state: State) -> frozenset[Event]:
    """What may happen to a launch in the state."""
    return frozenset(event for known, event in TABLE if known is state)


def check_start(starts_at: datetime | None, now: datetime) -> datetime:
    """The instant a launch starts; None is now. DomainError `launch.starts_in_past`, `launch.starts_too_late`."""
    if starts_at is None:
        return now
    if starts_at < now - PAST_TOLERANCE:
        raise DomainError(
            "launch.starts_in_past",
            Kind.INVALID,
            "The start lies in the past. Choose a time from now on.",
            measured=starts_at.isoformat(),
            needed=now.isoformat(),
        )
    if starts_at > now + FARTHEST:
        raise DomainError(
            "launch.starts_too_late",
            Kind.INVALID,
            "The start is more than a year away. Choose an earlier day.",
            measured=starts_at.isoformat(),
            needed=(now + FARTHEST).isoformat(),
        )
    return max(starts_at, now)


def proposed_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The next working morning (Monday to Friday, 09:10) in the zone, at least half an hour away."""
    day = now.astimezone(zone).date()
    while True:
        start = datetime.combine(day, FIRST_SEND, tzinfo=zone)
        if day.weekday() < _SATURDAY and start >= now + NOTICE:
            return start
        day += timedelta(days=1)


def open_until(starts_at: datetime, valid_until: date | None) -> datetime:
    """When a launch that mails nobody is over: with the kit's last valid day (UTC), else `OPEN_FOR` after its start.

    At least a day after the start, since a launch may begin on the last day.
    """
    if valid_until is None:
        return starts_at + OPEN_FOR
    return max(datetime.combine(valid_until + timedelta(days=1), time(), UTC), starts_at + timedelta(days=1))


def new_slug(partner_slug: str, kit_slug: str) -> str:
    """A launch's public name: readable, and with six characters nobody guesses."""
    tail = "".join(secrets.choice(_SLUG_ALPHABET) for _ in range(6))
    return f"{partner_slug}-{kit_slug}-{tail}"[:120]


def locales_for(offered: Sequence[str], source: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The offered locales a partner would choose: its own, else the nearest by language, else the source."""
    mine = tuple(locale for locale in offered if locale in wanted)
    if mine:
        return mine
    languages = {locale.partition("-")[0] for locale in wanted}
    near = tuple(locale for locale in offered if locale.partition("-")[0] in languages)
    return near[:1] or (source,)
