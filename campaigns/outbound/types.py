"""Every kind of event that is told outward. `docs/webhooks.md` has a row for each, and a test holds it to that."""

from __future__ import annotations

from typing import Final

DEAL_EVENTS: Final = (
    "submitted", "pick_up", "hand_back", "returned", "resubmitted", "conflict", "approved", "rejected", "shared",
    "appealed", "appeal_refused", "reopened", "extension_asked", "extended", "extension_refused", "expiring", "expired",
    "converted", "won", "lost", "withdrawn", "revocation_asked", "revoked", "team", "changed", "note", "reminder",
    "overdue",
)  # fmt: skip
LEAD_EVENTS: Final = (
    "created", "offered", "accepted", "declined", "rerouted", "pooled", "requested", "refused", "updated", "merged",
    "unmerged", "converted", "closed", "reopened", "erased",
)  # fmt: skip
EVENT_TYPES: Final = frozenset(
    [*(f"deal.{name}" for name in DEAL_EVENTS), *(f"lead.{name}" for name in LEAD_EVENTS)]
)  # fmt: skip
