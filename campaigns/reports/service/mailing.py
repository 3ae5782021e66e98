"""Writing the mail of a view for one period: with the rights its reader has now, the table, a link and the CSV."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor, Role
from campaigns.core.catalogs import N_, in_language
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import may
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import Letter, queue_mail
from campaigns.partners.models import Grant, Partner, Person, Programme
from campaigns.reports import words
from campaigns.reports.asked import Asks
from campaigns.reports.building import build
from campaigns.reports.cell_text import Speech, about_text, cell_text, heading, shown, total_lines
from campaigns.reports.models import ReportMailing, ReportSchedule, ReportView
from campaigns.reports.service.schedules import stop, unsubscribe_token
from campaigns.reports.tables import Table, csv_of

MOST_ROWS = 40


def write_mailing(uow: UnitOfWork, mailing_id: UUID, *, secret_key: str, public_url: str) -> str:
    """Owe the letter of a mailing, or stop its schedule and say why; what became of it: written, stopped, again.

    `again`: it was done before, and nothing is done twice.
    """
    mailing = uow.session.get(ReportMailing, mailing_id, with_for_update=True)
    if mailing is None or mailing.state != "due":
        return "again"
    planned = uow.session.get_one(ReportSchedule, mailing.schedule_id, with_for_update=True)
    view = uow.session.get_one(ReportView, planned.view_id)
    person = uow.session.get_one(Person, planned.person_id)
    actor = reader_of(uow.session, person, view)
    why = planned.stopped_why or _why_not(view, person, actor)
    if why or actor is None:
        if planned.stopped_at is None:
            stop(uow, planned, why)
        mailing.state = "stopped"
        return "stopped"
    speech = Speech(lambda message: in_language(person.locale, message), _locale(person.locale), planned.zone)
    table = _table(uow, actor, view)
    leave = f"{public_url}/r/{unsubscribe_token(secret_key, planned.id)}"
    side = "studio/reports" if actor.programme_id else "portal/results"
    made = _letter(person, view, table, speech, f"{public_url}/{side}/views/{view.id}", leave)
    queue_mail(
        uow, kind="notice", dedupe_key=f"report:{planned.id}:{mailing.period}", recipient=person.email,
        sender_name=_tenant(uow.session, actor), subject=made.subject, text_body=made.text_body,
        html_body=made.html_body, partner_id=actor.partner_id, programme_id=actor.programme_id,
        unsubscribe_url=leave, sheet_name=f"{table.asks.report}-{mailing.period}.csv" if table else "",
        sheet=csv_of(table) if table else "",
    )  # fmt: skip
    mailing.state = "written"
    return "written"


def _table(uow: UnitOfWork, actor: Actor, view: ReportView) -> Table | None:
    """None while there is nothing to read the view over: no run was made yet."""
    try:
        return build(uow.session, actor, Asks(**view.asks), uow.now)
    except DomainError as error:
        if error.kind in (Kind.NOT_FOUND, Kind.INVALID):
            return None
        raise


def _why_not(view: ReportView, person: Person, actor: Actor | None) -> str:
    if view.deleted_at is not None or (not view.shared and view.person_id != person.id):
        return "view"
    if person.disabled_at is not None:
        return "account"
    return "right" if actor is None else ""


def reader_of(session: Session, person: Person, view: ReportView) -> Actor | None:
    """The person with a role in the view's company that may read reports now; None where there is no such role."""
    column = Grant.partner_id if view.programme_id is None else Grant.programme_id
    theirs = column == (view.partner_id or view.programme_id)
    roles = session.scalars(
        select(Grant.role).where(Grant.person_id == person.id, Grant.revoked_at.is_(None), theirs).order_by(Grant.role)
    )
    needed = "report.read" if view.programme_id is not None else "result.read"
    for role in roles:
        actor = Actor(
            kind="person", role=Role(role), person_id=person.id, programme_id=view.programme_id,
            partner_id=view.partner_id, locale=person.locale, name=person.name,
        )  # fmt: skip
        if may(actor, needed):
            return actor
    return None


def _tenant(session: Session, actor: Actor) -> str:
    model = Programme if actor.programme_id is not None else Partner
    whose = actor.programme_id or actor.partner_id
    return str(session.scalars(select(model.name).where(model.id == whose)).one())


def _locale(language: str) -> str:
    return {"en": "en_GB"}.get(language, language)


def _letter(person: Person, view: ReportView, table: Table | None, speech: Speech, link: str, leave: str) -> Letter:
    def say(message: str, **values: object) -> str:
        return in_language(person.locale, message, **values)

    paragraphs = [say(N_("Hello %(name)s,"), name=person.name)]
    rows = None
    if table is None:
        paragraphs.append(say(N_("There is nothing to show in “%(view)s” yet."), view=view.name))
    else:
        paragraphs.append(say(words.REPORTS[table.asks.report]))
        paragraphs += [*about_text(table, speech), *total_lines(table, speech)]
        columns = shown(table)
        rows = [[heading(table, column, speech) for _, column in columns]]
        rows += [[cell_text(table, row, at, speech) for at, _ in columns] for row in table.rows[:MOST_ROWS]]
        if len(table.rows) > MOST_ROWS:
            more = N_("The first %(most)s rows stand here, all of them in the attached file.")
            paragraphs.append(say(more, most=MOST_ROWS))
    return letter(
        person.locale, say(N_("Report: %(view)s"), view=view.name), paragraphs, say(N_("Look at it")), link,
        say(N_("You asked for this mail; only you get it.")), table=rows,
        leave=(say(N_("No more of these mails")), leave),
    )  # fmt: skip
