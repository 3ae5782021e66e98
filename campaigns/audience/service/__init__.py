"""Use cases of the audience: lists, contacts, consent, suppression, imports."""

from __future__ import annotations

from campaigns.audience.service.suppressing import (
    SuppressedMany,
    lift_suppression,
    lift_unsubscribe,
    suppress_addresses,
    suppress_key,
)

__all__ = ["SuppressedMany", "lift_suppression", "lift_unsubscribe", "suppress_addresses", "suppress_key"]
