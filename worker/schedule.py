"""The beat table: which tick runs how often. Light on purpose, since beat needs nothing else of us.

Several beats are harmless: ticks are safe to run twice, and calls that nobody took in time expire.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.gateways.celery_queue import broker_queue

EVERY_S: dict[str, float] = {
    "upkeep.sweep": 2.0,
    "sequences.tick": 2.0,
    "outbound.tick": 30.0,
    "integrations.tick": 30.0,
    "upkeep.daily": 900.0,
    "people.daily": 900.0,
    "deals.tick": 15.0,
    "leads.tick": 15.0,
    "attribution.daily": 900.0,
    "reports.tick": 30.0,
}


def beat_schedule(prefix: str = "throughline") -> dict[str, dict[str, Any]]:
    """The table as Celery wants it."""
    return {
        name: {
            "task": name,
            "schedule": timedelta(seconds=every_s),
            "options": {"queue": broker_queue("default", prefix), "expires": max(10.0, every_s), "ignore_result": True},
        }
        for name, every_s in EVERY_S.items()
    }
