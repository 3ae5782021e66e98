"""Pure rules of sending: conditions of steps, back-off, what a refusal means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

BATCH = 20
LEASE = timedelta(minutes=5)  # longer than a batch may talk and be recorded; the job's own lease is extended
BACK_OFF_S = (60, 300, 900, 3600, 4 * 3600, 8 * 3600, 12 * 3600)
MOST_ATTEMPTS = len(BACK_OFF_S) + 1  # about a day, as RFC 5321 4.5.4.1 asks of a queue at the least
SOFT_BOUNCES, SOFT_WINDOW = 2, timedelta(days=30)

Condition = Literal["always", "clicked", "not_clicked", "not_submitted"]
Refusal = Literal["no_such_address", "policy", "other"]
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class SendIf:
    """A step's condition; `step_id` for the two that look at clicks."""

    condition: Condition
    step_id: str = ""


def parse_send_if(text: str) -> SendIf:
    """`always`, `clicked:<step>`, `not_clicked:<step>`, `not_submitted`; ValueError for anything else."""
    name, _, step_id = text.partition(":")
    if name in ("clicked", "not_clicked") and step_id:
        return SendIf("clicked" if name == "clicked" else "not_clicked", step_id)
    if name in ("always", "not_submitted") and not step_id:
        return SendIf("always" if name == "always" else "not_submitted")
    raise ValueError(f"unknown condition {text!r}")


def back_off(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (at least 1); None when it is time to give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return timedelta(seconds=BACK_OFF_S[max(attempts, 1) - 1])


def refusal(reply: str) -> Refusal:
    """What a 5yz means by its enhanced status code (RFC 3463): 5.1.1 and kin, 5.7.x, or anything else.

    Without an enhanced code nothing is proven about the address.
    """
    found = _ENHANCED.search(reply)
    if found is None or found[1] != "5":
        return "other"
    subject, detail = int(found[2]), int(found[3])
    if subject == 1 and detail in (1, 2, 3, 10):  # no mailbox, no domain, bad syntax, null MX (RFC 7505)
        return "no_such_address"
    return "policy" if subject == 7 else "other"
