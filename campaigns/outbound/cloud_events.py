"""An event as the outside reads it: CloudEvents 1.0 in structured JSON, one body for a vendor, one for a partner."""

from __future__ import annotations

import json
from typing import Any

from campaigns.outbound.models import BusinessEvent

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
PING = "webhook.ping"


def cloud_event(event: BusinessEvent, source: str, *, partner: bool) -> dict[str, Any]:
    """The members of the body. `source` is the installation's public URL; `data` holds what this side may see."""
    own = event.partner_data if partner else event.vendor_data
    about = {
        "object": event.subject_type,
        "id": str(event.subject_id),
        "programme_id": str(event.programme_id),
        "partner_id": str(event.partner_id) if event.partner_id else None,
    }
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": source,
        "type": event.type,
        "subject": f"{event.subject_type}/{event.subject_id}",
        "time": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {**event.data, **own, **about},
    }


def body_of(event: BusinessEvent, source: str, *, partner: bool) -> bytes:
    """The bytes that are signed and sent; the same at every attempt."""
    return json.dumps(
        cloud_event(event, source, partner=partner), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()
