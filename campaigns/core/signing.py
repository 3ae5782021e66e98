"""Keys derived from SECRET_KEY per purpose, and short tokens: numbers in base 62 with a truncated HMAC.

Nothing signed for one purpose is valid for another. A changed SECRET_KEY makes every token unknown.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAC_CHARS = 11  # 62^11 > 2^64: 64 bits of HMAC-SHA-256
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_MOST_CHARS = 11  # of one number: 62^11 covers a bigint
_BIGINT = 2**63


@lru_cache(maxsize=256)
def derive(secret_key: str, purpose: str) -> bytes:
    """A 32-byte key of its own for a purpose (HMAC-SHA-256 of the purpose under SECRET_KEY)."""
    return hmac.digest(secret_key.encode(), b"throughline:" + purpose.encode(), "sha256")


def base62(number: int) -> str:
    """A non-negative number in base 62, most significant first."""
    if number < 0:
        raise ValueError(f"{number} is negative")
    digits = ""
    while True:
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
        if number == 0:
            return digits


def _number(digits: str) -> int | None:
    if not digits or len(digits) > _MOST_CHARS or (digits[0] == "0" and len(digits) > 1):
        return None
    value = 0
    for char in digits:
        if char not in _VALUES:
            return None
        value = value * 62 + _VALUES[char]
    return value if value < _BIGINT else None


def keyed_digest(secret_key: str, purpose: str, *parts: str, chars: int = 32) -> str:
    """A truncated hexadecimal HMAC over the parts; the same parts give the same digest."""
    body = "\x1f".join(parts).encode()
    return hmac.new(derive(secret_key, purpose), body, hashlib.sha256).hexdigest()[:chars]


def _mac(secret_key: str, purpose: str, body: str) -> str:
    number = int.from_bytes(hmac.digest(derive(secret_key, purpose), body.encode(), "sha256")[:8], "big")
    return base62(number).rjust(MAC_CHARS, "0")


def make_token(secret_key: str, purpose: str, *numbers: int) -> str:
    """`<base62>[-<base62>…]<11 characters of HMAC>`, safe in a URL and short enough for a QR code."""
    body = "-".join(base62(number) for number in numbers)
    return body + _mac(secret_key, purpose, body)


def read_token(secret_key: str, purpose: str, token: str) -> tuple[int, ...] | None:
    """The numbers of a genuine token; None for everything else. Each number has one spelling only."""
    if not MAC_CHARS < len(token) <= 64 or not token.isascii():
        return None
    body, mac = token[:-MAC_CHARS], token[-MAC_CHARS:]
    if not hmac.compare_digest(mac, _mac(secret_key, purpose, body)):
        return None
    numbers = [_number(part) for part in body.split("-")]
    return tuple(number for number in numbers if number is not None) if None not in numbers else None
