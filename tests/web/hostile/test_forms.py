"""Every post of every page with hostile texts in every field it reads: a refusal or a page, never a fault.

The fields are not written down: the request notes what a view asks for (`tests.factories.recording`), so that a new
form is covered from its first day.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Any

import pytest

from tests.factories.hostile_texts import EVERYTHING, HEADERS
from tests.factories.recording import ASKED
from tests.factories.tenancy_stage import address, routes
from tests.web.hostile.conftest import Target

OPEN = ("POST /sign-in", "POST /reset", "POST /reset/<token>", "POST /invitation/<token>")
AT_ONCE = ("jinja", "percent", "crlf", "line-separator", "equals", "close", "sql", "nul", "zalgo", "long-word",
           "megabyte", "noncharacter", "digits", "huge-number", "date", "address")  # fmt: skip
ALONE = ("digits", "line-separator", "empty")
# Values under which a form goes as far as it can; what is not here is sent as "x".
GOOD = {
    "email": "new@example.com", "name": "New", "company": "New", "locale": "en", "theme": "dark", "role": "marketing",
    "version": "1", "act": "rename", "decision": "accept", "basis": "consent", "source": "fair", "country": "DE",
    "time_zone": "Europe/Berlin", "addresses": "a@example.com", "accent": "#14304d", "primary": "#14304d",
    "secondary": "#f2a61c", "legal_name": "New Ltd", "scopes": "self.read", "expires_at": "2030-01-01", "c0": "email",
    "has_header": "1", "client_token": "t", "reason": "a mistake", "postal_address": "Oslo", "ground": "light",
    "encoding": "utf-8", "delimiter": ",", "date_order": "dmy", "given_on": "2026-01-01", "asked": "1",
    "sender_email": "a@example.com", "url": "https://new.example", "phone": "", "f.offer": "x",
    "password": "a long quiet sentence", "old_password": "x", "next": "/", "action": "",
}  # fmt: skip


def posts(target: Target) -> list[str]:
    return sorted(line for line in routes(target.app) if line.startswith("POST ") and not line.startswith("POST /api/"))


def who_may(line: str) -> str:
    return "vendor" if line.startswith(("POST /studio", "POST /admin", "POST /channel", "POST /finance")) else "partner"


def fault(target: Target, line: str, data: dict[str, str], who: str) -> list[str]:
    path = address(routes(target.app)[line], target.stage)
    answer = target.undone(lambda: target.post(who, path, data=data))
    return [f"{who} {line} {answer.status_code}"] if answer.status_code >= 500 else []


def good(line: str, stage: Any) -> dict[str, str]:
    """A form that is filled as it should be, of the names the view was seen to read."""
    named = {name: str(value) for name, value in stage.named.items() if not isinstance(value, bytes)}
    known = GOOD | {"logo": named["logo_id"], "grant": named["grant"], "person": named["person"]}
    return {name: known.get(name, "x") for name in sorted(ASKED[line] - {"csrf_token"})}


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_hostile_text_in_all_fields_at_once(target: Target, name: str) -> None:
    bad: list[str] = []
    for line in posts(target):
        fields = sorted(ASKED[line] | {"x", "f.offer", "c0", "c²"} - {"csrf_token"})
        for who in {who_may(line), "anonymous" if line in OPEN else who_may(line)}:
            bad += fault(target, line, dict.fromkeys(fields, EVERYTHING[name]), who)
    assert not bad


@pytest.mark.parametrize("side", ["vendor", "partner"])
def test_a_hostile_text_in_each_field_alone(target: Target, side: str) -> None:
    bad: list[str] = []
    tried = 0
    for line in [line for line in posts(target) if who_may(line) == side]:
        known: set[str] = set()
        while ASKED[line] - known:  # a form that gets further reads more
            known = set(ASKED[line])
            bad += fault(target, line, good(line, target.stage), who_may(line))
        for field in known - {"csrf_token"}:
            for name in ALONE:
                tried += 1
                bad += fault(target, line, good(line, target.stage) | {field: EVERYTHING[name]}, who_may(line))
    assert not bad
    assert tried > 200


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", "", "x\u00e9/y;;;="])
def test_a_body_of_another_kind(target: Target, content_type: str) -> None:
    bad: list[str] = []
    for line in posts(target):
        path = address(routes(target.app)[line], target.stage)
        for body in (b"\xff\xfe\x00", b'{"a": [', b"--x\r\nContent-Disposition: form-data; name=\r\n"):
            who = who_may(line)
            send = partial(target.post, who, path, data=body, content_type=content_type.encode().decode("latin-1"))
            if target.undone(send).status_code >= 500:
                bad.append(f"{line} {body!r}")
    assert not bad


def test_bytes_that_are_no_text(target: Target) -> None:
    bad: list[str] = []
    for line in posts(target):
        path = address(routes(target.app)[line], target.stage)
        body = "&".join(f"{name}=%ff%fe%c3%28" for name in sorted(ASKED[line] | {"%ff"} - {"csrf_token"}))
        kind = "application/x-www-form-urlencoded"
        if target.undone(partial(target.post, who_may(line), path, data=body, content_type=kind)).status_code >= 500:
            bad.append(line)
    assert not bad


@pytest.mark.parametrize("name", [*HEADERS, "nul", "path", "override"])
def test_a_file_with_a_hostile_name(target: Target, name: str) -> None:
    filename, bad = EVERYTHING[name], []
    for line in posts(target):
        files = {name: (BytesIO(b"a,b"), filename) for name in ("logo", "kit", "file")}
        path = address(routes(target.app)[line], target.stage)
        if not ASKED[line] & set(files):
            continue
        answer = target.undone(lambda path=path, files=files, line=line: target.post(who_may(line), path, data=files))
        bad += [line] if answer.status_code >= 500 else []
    assert not bad
