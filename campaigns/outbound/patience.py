"""How long a failing endpoint is borne with: the waits between attempts, and when it is paused."""

from __future__ import annotations

import random
from datetime import timedelta

# About three days in ten attempts, as the Standard Webhooks specification proposes.
WAITS_S = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
ATTEMPTS = len(WAITS_S) + 1
JITTER = 0.2
PAUSE_AFTER = timedelta(days=3)
MOST_WAIT_S = 86400


def wait_after(attempt: int, *, asked_s: int | None = None, chance: float | None = None) -> timedelta | None:
    """How long to wait after a failed attempt (from 1); None after the last.

    `asked_s` is the answer's Retry-After, which may lengthen a wait up to a day. `chance` in [0, 1) replaces the
    random part, by which a fallen endpoint is not met by everything at once when it stands again.
    """
    if attempt >= ATTEMPTS:
        return None
    part = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    seconds = WAITS_S[attempt - 1] * (1 - JITTER + 2 * JITTER * part)
    return timedelta(seconds=max(seconds, min(asked_s or 0, MOST_WAIT_S)))
