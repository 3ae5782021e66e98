"""Vendor leads: routed, scored, read from files, told of by letter; offers that ran out and leads that lie still."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.standing import deal_standing
from campaigns.leads.letters import tell_idle, tell_offer, tell_request
from campaigns.leads.service.importing import import_leads, mark_failed
from campaigns.leads.service.offering import ask_to_route, due_offers, forgotten_leads, lapse_offer, offer_next
from campaigns.leads.service.recycling import idle_leads, stir
from campaigns.leads.service.undoing import undo_import
from campaigns.leads.service.weighing import ask_to_score, newly_met, score_lead
from worker.task import job_task, tick_task


@tick_task("leads.tick")
def tick(container: Container) -> int:
    """Let offers lapse, stir idle leads, route forgotten ones, score those met anew; returns how many it touched."""
    now = container.clock.now()
    with container.uow.reading() as session:
        lapsed, idle = due_offers(session, now), idle_leads(session, now)
        forgotten, met = forgotten_leads(session, now), newly_met(session, now)
    for offer_id in lapsed:  # each in a transaction of its own, so that one that waits for a lock keeps no other
        with container.uow() as uow:
            lapse_offer(uow, offer_id)
    for lead_id in idle:
        with container.uow() as uow:
            stir(uow, lead_id)
    with container.uow() as uow:
        for lead_id in forgotten:
            ask_to_route(uow, lead_id, "forgotten")
        for lead_id in met:
            ask_to_score(uow, lead_id, "met")
    return len(lapsed) + len(idle) + len(forgotten) + len(met)


@job_task("leads.route")
def route(container: Container, job: ClaimedJob) -> None:
    """Offer a lead to the next partner, or put it into the pool."""
    with container.uow(job.request_id) as uow:
        offer_next(uow, deal_standing, UUID(job.payload["lead_id"]))


@job_task("leads.score")
def weigh(container: Container, job: ClaimedJob) -> None:
    """Score a lead by the rules in force."""
    with container.uow(job.request_id) as uow:
        score_lead(uow, UUID(job.payload["lead_id"]))


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    mark_failed(uow, UUID(job.payload["import_id"]), str(error.get("code", "job.crashed")))


@job_task("leads.import", soft_limit_s=900, on_parked=_gave_up)
def take_file(container: Container, job: ClaimedJob) -> None:
    """Read a file batch by batch, from where an earlier attempt came to."""
    import_leads(container.uow, container.storage, UUID(job.payload["import_id"]))


@job_task("leads.undo_import", soft_limit_s=900)
def take_back_file(container: Container, job: ClaimedJob) -> None:
    """Take back what a file brought in and nobody works on yet."""
    undo_import(container.uow, UUID(job.payload["import_id"]))


@job_task("leads.tell_offer")
def write_offer(container: Container, job: ClaimedJob) -> None:
    """Owe the letters of an offer, with a link of each reader's own."""
    with container.uow(job.request_id) as uow:
        tell_offer(uow, container.settings, UUID(job.payload["offer_id"]))


@job_task("leads.tell_request")
def write_request(container: Container, job: ClaimedJob) -> None:
    """Owe the letters of a granted request."""
    with container.uow(job.request_id) as uow:
        tell_request(uow, container.settings, UUID(job.payload["request_id"]))


@job_task("leads.tell_idle")
def write_idle(container: Container, job: ClaimedJob) -> None:
    """Owe the letters that ask about a lead that lies still."""
    with container.uow(job.request_id) as uow:
        tell_idle(uow, container.settings, UUID(job.payload["lead_id"]), int(job.payload["version"]))
