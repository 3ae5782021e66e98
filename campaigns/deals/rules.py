"""The states of a deal as one table, and who may ask for each step. Source: domain.md "Deal registration"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Side = Literal["partner", "vendor", "system"]

OPEN: Final = ("draft", "submitted", "under_review", "action_required", "in_conflict")
PROTECTED: Final = ("approved", "converted")
OVER: Final = ("shared", "rejected", "expired", "won", "lost", "withdrawn", "revoked")
WAITING: Final = ("submitted", "under_review", "in_conflict")  # the vendor's turn: the SLA clock runs


@dataclass(frozen=True, slots=True)
class Step:
    """A transition: from which states, to which, by which side. `reason` says that a reason code must be given."""

    name: str
    sources: tuple[str, ...]
    to: str
    sides: tuple[Side, ...]
    reason: bool = False


_STEPS: Final = (
    Step("submit", ("draft",), "submitted", ("partner",)),
    Step("auto_clear", ("submitted",), "approved", ("system",)),
    Step("pick_up", ("submitted",), "under_review", ("vendor",)),
    Step("hand_back", ("under_review",), "submitted", ("vendor",)),
    Step("return", ("under_review",), "action_required", ("vendor",), reason=True),
    Step("resubmit", ("action_required",), "under_review", ("partner",)),
    Step("conflict", ("submitted", "under_review"), "in_conflict", ("vendor", "system")),
    Step("resolve_approve", ("in_conflict",), "approved", ("vendor",), reason=True),
    Step("resolve_reject", ("in_conflict",), "rejected", ("vendor",), reason=True),
    Step("resolve_share", ("in_conflict",), "shared", ("vendor",), reason=True),
    Step("approve", ("under_review",), "approved", ("vendor",)),
    Step("reject", ("under_review",), "rejected", ("vendor",), reason=True),
    Step("reopen", ("rejected",), "under_review", ("vendor",), reason=True),  # an appeal that was granted
    Step("extend", ("approved", "converted"), "", ("vendor",)),  # the state stays
    Step("expire", ("approved",), "expired", ("system",)),
    Step("convert", ("approved",), "converted", ("partner", "vendor", "system")),
    Step("win", ("converted",), "won", ("partner", "vendor", "system")),
    Step("lose", ("converted", "approved"), "lost", ("partner", "vendor", "system"), reason=True),
    Step("withdraw", (*OPEN, "approved", "converted"), "withdrawn", ("partner",)),
    Step("revoke", PROTECTED, "revoked", ("vendor",), reason=True),
)
STEPS: Final = {step.name: step for step in _STEPS}

# what a line of the timeline may be of; `app/deal_events.py` has words for each
KINDS: Final = frozenset(
    {
        "submitted", "pick_up", "hand_back", "returned", "resubmitted", "conflict", "approved", "rejected",
        "appealed", "appeal_refused", "reopened", "extension_asked", "extended", "extension_refused", "expired",
        "converted", "won", "lost", "withdrawn", "revocation_asked", "revocation_refused", "revoked", "shared", "team",
        "progress", "lines", "note", "evidence", "warning", "reminder", "resolved", "approval", "match_dismissed",
        "account_moved",
    }
)  # fmt: skip

REJECT_REASONS: Final = (
    "existing_customer", "already_registered", "own_opportunity", "not_qualified", "incomplete", "outside_territory",
    "no_partner_activity", "other",
)  # fmt: skip
RETURN_REASONS: Final = ("company_unclear", "contact_missing", "amount_unclear", "evidence_missing", "other")
LOSS_REASONS: Final = ("price", "competitor", "no_decision", "no_budget", "product_gap", "timing", "other")
REVOKE_REASONS: Final = ("false_statement", "no_activity", "partner_left", "other")
RESOLVE_REASONS: Final = ("first_registered", "stronger_evidence", "customer_choice", "agreed_split", "other")
EDITABLE: Final = ("company", "contact", "product_line", "amount", "close_on", "note", "lines")


def may_step(name: str, state: str, side: Side) -> bool:
    """Whether a step exists from that state for that side; KeyError for a step that is none."""
    step = STEPS[name]
    return state in step.sources and side in step.sides


def steps_from(state: str, side: Side) -> tuple[str, ...]:
    """The names of the steps a side could take from a state, in the table's order."""
    return tuple(step.name for step in _STEPS if state in step.sources and side in step.sides)
