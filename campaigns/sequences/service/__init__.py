"""Use cases of sequences: start, claim, record, reconcile, leave, hold."""

from __future__ import annotations

from campaigns.sequences.service.claiming import Claimed, claim_batch
from campaigns.sequences.service.holding import cancel_sequence, pause_sequence, resume_sequence, sequence_over
from campaigns.sequences.service.leaving import exit_everywhere, exit_on
from campaigns.sequences.service.reconciling import reconcile
from campaigns.sequences.service.recording import record_results
from campaigns.sequences.service.starting import start_sequence
from campaigns.sequences.service.ticking import enqueue_due, finish_over
from campaigns.sequences.service.unsubscribing import Recipient, recipient_of, resubscribe, unsubscribe

__all__ = [
    "Claimed",
    "Recipient",
    "cancel_sequence",
    "claim_batch",
    "enqueue_due",
    "exit_everywhere",
    "exit_on",
    "finish_over",
    "pause_sequence",
    "recipient_of",
    "reconcile",
    "record_results",
    "resubscribe",
    "resume_sequence",
    "sequence_over",
    "start_sequence",
    "unsubscribe",
]
