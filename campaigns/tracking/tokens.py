"""The tokens of public addresses: which link, which delivery; genuine or unknown, nothing between."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.core.signing import make_token, read_token

_LINK = "tracked-link"
_UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Followed:
    """What a `/t/` token says: the link's id and, in a mail, the delivery's."""

    link_id: int
    delivery_id: int | None = None


def link_token(secret_key: str, link_id: int, delivery_id: int | None = None) -> str:
    """The token of a tracked link, for one recipient when it has a delivery."""
    numbers = (link_id,) if delivery_id is None else (link_id, delivery_id)
    return make_token(secret_key, _LINK, *numbers)


def read_link_token(secret_key: str, token: str) -> Followed | None:
    """What a `/t/` token says; None for any that was not made here."""
    numbers = read_token(secret_key, _LINK, token)
    return Followed(*numbers) if numbers and len(numbers) <= 2 else None


def unsubscribe_token(secret_key: str, delivery_id: int) -> str:
    """The token of a message's unsubscribe address."""
    return make_token(secret_key, _UNSUBSCRIBE, delivery_id)


def read_unsubscribe_token(secret_key: str, token: str) -> int | None:
    """The delivery whose recipient wants no more; None for any token that was not made here."""
    numbers = read_token(secret_key, _UNSUBSCRIBE, token)
    return numbers[0] if numbers and len(numbers) == 1 else None
