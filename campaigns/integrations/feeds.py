"""Reading the systems that are fetched from: claimed by one process, read without a transaction, recorded by attempt.

What cannot be read stands on the error desk until it can; it is tried again after longer and longer waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.port import OVERLAP, CrmPort, Told, keep_told, watermark_of
from campaigns.outbound.delivering import keys_of
from campaigns.outbound.models import CrmFeed, WebhookEndpoint

PULL = "integrations.pull"
EVERY: Final = timedelta(minutes=5)
LEASE: Final = timedelta(minutes=5)  # longer than the longest reading
LONGEST: Final = timedelta(hours=6)
MOST_TOLD: Final = 20_000  # of one reading; it goes on from there the next time
STREAM: Final = "changes"  # the one stream of an adapter, as its watermark is called


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reading held by this process, with everything it needs."""

    endpoint_id: UUID
    attempt: int
    adapter: str
    url: str
    keys: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class FeedView:
    """How reading a system stands, for its people."""

    endpoint_id: UUID
    system: str
    url: str
    due_at: datetime
    read_at: datetime | None
    kept: int
    failing_since: datetime | None
    failures: int
    error: str
    problem: dict[str, Any]


def ask_due(uow: UnitOfWork, limit: int = 500) -> int:
    """Ask for every reading that is due and in nobody's hands; how many."""
    due = uow.session.scalars(
        select(CrmFeed.endpoint_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == CrmFeed.endpoint_id)
        .where(
            CrmFeed.due_at <= uow.now,
            or_(CrmFeed.lease_until.is_(None), CrmFeed.lease_until < uow.now),
            WebhookEndpoint.state == "active",
            WebhookEndpoint.adapter != "",
        )
        .order_by(CrmFeed.due_at)
        .limit(limit)
    ).all()
    for endpoint_id in due:
        jobs.enqueue(uow, PULL, str(endpoint_id), {"endpoint": str(endpoint_id)})
    return len(due)


def claim(uow: UnitOfWork, endpoint_id: UUID, secret_key: str) -> Claimed | None:
    """Hold a due reading; None if it is not due, in another's hands, or its endpoint is not in force."""
    row = uow.session.execute(
        select(CrmFeed, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == CrmFeed.endpoint_id)
        .where(CrmFeed.endpoint_id == endpoint_id)
        .with_for_update(of=CrmFeed)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    feed, endpoint = row
    held = feed.lease_until is not None and feed.lease_until > uow.now
    if held or feed.due_at > uow.now or endpoint.state != "active" or not endpoint.adapter:
        return None
    feed.attempt += 1
    feed.lease_until = uow.now + LEASE
    uow.session.flush()
    reached = watermark_of(uow, must_exist(endpoint.programme_id, "webhook"), endpoint.system, STREAM)
    since = reached - OVERLAP if reached else None
    keys = tuple(keys_of(secret_key, endpoint, uow))
    return Claimed(endpoint.id, feed.attempt, endpoint.adapter, endpoint.url, keys, since)


def read(crm: CrmPort, since: datetime | None) -> list[Told]:
    """What the system tells, the oldest first, at most `MOST_TOLD`. Whatever the adapter raises comes through."""
    found = []
    for told in crm.changes(since):
        found.append(told)
        if len(found) >= MOST_TOLD:
            break
    return found


def record_read(uow: UnitOfWork, claimed: Claimed, told: Sequence[Told]) -> int | None:
    """Keep what was told, move the watermark; how many were new. None where another attempt was claimed meanwhile."""
    feed, endpoint = _held(uow, claimed)
    if feed is None or endpoint is None:
        return None
    new = keep_told(uow, must_exist(endpoint.programme_id, "webhook"), endpoint, STREAM, told)
    feed.lease_until, feed.due_at = None, uow.now if len(told) >= MOST_TOLD else uow.now + EVERY
    feed.read_at, feed.kept = uow.now, new
    feed.failing_since, feed.failures, feed.error, feed.problem = None, 0, "", {}
    uow.session.flush()
    return new


def record_failure(uow: UnitOfWork, claimed: Claimed, error: DomainError) -> None:
    """Write down why it could not be read, for the error desk, and when it is tried again."""
    feed, _ = _held(uow, claimed)
    if feed is None:
        return
    feed.lease_until, feed.failures = None, feed.failures + 1
    feed.failing_since = feed.failing_since or uow.now
    feed.due_at = uow.now + min(EVERY * 2 ** min(feed.failures - 1, 10), LONGEST)
    feed.error = error.code
    feed.problem = {"message": error.message, "params": {name: str(one) for name, one in error.params.items()}}
    uow.session.flush()


def _held(uow: UnitOfWork, claimed: Claimed) -> tuple[CrmFeed | None, WebhookEndpoint | None]:
    row = uow.session.execute(
        select(CrmFeed, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == CrmFeed.endpoint_id)
        .where(
            CrmFeed.endpoint_id == claimed.endpoint_id, CrmFeed.attempt == claimed.attempt,
            CrmFeed.lease_until.is_not(None), WebhookEndpoint.state != "disabled",
        )
        .with_for_update(of=CrmFeed)
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip
    return (row[0], row[1]) if row is not None else (None, None)


def feeds_of(
    session: Session, actor: Actor, *, failing: bool = False, endpoint_id: UUID | None = None
) -> list[FeedView]:
    """How reading the actor's systems stands; a partner has none."""
    require(actor, "webhook.manage")
    query = (
        select(CrmFeed, WebhookEndpoint.system, WebhookEndpoint.url)
        .join(WebhookEndpoint, WebhookEndpoint.id == CrmFeed.endpoint_id)
        .where(own_rows(actor, WebhookEndpoint), WebhookEndpoint.state != "disabled", WebhookEndpoint.adapter != "")
        .order_by(CrmFeed.failing_since.asc().nulls_last(), CrmFeed.endpoint_id)
    )
    if failing:
        query = query.where(CrmFeed.error != "")
    if endpoint_id is not None:
        query = query.where(CrmFeed.endpoint_id == endpoint_id)
    return [
        FeedView(
            feed.endpoint_id, system, url, feed.due_at, feed.read_at, feed.kept, feed.failing_since, feed.failures,
            feed.error, feed.problem,
        )
        for feed, system, url in session.execute(query)
    ]  # fmt: skip


def read_now(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> None:
    """Read it at once, without waiting. `feed.not_found` for another's."""
    require(actor, "webhook.manage")
    own = select(WebhookEndpoint.id).where(WebhookEndpoint.id == endpoint_id, own_rows(actor, WebhookEndpoint))
    found = uow.session.execute(
        update(CrmFeed)
        .where(CrmFeed.endpoint_id.in_(own))
        .values(due_at=uow.now)
        .returning(CrmFeed.endpoint_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    must_exist(found, "feed")
    jobs.enqueue(uow, PULL, str(endpoint_id), {"endpoint": str(endpoint_id)})
    audit.record(uow, actor, "webhook.read_now", "webhook", endpoint_id)
