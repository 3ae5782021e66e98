"""The state table, start times and fields of launches."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.core.errors import DomainError
from campaigns.launches import fields, rules
from campaigns.launches.rules import Event, State, next_state
from campaigns.launches.sharing import intent
from renderer.kit.manifest import KitField, Manifest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday

# Written out by hand beside the code's table, so that a slip in one shows.
EXPECTED = {
    "draft": {"render": "rendering", "cancel": "cancelled"},
    "rendering": {"rendered": "ready", "fail": "failed", "cancel": "cancelled"},
    "ready": {"run": "running", "fail": "failed", "cancel": "cancelled"},
    "running": {"pause": "paused", "finish": "finished", "cancel": "cancelled"},
    "paused": {"resume": "running", "cancel": "cancelled"},
    "failed": {"retry": "rendering", "cancel": "cancelled"},
    "finished": {},
    "cancelled": {},
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_state_with_every_event(state: State, event: Event) -> None:
    wanted = EXPECTED[state.value].get(event.value)
    if wanted is None:
        with pytest.raises(DomainError) as caught:
            next_state(state, event)
        assert (caught.value.code, caught.value.kind.value) == ("launch.state", "conflict")
        assert event not in rules.events_of(state)
    else:
        assert next_state(state, event).value == wanted
        assert event in rules.events_of(state)


def test_a_start_just_past_is_now_and_one_long_past_is_refused() -> None:
    assert rules.check_start(None, NOW) == NOW
    assert rules.check_start(NOW - timedelta(minutes=9), NOW) == NOW
    assert rules.check_start(NOW + timedelta(days=365), NOW) == NOW + timedelta(days=365)
    with pytest.raises(DomainError, match=r"launch\.starts_in_past"):
        rules.check_start(NOW - timedelta(minutes=11), NOW)
    with pytest.raises(DomainError, match=r"launch\.starts_too_late"):
        rules.check_start(NOW + timedelta(days=367), NOW)


@pytest.mark.parametrize(
    ("now", "zone", "wanted"),
    [
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "Europe/London", "2026-11-23T09:10:00+00:00"),
        (datetime(2026, 11, 23, 8, 41, tzinfo=UTC), "Europe/London", "2026-11-24T09:10:00+00:00"),  # too little notice
        (datetime(2026, 11, 27, 12, 0, tzinfo=UTC), "Europe/London", "2026-11-30T09:10:00+00:00"),  # over a weekend
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "Asia/Tokyo", "2026-11-23T09:10:00+09:00"),  # Monday there
        (datetime(2026, 3, 27, 12, 0, tzinfo=UTC), "Europe/Berlin", "2026-03-30T09:10:00+02:00"),  # summer time began
    ],
)
def test_the_next_working_morning(now: datetime, zone: str, wanted: str) -> None:
    assert rules.proposed_start(now, ZoneInfo(zone)).isoformat() == wanted


def test_slugs_are_readable_and_never_the_same() -> None:
    made = {rules.new_slug("osterly", "quiet") for _ in range(200)}
    assert len(made) == 200
    assert all(slug.startswith("osterly-quiet-") for slug in made)


def manifest(*items: KitField) -> Manifest:
    return Manifest("s", "1", "T", "", "en", ("en",), (), fields=items, valid_until=date(2027, 1, 1))


def test_all_wrong_fields_are_told_at_once() -> None:
    kit = manifest(
        KitField("name", "text", "Name", required=True),
        KitField("offer", "text", "Offer", max_chars=5),
        KitField("site", "url", "Site"),
        KitField("tone", "choice", "Tone", choices=("warm", "dry")),
        KitField("day", "date", "Day"),
        KitField("fixed", "text", "Fixed", default="ours", locked=True),
    )
    given = {"offer": "too long", "site": "javascript:x", "tone": "wet", "day": "soon", "fixed": "mine", "other": "x"}
    _, problems = fields.settled(kit, given)
    assert {(item.code, item.slot) for item in problems} == {
        ("field.unknown", "other"), ("field.required", "name"), ("field.too_long", "offer"), ("field.invalid", "site"),
        ("field.invalid", "tone"), ("field.invalid", "day"), ("field.locked", "fixed"),
    }  # fmt: skip


def test_a_default_is_left_to_each_language() -> None:
    kit = manifest(KitField("offer", "text", "Offer", default="A free visit"), KitField("site", "url", "Site"))
    values, problems = fields.settled(kit, {"offer": "A free visit", "site": "https://a.example"})
    assert problems == []
    assert values == {"site": "https://a.example"}


def test_share_intents_escape_and_do_not_repeat_the_address() -> None:
    url = "https://t.example/t/Ab&c"
    assert intent("linkedin", "Hi", url) == (
        "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Ft.example%2Ft%2FAb%26c"
    )
    assert intent("x", f"Hi {url}", url).count("t.example") == 1
    assert "t.example" in intent("whatsapp", "Hi", url)
    assert intent("email", "a b", url, "S & T").startswith("mailto:?subject=S%20%26%20T&body=a%20b%0A")
    assert intent("plain", "Hi", url) == url
