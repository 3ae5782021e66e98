"""What an adapter for a CRM fulfils, and reading it with a watermark. Shaped for Salesforce, HubSpot and Dynamics.

All three tell changed records from an instant on (SystemModstamp, hs_lastmodifieddate, modifiedon), in pages, with a
clock of their own and commits that overlap: therefore reading begins before the watermark, and repeats are known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.receiving import keep_change
from campaigns.outbound.models import Watermark, WebhookEndpoint

OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Told:
    """A canonical change's body (`type`, `data`) and when it happened by the other system's clock."""

    at: datetime
    body: dict[str, Any]


class CrmPort(Protocol):
    """A CRM as this product sees it."""

    def changes(self, since: datetime | None) -> Iterator[Told]:
        """Changes at `since` or later (None: all), the oldest first; merged or deleted records are left out."""
        ...

    def push(self, event: dict[str, Any]) -> None:
        """Take a CloudEvents body. DomainError of Kind.UNAVAILABLE where another attempt may help."""
        ...


def watermark_of(uow: UnitOfWork, programme_id: UUID, system: str, stream: str) -> datetime | None:
    """How far a stream of a system was read; None before the first time."""
    return uow.session.scalar(
        select(Watermark.reached).where(
            Watermark.programme_id == programme_id, Watermark.system == system, Watermark.object == stream
        )
    )


def keep_told(uow: UnitOfWork, programme_id: UUID, endpoint: WebhookEndpoint, stream: str, told: Sequence[Told]) -> int:
    """Keep what a system told and move its watermark to the latest of it; how many changes were new.

    Changes go the way of signed messages: kept once, applied by a job, on the error desk where that fails. The
    watermark never moves back.
    """
    new = 0
    for one in told:
        new += keep_change(uow, programme_id, endpoint.id, message_id_of(one), one.body, told_at=one.at).new
    if told:
        row = insert(Watermark).values(
            programme_id=programme_id, system=endpoint.system, object=stream, reached=max(one.at for one in told),
            updated_at=uow.now,
        )  # fmt: skip
        uow.session.execute(
            row.on_conflict_do_update(
                index_elements=["programme_id", "system", "object"],
                set_={"reached": func.greatest(Watermark.reached, row.excluded.reached), "updated_at": uow.now},
            )
        )
    return new


def message_id_of(told: Told) -> str:
    """An id made of the content and its instant: the same change read again has the same one."""
    text = json.dumps([told.at.isoformat(), told.body], sort_keys=True, ensure_ascii=False)
    return "pull_" + hashlib.sha256(text.encode()).hexdigest()[:40]
