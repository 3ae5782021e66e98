"""Saved views of reports: kept, renamed, shared, deleted and brought back. One's own, or everybody's in the company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import may
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.models import Person
from campaigns.reports.asked import Asks, read_asks
from campaigns.reports.models import ReportSchedule, ReportView
from campaigns.reports.runs import reader

MOST_VIEWS = 100


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """When a view is mailed to the one who looks; `stopped_why` says why it is not any more."""

    id: UUID
    every: str
    day: int
    at: str
    zone: str
    next_at: datetime
    stopped_why: str


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view in a list; `mine` may be changed by the one who looks."""

    id: UUID
    name: str
    asks: Asks
    shared: bool
    by: str
    mine: bool
    version: int
    deleted: bool
    schedule: ScheduleRow | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """A company's own views: those of the person and those that are shared."""
    return and_(own_rows(actor, ReportView), or_(ReportView.shared, ReportView.person_id == actor.person_id))


def views(session: Session, actor: Actor, *, deleted: bool = False) -> list[ViewRow]:
    """What the actor may see, by name; `deleted` with those it may bring back."""
    reader(actor)
    mine = and_(ReportSchedule.view_id == ReportView.id, ReportSchedule.person_id == actor.person_id)
    query = (
        select(ReportView, Person.name, ReportSchedule)
        .join(Person, Person.id == ReportView.person_id)
        .outerjoin(ReportSchedule, mine)
        .where(visible(actor))
        .order_by(ReportView.name, ReportView.id)
        .limit(MOST_VIEWS)
    )
    query = query if deleted else query.where(ReportView.deleted_at.is_(None))
    return [_row(actor, *row) for row in session.execute(query)]


def view(session: Session, actor: Actor, view_id: UUID) -> ViewRow:
    """One of them, not deleted. `view.not_found`."""
    found = [row for row in views(session, actor) if row.id == view_id]
    return must_exist(found[0] if found else None, "view")  # type: ignore[no-any-return]


def _row(actor: Actor, row: ReportView, by: str, planned: ReportSchedule | None) -> ViewRow:
    schedule = None
    if planned is not None:
        schedule = ScheduleRow(
            planned.id, planned.every, planned.day, planned.at, planned.zone, planned.next_at, planned.stopped_why
        )
    return ViewRow(
        row.id, row.name, Asks(**row.asks), row.shared, by, row.person_id == actor.person_id, row.version,
        row.deleted_at is not None, schedule,
    )  # fmt: skip


def save_view(uow: UnitOfWork, actor: Actor, name: str, asks: Mapping[str, Any], *, shared: bool = False) -> UUID:
    """Keep what was asked under a name. Raises `view.name`, `view.most`, `view.person` for a token without a person's
    rights to the report, and what `read_asks` raises."""
    reader(actor)
    if actor.person_id is None:
        raise invalid("view.person", "A view belongs to a person.")
    taken = read_asks(actor, asks)
    mine = select(ReportView.id).where(own_rows(actor, ReportView), ReportView.person_id == actor.person_id)
    if len(uow.session.scalars(mine.where(ReportView.deleted_at.is_(None))).all()) >= MOST_VIEWS:
        raise invalid("view.most", "A person keeps at most 100 views. Delete one first.", needed=MOST_VIEWS)
    row = ReportView(
        id=new_id(), created_at=uow.now, programme_id=actor.programme_id, partner_id=actor.partner_id,
        person_id=actor.person_id, shared=shared, name=_named(name), asks=taken.as_json(),
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, actor, "view.save", "report_view", row.id, {"name": row.name, "shared": shared})
    return row.id


def _named(name: str) -> str:
    clean = one_line(name)
    if not 0 < len(clean) <= 120:
        raise invalid("view.name", "A name has 1 to 120 characters.")
    return clean


def _own(uow: UnitOfWork, actor: Actor, view_id: UUID) -> ReportView:
    """A view the actor may change: its own, or a shared one for who sets a programme's reports."""
    reader(actor)
    query = select(ReportView).where(ReportView.id == view_id, visible(actor)).with_for_update()
    row: ReportView = must_exist(uow.session.scalars(query).one_or_none(), "view")
    if row.person_id != actor.person_id and not may(actor, "report.set"):
        raise DomainError("view.others", Kind.FORBIDDEN, "Only the person who made a view changes it.")
    return row


def change_view(
    uow: UnitOfWork,
    actor: Actor,
    view_id: UUID,
    *,
    version: int,
    name: str | None = None,
    shared: bool | None = None,
    asks: Mapping[str, Any] | None = None,
) -> int:
    """Rename it, share it or keep it to oneself, ask something else; its new version.

    `view.changed` (precondition) where somebody else changed it, and what `save_view` raises.
    """
    row = _own(uow, actor, view_id)
    if row.version != version:
        raise DomainError("view.changed", Kind.PRECONDITION, "Somebody else changed the view meanwhile.")
    row.name = row.name if name is None else _named(name)
    row.shared = row.shared if shared is None else shared
    row.asks = row.asks if asks is None else read_asks(actor, asks).as_json()
    row.version += 1
    audit.record(uow, actor, "view.change", "report_view", row.id, {"name": row.name, "shared": row.shared})
    return row.version


def delete_view(uow: UnitOfWork, actor: Actor, view_id: UUID) -> None:
    """Put it away; its mails stop when they are due. `restore_view` brings it back."""
    row = _own(uow, actor, view_id)
    if row.deleted_at is None:
        row.deleted_at = uow.now
        row.version += 1
        audit.record(uow, actor, "view.delete", "report_view", row.id)


def restore_view(uow: UnitOfWork, actor: Actor, view_id: UUID) -> None:
    """Bring it back as it was."""
    row = _own(uow, actor, view_id)
    if row.deleted_at is not None:
        row.deleted_at = None
        row.version += 1
        audit.record(uow, actor, "view.restore", "report_view", row.id)
