"""Standard Webhooks 1.0: secrets, their sealing at rest, signing and verifying."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken

from campaigns.core.errors import DomainError, Kind
from campaigns.core.signing import derive

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
MOST_ID = 200
MOST_SIGNATURES = 10


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _box(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive(secret_key, "webhook-secret")))


def seal(secret_key: str, secret: str) -> str:
    """The secret as the database keeps it: encrypted and authenticated under SECRET_KEY."""
    return _box(secret_key).encrypt(secret.encode()).decode()


def unseal(secret_key: str, sealed: str) -> str:
    """The secret again; `endpoint.secret_lost` where SECRET_KEY was changed since."""
    try:
        return _box(secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise DomainError(
            "endpoint.secret_lost", Kind.CONFLICT, "The secret cannot be read any more. Make a new one."
        ) from error


def _mac(secret: str, message_id: str, timestamp: str, body: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")


def sign(keys: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers, with one signature for each secret in force."""
    timestamp = str(int(at.timestamp()))
    made = [base64.b64encode(_mac(key, message_id, timestamp, body)).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in made),
    }


def _refused(code: str, message: str) -> DomainError:
    return DomainError(f"hook.{code}", Kind.UNAUTHENTICATED, message)


def verify(keys: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a genuine message.

    Raises `hook.unsigned` (a header is missing or malformed), `hook.time` (more than five minutes off) and
    `hook.signature`.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    plain = message_id.isascii() and message_id.isprintable() and 0 < len(message_id) <= MOST_ID
    if not plain or not given or len(given) > MOST_SIGNATURES or not timestamp.isascii() or not timestamp.isdigit():
        raise _refused("unsigned", "The headers webhook-id, webhook-timestamp and webhook-signature are needed.")
    if len(timestamp) > 12 or abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise _refused("time", "The message is older than five minutes, or from the future.")
    expected = [_mac(key, message_id, timestamp, body) for key in keys]
    for one in given:
        version, _, text = one.partition(",")
        try:
            mac = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and any(hmac.compare_digest(mac, right) for right in expected):
            return message_id
    raise _refused("signature", "The signature does not fit the message.")
