"""What stands first in a partner's list, what is folded, and which campaign is suggested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.core.ids import new_id
from campaigns.desk.rules import (
    Before,
    Candidate,
    Facts,
    Kind,
    Thing,
    folded,
    heat,
    in_order,
    launch_thing,
    ready_order,
    suggestion,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(state: str, **about: Any) -> Facts:
    values: dict[str, Any] = {
        "launch_id": new_id(), "kit_id": new_id(), "state": state, "title": "Quiet", "programme_slug": "h",
        "programme_name": "H", "starts_at": NOW - DAY, "changed_at": NOW - DAY, "people": 5,
    }  # fmt: skip
    return Facts(**(values | about))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (Thing(Kind.LEAD, at=NOW - HOUR), "warm"),
        (Thing(Kind.LEAD, at=NOW - DAY), "hot"),
        (Thing(Kind.FAILED, at=NOW), "hot"),
        (Thing(Kind.PAUSED), "warm"),
        (Thing(Kind.LOGO_REFUSED), "warm"),
        (Thing(Kind.NOBODY), "warm"),
        (Thing(Kind.STARTING, at=NOW + HOUR), ""),
        (Thing(Kind.SUGGESTED), ""),
    ],
)
def test_heat_is_red_for_what_is_lost_by_waiting(thing: Thing, expected: str) -> None:
    assert heat(thing, NOW) == expected


def test_the_most_urgent_stands_first() -> None:
    young, old, oldest = (Thing(Kind.LEAD, at=NOW - age, who=str(age)) for age in (HOUR, 2 * DAY, 3 * DAY))
    failed, paused = Thing(Kind.FAILED, at=NOW - HOUR), Thing(Kind.PAUSED, at=NOW)
    again, soon, sooner = (
        Thing(Kind.AGAIN),
        Thing(Kind.STARTING, at=NOW + 2 * HOUR),
        Thing(Kind.STARTING, at=NOW + HOUR),
    )
    ordered = in_order([again, soon, paused, young, failed, old, sooner, oldest], NOW)
    assert ordered == [oldest, old, failed, young, paused, sooner, soon, again]


def test_many_of_a_kind_are_folded_into_the_last_one_shown() -> None:
    leads = [Thing(Kind.LEAD, at=NOW - number * HOUR, more=4 if number == 1 else 0) for number in (5, 4, 3, 2, 1)]
    shown = folded([*leads, Thing(Kind.PAUSED)], per_kind=3)
    assert [thing.kind for thing in shown] == [Kind.LEAD] * 3 + [Kind.PAUSED]
    assert [thing.more for thing in shown] == [0, 0, 2 + 4, 0]


def test_the_list_ends() -> None:
    things = [Thing(kind) for kind in Kind]
    assert len(folded(things, shown=7)) == 7


@pytest.mark.parametrize(
    ("launch", "kind"),
    [
        (facts("failed"), Kind.FAILED),
        (facts("paused", waiting=3, newer=2), Kind.PAUSED),
        (facts("running", newer=2), Kind.NEWER),
        (facts("running", starts_at=NOW + HOUR), Kind.STARTING),
        (facts("running", waiting=2, last_due_at=NOW + DAY), Kind.FINISHING),
        (facts("running", starts_at=NOW + 3 * DAY), None),
        (facts("running", waiting=2, last_due_at=NOW + 3 * DAY), None),
        (facts("running", starts_at=NOW + HOUR, people=0), None),
        (facts("rendering"), None),
    ],
)
def test_a_launch_says_its_gravest_thing(launch: Facts, kind: Kind | None) -> None:
    thing = launch_thing(launch, NOW)
    assert (thing.kind if thing else None) == kind


def test_campaigns_never_launched_stand_first_then_those_longest_ago() -> None:
    fresh, fresher = Candidate(new_id(), NOW - 9 * DAY, None), Candidate(new_id(), NOW - DAY, None)
    lately = Candidate(new_id(), NOW, Before(NOW - DAY, 3))
    long_ago = Candidate(new_id(), NOW, Before(NOW - 90 * DAY, 9))
    assert ready_order([lately, fresh, long_ago, fresher]) == [fresher, fresh, long_ago, lately]


def test_a_campaign_is_suggested_unless_everything_is_fresh() -> None:
    lately = Candidate(new_id(), NOW, Before(NOW - 59 * DAY, 3))
    long_ago = Candidate(new_id(), NOW, Before(NOW - 60 * DAY, 9))
    unused = Candidate(new_id(), NOW - DAY, None)
    assert suggestion([lately], NOW) is None
    assert suggestion([lately, long_ago], NOW) == long_ago
    assert suggestion([lately, long_ago, unused], NOW) == unused
