"""Mails of views: asked for and ended by their reader, due at a local time, each period's exactly once.

A tick writes one row per schedule and period, whose key makes it one, and asks for its job in the same transaction.
The job writes the letter, which has a key of its own, and says so in the same transaction; a worker that dies leaves
nothing, and the next one begins anew. From there on it is one of the product's letters.
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.business_time import time_zones
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.signing import make_token, read_token
from campaigns.core.tenancy import must_exist
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.reports.local_times import next_due, period_of
from campaigns.reports.models import ReportMailing, ReportSchedule, ReportView
from campaigns.reports.runs import reader
from campaigns.reports.service.views import visible

TASK = "reports.mail"
PURPOSE = "report-mail"
AT_ONCE = 100
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_PART = 43  # bits: three such numbers hold an id


def schedule_view(
    uow: UnitOfWork, actor: Actor, view_id: UUID, *, every: str, day: int, at: str, zone: str
) -> ReportSchedule:
    """Mail a view to the actor from now on, weekly or monthly; one schedule a reader, changed by asking again.

    Raises `view.not_found`, `schedule.every`, `schedule.day`, `schedule.time`, `schedule.zone` (invalid).
    """
    reader(actor)
    require(actor, "self.write")
    query = select(ReportView.id).where(ReportView.id == view_id, visible(actor), ReportView.deleted_at.is_(None))
    must_exist(uow.session.scalars(query).one_or_none(), "view")
    if every not in ("week", "month"):
        raise invalid("schedule.every", "A mail is sent every week or every month.", given=every[:20])
    if not 1 <= day <= (7 if every == "week" else 31):
        raise invalid("schedule.day", "A day of the week is 1 to 7, of the month 1 to 31.", given=day)
    if not _CLOCK.fullmatch(at):
        raise invalid("schedule.time", "A time is written like 08:30.", given=at[:20])
    if zone not in time_zones():
        raise invalid("schedule.zone", "This is no time zone; one is written like Europe/Oslo.", given=zone[:60])
    due = next_due(every, day, at, zone, uow.now)
    values = {"every": every, "day": day, "at": at, "zone": zone, "next_at": due, "stopped_at": None, "stopped_why": ""}
    statement = insert(ReportSchedule).values(
        id=new_id(), created_at=uow.now, view_id=view_id, person_id=actor.person_id, **values
    )
    schedule_id = uow.session.execute(
        statement.on_conflict_do_update(index_elements=["view_id", "person_id"], set_=values).returning(
            ReportSchedule.id
        )
    ).scalar_one()
    audit.record(uow, actor, "view.mail", "report_view", view_id, {"every": every, "day": day, "at": at, "zone": zone})
    return uow.session.get_one(ReportSchedule, schedule_id, populate_existing=True)


def end_schedule(uow: UnitOfWork, actor: Actor, view_id: UUID) -> None:
    """The actor wants no more mails of a view. `schedule.not_found`."""
    reader(actor)
    query = select(ReportSchedule).where(
        ReportSchedule.view_id == view_id, ReportSchedule.person_id == actor.person_id
    ).with_for_update()  # fmt: skip
    row: ReportSchedule = must_exist(uow.session.scalars(query).one_or_none(), "schedule")
    if row.stopped_at is None:
        stop(uow, row, "asked")
        audit.record(uow, actor, "view.mail_end", "report_view", view_id)


def stop(uow: UnitOfWork, row: ReportSchedule, why: str) -> None:
    """No mail of it from now on: asked, unsubscribed, account, right, view."""
    row.stopped_at, row.stopped_why = uow.now, why


def due_mailings(uow: UnitOfWork) -> int:
    """Ask for the mail of every schedule that is due, and move it on to its next time; how many were asked for.

    What was missed while nobody worked is one mail, not one for each time.
    """
    rows = uow.session.scalars(
        select(ReportSchedule)
        .where(ReportSchedule.stopped_at.is_(None), ReportSchedule.next_at <= uow.now)
        .order_by(ReportSchedule.next_at, ReportSchedule.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    asked = 0
    for row in rows:
        period = period_of(row.every, row.next_at, row.zone)
        mailing = uow.session.execute(
            insert(ReportMailing)
            .values(id=new_id(), created_at=uow.now, schedule_id=row.id, period=period)
            .on_conflict_do_nothing(index_elements=["schedule_id", "period"])
            .returning(ReportMailing.id)
        ).scalar_one_or_none()
        row.next_at = next_due(row.every, row.day, row.at, row.zone, max(uow.now, row.next_at))
        if mailing is not None:
            jobs.enqueue(uow, TASK, str(mailing), {"mailing_id": str(mailing)})
            asked += 1
    return asked


def unsubscribe_token(secret_key: str, schedule_id: UUID) -> str:
    """What ends one reader's mails of one view, and nothing else."""
    number, mask = schedule_id.int, (1 << _PART) - 1
    return make_token(secret_key, PURPOSE, number >> 2 * _PART, (number >> _PART) & mask, number & mask)


def read_unsubscribe_token(secret_key: str, token: str) -> UUID | None:
    """The schedule of a genuine token."""
    numbers = read_token(secret_key, PURPOSE, token)
    if numbers is None or len(numbers) != 3 or numbers[0] >> 42 or any(one >> _PART for one in numbers[1:]):
        return None
    return UUID(int=numbers[0] << 2 * _PART | numbers[1] << _PART | numbers[2])


def unsubscribe(uow: UnitOfWork, schedule_id: UUID) -> None:
    """One click: end it. Doing it again changes nothing."""
    row = uow.session.get(ReportSchedule, schedule_id, with_for_update=True)
    if row is not None and row.stopped_at is None:
        stop(uow, row, "unsubscribed")


def resubscribe(uow: UnitOfWork, schedule_id: UUID) -> None:
    """The page's own second button takes an unsubscription back, and nothing else."""
    row = uow.session.get(ReportSchedule, schedule_id, with_for_update=True)
    if row is not None and row.stopped_why == "unsubscribed":
        row.stopped_at, row.stopped_why = None, ""
        row.next_at = _next(row, uow.now)


def _next(row: ReportSchedule, now: datetime) -> datetime:
    return next_due(row.every, row.day, row.at, row.zone, now)
