"""The signed token of a landing form: made for one launch, of a known age, used once. It needs no cookie."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from campaigns.core.signing import make_token, read_token


@dataclass(frozen=True, slots=True)
class FormToken:
    """A genuine token: when its form was made, and its single-use name."""

    made_at: datetime
    name: str


def new_form_token(secret_key: str, launch_id: UUID, now: datetime) -> str:
    """A token for one showing of the form."""
    return make_token(secret_key, f"form:{launch_id}", int(now.timestamp()), secrets.randbits(62))


def read_form_token(secret_key: str, launch_id: UUID, token: str) -> FormToken | None:
    """What a token says; None for any that was not made for this launch."""
    numbers = read_token(secret_key, f"form:{launch_id}", token)
    if numbers is None or len(numbers) != 2:
        return None
    return FormToken(datetime.fromtimestamp(numbers[0], UTC), token)
