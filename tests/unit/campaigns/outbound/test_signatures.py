"""Signatures against the reference library of Standard Webhooks; sealing; the waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from campaigns.core.errors import DomainError
from campaigns.outbound.patience import ATTEMPTS, wait_after
from campaigns.outbound.signatures import new_secret, seal, sign, unseal, verify

BODY = '{"type":"deal.won","data":{"name":"Ünïcode 株式会社"}}'.encode()
NOW = datetime.now(UTC)


def code_of(keys: list[str], headers: dict[str, str], body: bytes = BODY, now: datetime = NOW) -> str:
    with pytest.raises(DomainError) as caught:
        verify(keys, headers, body, now)
    return caught.value.code


def test_the_reference_library_takes_ours_with_either_secret():
    new, old = new_secret(), new_secret()
    now = datetime.now(UTC)
    headers = sign([new, old], "msg_1", now, BODY)
    assert Webhook(new).verify(BODY, headers) == Webhook(old).verify(BODY, headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new_secret()).verify(BODY, headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new).verify(BODY + b" ", headers)


@given(body=st.text(), message=st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True))
def test_we_take_what_the_reference_library_signs(body: str, message: str):
    secret = new_secret()
    at = datetime.fromtimestamp(int(NOW.timestamp()), UTC)
    try:
        signature = Webhook(secret).sign(message, at, body)
    except UnicodeEncodeError:
        return  # lone surrogates are no text of any wire
    stamp = str(int(at.timestamp()))
    headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}
    assert verify([new_secret(), secret], headers, body.encode(), NOW) == message


def test_what_is_not_genuine_is_refused():
    key = new_secret()
    good = sign([key], "msg_1", NOW, BODY)
    assert verify([key], good, BODY, NOW) == "msg_1"
    assert code_of([key], good, BODY + b" ") == "hook.signature"
    assert code_of([new_secret()], good) == "hook.signature"
    assert code_of([key], good | {"webhook-id": "msg_2"}) == "hook.signature"
    assert code_of([key], good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v1a,")}) == (
        "hook.signature"
    )
    assert code_of([key], good | {"webhook-signature": "v1,ü"}) == "hook.signature"
    assert code_of([key], {}) == "hook.unsigned"
    assert code_of([key], good | {"webhook-timestamp": "-5"}) == "hook.unsigned"
    assert code_of([key], good | {"webhook-timestamp": "1" * 40}) == "hook.time"
    assert code_of([key], good | {"webhook-id": "x" * 201}) == "hook.unsigned"
    assert code_of([key], good | {"webhook-signature": " ".join(["v1,aaaa"] * 11)}) == "hook.unsigned"
    assert code_of([key], good, now=NOW + timedelta(minutes=5, seconds=2)) == "hook.time"
    assert code_of([key], good, now=NOW - timedelta(minutes=5, seconds=2)) == "hook.time"
    assert verify([key], good, BODY, NOW + timedelta(minutes=4)) == "msg_1"


def test_a_sealed_secret_is_read_with_its_key_only():
    secret = new_secret()
    sealed = seal("k" * 40, secret)
    assert secret not in sealed
    assert sealed != seal("k" * 40, secret), "two seals of one secret do not tell that they are"
    assert unseal("k" * 40, sealed) == secret
    with pytest.raises(DomainError) as caught:
        unseal("x" * 40, sealed)
    assert caught.value.code == "endpoint.secret_lost"


def test_the_waits_are_about_three_days_and_spread():
    for chance, most in ((0.0, 2.6), (0.5, 3.3), (0.999, 4.0)):
        waits = [wait_after(attempt, chance=chance) for attempt in range(1, ATTEMPTS)]
        days = sum(waits, timedelta()) / timedelta(days=1)
        assert 2.5 < days < most
        assert waits == sorted(waits)
    assert wait_after(ATTEMPTS, chance=0.5) is None
    assert wait_after(1, asked_s=90, chance=0.5) == timedelta(seconds=90)
    assert wait_after(1, asked_s=10**9, chance=0.5) == timedelta(days=1)
    assert len({wait_after(5) for _ in range(20)}) > 10
