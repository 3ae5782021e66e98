"""The same events to be fetched instead of received: in order of number, from an instant on, with an overlap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.outbound.cloud_events import PING
from campaigns.outbound.models import BusinessEvent

# Numbers are given before the commit, so a later number can be seen before an earlier one. Whoever reads again from
# this much before where it was misses nothing, and knows repeats by their id.
OVERLAP = timedelta(minutes=10)


def events_since(
    session: Session, actor: Actor, since: datetime | None, after: int, limit: int
) -> Sequence[BusinessEvent]:
    """Up to `limit` events of the actor's tenant that happened at `since` or later, numbered above `after`."""
    require(actor, "change.read")
    query = select(BusinessEvent).where(BusinessEvent.id > after, BusinessEvent.type != PING)
    if actor.partner_id is not None:
        query = query.where(BusinessEvent.partner_id == actor.partner_id)
    else:
        query = query.where(BusinessEvent.programme_id == actor.programme_id, BusinessEvent.for_vendor)
    if since is not None:
        query = query.where(BusinessEvent.occurred_at >= since)
    return session.scalars(query.order_by(BusinessEvent.id).limit(limit)).all()
