"""Telling the outside: an event becomes deliveries, a delivery one POST between two transactions."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError
from campaigns.core.logs import get_logger
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.gateways.guarded_post import post
from campaigns.gateways.http_crm import open_crm
from campaigns.outbound import delivering
from campaigns.outbound.events import FAN_OUT
from campaigns.outbound.outcomes import Outcome, record
from campaigns.outbound.pruning import Keep, prune_told
from worker.task import job_task, tick_task

log = get_logger(__name__)


@job_task(FAN_OUT)
def fan_out(container: Container, job: ClaimedJob) -> None:
    """Owe the event to whoever is to be told."""
    with container.uow(job.request_id) as uow:
        delivering.fan_out(uow, int(job.payload["event"]))


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:  # noqa: ARG001 - the port's shape
    delivering.give_up(uow, UUID(job.payload["delivery"]))


@job_task(delivering.DELIVER, queue="send", soft_limit_s=50, on_parked=_gave_up)
def deliver(container: Container, job: ClaimedJob) -> None:
    """Claim (commit), POST without a transaction, record."""
    settings = container.settings
    loopback = settings.webhook_loopback
    with container.uow(job.request_id) as uow:
        claimed = delivering.claim(
            uow, UUID(job.payload["delivery"]), settings.secret_key, settings.public_url, loopback=loopback
        )
    if claimed is None:
        return
    if claimed.adapter:
        outcome = _push(container, claimed)
        with container.uow(job.request_id) as uow:
            record(uow, claimed.delivery_id, claimed.attempt, outcome, settings.public_url)
        return
    reply = post(claimed.target, claimed.headers, claimed.body, container.clock, loopback=loopback)
    outcome = Outcome(reply.status, reply.error, reply.answer, reply.retry_after_s)
    with container.uow(job.request_id) as uow:
        record(uow, claimed.delivery_id, claimed.attempt, outcome, settings.public_url)


def _push(container: Container, claimed: delivering.Claimed) -> Outcome:
    """Through the port of the system's adapter: what it raises is the attempt's error."""
    loopback = container.settings.webhook_loopback
    try:
        crm = open_crm(claimed.adapter, claimed.url, claimed.keys, container.clock, loopback=loopback)
        crm.push(json.loads(claimed.body))
    except DomainError as error:
        status = error.params.get("status")
        return Outcome(status if isinstance(status, int) else None, error.code)
    return Outcome(204)


PRUNE = "outbound.prune"


@job_task(PRUNE, soft_limit_s=600)
def prune(container: Container, job: ClaimedJob) -> None:
    """Delete events, deliveries and received changes whose time is over, as the settings say."""
    days = container.settings
    keep = Keep(
        timedelta(days=days.keep_events_days),
        timedelta(days=days.keep_deliveries_days),
        timedelta(days=days.keep_changes_days),
    )
    log.info("outbound.pruned", day=job.payload.get("day", ""), **prune_told(container.uow, keep))


@tick_task("outbound.tick")
def ask_overdue(container: Container) -> None:
    """Ask again for deliveries that are long due."""
    with container.uow() as uow:
        delivering.ask_overdue(uow)
