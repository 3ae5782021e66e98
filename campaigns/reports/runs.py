"""Which runs of attribution a reader may look at, and the one a report is read over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from campaigns.attribution.models import AttributionDeal, AttributionRun
from campaigns.attribution.service.defaults import defaults_of
from campaigns.attribution.service.programme_models import MODELS as PROGRAMME_MODELS
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.partners.models import Membership, Programme

MOST_RUNS = 100


@dataclass(frozen=True, slots=True)
class Run:
    """A run as every report prints it; `totals` is the programme's own and None for a partner."""

    id: UUID
    programme_id: UUID
    programme: str
    number: int
    model: str
    parameters: dict[str, Any]
    cut_off: datetime
    digest: str
    created_at: datetime
    totals: dict[str, Any] | None


def reader(actor: Actor) -> None:
    """Vendors read by `report.read`, partners by `result.read`."""
    require(actor, "result.read" if actor.partner_id else "report.read")


def _mine(actor: Actor) -> Select[tuple[AttributionRun, str]]:
    reader(actor)
    query = select(AttributionRun, Programme.name).join(Programme, Programme.id == AttributionRun.programme_id)
    if actor.partner_id is None:
        return query.where(AttributionRun.programme_id == programme_of(actor))
    joined = select(Membership.programme_id).where(Membership.partner_id == actor.partner_id)
    return query.where(AttributionRun.programme_id.in_(joined))


def runs(session: Session, actor: Actor) -> list[Run]:
    """The newest runs of the reader's programme, of a partner's programmes; the newest first."""
    query = _mine(actor).order_by(AttributionRun.created_at.desc(), AttributionRun.number.desc()).limit(MOST_RUNS)
    return [_run(actor, *row) for row in session.execute(query)]


def newest_run(session: Session, actor: Actor, model: str = "") -> Run | None:
    """The newest run, of a model where one is named; None if there is none yet."""
    query = _mine(actor).order_by(AttributionRun.created_at.desc(), AttributionRun.number.desc()).limit(1)
    row = session.execute(query.where(AttributionRun.model == model) if model else query).one_or_none()
    return _run(actor, *row) if row else None


def shown_run(session: Session, actor: Actor, model: str = "") -> Run | None:
    """What is shown unless a run is chosen: the newest of the model; without one the newest by the programme's saved
    settings, and where there is none, the newest of all."""
    if model:
        return newest_run(session, actor, model)
    query = _mine(actor).order_by(AttributionRun.created_at.desc(), AttributionRun.number.desc())
    saved = _saved(session, actor)
    if saved:
        pairs = [
            and_(AttributionRun.programme_id == programme_id, AttributionRun.parameters.op("-")("left_out") == settings)
            for programme_id, settings in saved
        ]
        row = session.execute(query.where(or_(*pairs)).limit(1)).one_or_none()
        if row:
            return _run(actor, *row)
    return newest_run(session, actor)


def newest_path_run(session: Session, actor: Actor) -> Run | None:
    """The same of those that draw the paths of deals."""
    found = shown_run(session, actor)
    if found is None or found.model not in PROGRAMME_MODELS:
        return found
    query = _mine(actor).where(AttributionRun.model.not_in(PROGRAMME_MODELS))
    row = session.execute(
        query.order_by(AttributionRun.created_at.desc(), AttributionRun.number.desc()).limit(1)
    ).one_or_none()
    return _run(actor, *row) if row else None


def _saved(session: Session, actor: Actor) -> list[tuple[UUID, dict[str, Any]]]:
    """The settings of the programmes a reader is in."""
    if actor.programme_id is not None:
        programmes = [actor.programme_id]
    else:
        joined = select(Membership.programme_id).where(Membership.partner_id == actor.partner_id)
        programmes = list(session.scalars(joined))
    return [(one, defaults_of(session, one).as_json()) for one in programmes]


def run(session: Session, actor: Actor, run_id: UUID) -> Run:
    """One run; DomainError `attribution_run.not_found`, also for another tenant's."""
    row = session.execute(_mine(actor).where(AttributionRun.id == run_id)).one_or_none()
    return _run(actor, *must_exist(row, "attribution_run"))


def run_with(session: Session, actor: Actor, deal_id: UUID) -> UUID | None:
    """The newest run that drew a path to the deal; None where there is none, also for a deal of no programme of theirs.

    Runs that value whole programmes hold no paths and are passed over.
    """
    query = (
        _mine(actor)
        .join(AttributionDeal, AttributionDeal.run_id == AttributionRun.id)
        .where(AttributionDeal.deal_id == deal_id, AttributionRun.model.not_in(PROGRAMME_MODELS))
        .order_by(AttributionRun.created_at.desc(), AttributionRun.number.desc())
    )
    row = session.execute(query.limit(1)).first()
    return row[0].id if row else None


def _run(actor: Actor, row: AttributionRun, programme: str) -> Run:
    totals = None if actor.partner_id else row.totals
    return Run(
        row.id, row.programme_id, programme, row.number, row.model, row.parameters, row.cut_off, row.digest,
        row.created_at, totals,
    )  # fmt: skip


def chosen_run(session: Session, actor: Actor, run_id: UUID | None, model: str = "") -> Run:
    """The run asked for, else `shown_run`; DomainError `attribution_run.not_found`."""
    if run_id is not None:
        return run(session, actor, run_id)
    return must_exist(shown_run(session, actor, model), "attribution_run")  # type: ignore[no-any-return]
