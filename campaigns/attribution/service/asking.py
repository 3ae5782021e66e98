"""Who asks for a run: a person, with settings, or the night, with those the programme saved. One job, one run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.attribution.models import AttributionRun
from campaigns.attribution.service.defaults import USUAL, defaults_of
from campaigns.attribution.service.running import RunPlan, make_run, read_plan
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.db import audit, jobs
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory

TASK = "attribution.run"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Settings as `RunPlan.as_json` writes them; without a cut-off the present is it."""

    model: Mapping[str, Any] = field(default_factory=USUAL.as_json)
    rules: Mapping[str, Any] = field(default_factory=dict)
    cut_off: datetime | None = None


def ask_run(uow: UnitOfWork, actor: Actor, request: RunRequest) -> UUID | None:
    """Ask for a run of the actor's programme; its id, once it is made. None while the same one is under way.

    Raises `attribution.rules` for settings that cannot be taken, `attribution.future` for a cut-off to come.
    """
    require(actor, "report.run")
    programme_id, cut_off = programme_of(actor), request.cut_off or uow.now
    settings = {"model": dict(request.model), "rules": dict(request.rules)}
    plan = read_plan(settings, cut_off)
    if plan.spec.cut_off > uow.now:
        raise invalid("attribution.future", "The cut-off lies in the future; what is received until then is unknown.")
    job_id = _enqueue(uow, programme_id, plan, made_by=actor.person_id)
    if job_id is not None:
        settings = plan.as_json() | {"cut_off": plan.spec.cut_off.isoformat()}
        audit.record(uow, actor, "attribution.run", "attribution_run", job_id, settings)
    return job_id


def _enqueue(uow: UnitOfWork, programme_id: UUID, plan: RunPlan, *, made_by: UUID | None = None) -> UUID | None:
    """One unfinished job for a programme and model; the cut-off is fixed now, however late it runs."""
    payload = plan.as_json() | {
        "programme_id": str(programme_id),
        "cut_off": plan.spec.cut_off.isoformat(),
        "made_by": str(made_by) if made_by else None,
    }
    return jobs.enqueue(uow, TASK, f"{programme_id}:{plan.model}", payload)


def nightly(uow: UnitOfWork) -> int:
    """Ask for a run by each programme's saved settings where something happened since the newest run by them.

    How many were asked for. Runs that people made by other settings neither count nor are repeated.
    """
    asked = 0
    for (programme_id,) in uow.session.execute(text(_WITH_DEALS)).all():
        settings = defaults_of(uow.session, programme_id).as_json()
        plan = read_plan(settings, uow.now)
        given = {"programme": programme_id, "settings": json.dumps(plan.as_json())}
        if uow.session.execute(text(_STALE), given).scalar_one():
            asked += _enqueue(uow, programme_id, plan) is not None
    return asked


_WITH_DEALS = """
SELECT programme.id FROM programme WHERE EXISTS (
  SELECT FROM deal WHERE deal.programme_id = programme.id AND deal.state IN ('approved','converted','won','lost'))
ORDER BY programme.id
"""

# Changes of deals are told by their timelines, so a deal that only closed counts too.
_STALE = """
WITH newest AS (
  SELECT max(cut_off) AS cut_off FROM attribution_run
  WHERE programme_id = :programme AND parameters - 'left_out' = CAST(:settings AS jsonb))
SELECT newest.cut_off IS NULL
    OR EXISTS (SELECT FROM deal JOIN deal_event ON deal_event.deal_id = deal.id
               WHERE deal.programme_id = :programme AND deal_event.created_at > newest.cut_off)
    OR EXISTS (SELECT FROM launch JOIN touchpoint ON touchpoint.launch_id = launch.id
               WHERE launch.programme_id = :programme AND touchpoint.occurred_at > newest.cut_off)
    OR EXISTS (SELECT FROM lead JOIN lead_note ON lead_note.lead_id = lead.id
               WHERE lead.programme_id = :programme AND lead_note.created_at > newest.cut_off)
FROM newest
"""


def run_asked(factory: UnitOfWorkFactory, job_id: UUID, payload: Mapping[str, Any]) -> bool:
    """What a job of `TASK` does; the run has the job's id, so a job that comes twice makes one. False if it was made.

    How far it is stands in the job's row, written by transactions of its own.
    """
    made_by = UUID(payload["made_by"]) if payload.get("made_by") else None
    plan = read_plan({"model": payload["model"], "rules": payload["rules"]}, datetime.fromisoformat(payload["cut_off"]))

    def progress(done: int, of: int) -> None:
        with factory() as uow:
            told = {"done": done, "of": of}
            row = uow.session.get(Job, job_id)
            if row is not None:
                row.payload = row.payload | told

    with factory() as uow:
        if uow.session.get(AttributionRun, job_id) is not None:
            return False
        make_run(uow.session, UUID(payload["programme_id"]), plan, run_id=job_id, made_by=made_by, progress=progress)
    return True


@dataclass(frozen=True, slots=True)
class Underway:
    """A run that is being made: how many of its deals are done."""

    id: UUID
    model: str
    state: str  # waiting or leased
    done: int
    of: int


def underway(session: Session, programme_id: UUID) -> list[Underway]:
    """Runs asked for and not yet made, the latest first."""
    rows = session.execute(
        select(Job.id, Job.payload, Job.state)
        .where(Job.task == TASK, Job.key.startswith(f"{programme_id}:"), Job.state.in_(("waiting", "leased")))
        .order_by(Job.run_at.desc())
    )
    return [
        Underway(
            row.id, str(row.payload["model"]["name"]), row.state, row.payload.get("done", 0), row.payload.get("of", 0)
        )
        for row in rows
    ]
