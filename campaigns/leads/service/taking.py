"""Leads handed in: a vendor's, to be routed, or a partner's own. Raw values are kept; the same row twice is once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of, programme_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead, LeadIntake, LeadNote
from campaigns.leads.reading import LeadRow, read_lead
from campaigns.leads.service.holding import announce
from campaigns.leads.service.offering import ask_to_route
from campaigns.leads.service.weighing import ask_to_score
from campaigns.partners.models import Membership, Partner, Programme

KINDS: Final = ("csv", "api", "event", "page")
MOST_SOURCE = 120
# the same person answering again is the same lead while it is still worked on
LIVE: Final = ("unrouted", "offered", "pooled", "new", "accepted")


@dataclass(frozen=True, slots=True)
class Giver:
    """Who hands in: a programme's vendor (`partner_id` None), or a partner its own leads in a programme."""

    programme_id: UUID
    partner_id: UUID | None
    person_id: UUID | None
    locale: str
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of rows: leads that are new, people that were leads already, rows received before."""

    new: tuple[UUID, ...]
    met: tuple[UUID, ...]
    known: int


def giver_of(uow: UnitOfWork, actor: Actor, programme_id: UUID | None = None) -> Giver:
    """The actor as a giver; a partner names a programme it is in (`programme.not_found`)."""
    if actor.partner_id is None:
        require(actor, "vendor_lead.write")
        programme = programme_of(actor)
        locale = uow.session.execute(select(Programme.locale).where(Programme.id == programme)).scalar_one()
        return Giver(programme, None, actor.person_id, locale)
    require(actor, "lead.write")
    member = select(Membership.programme_id).where(
        Membership.partner_id == partner_of(actor), Membership.programme_id == programme_id,
        Membership.ended_at.is_(None),
    )  # fmt: skip
    found = must_exist(uow.session.execute(member).scalar_one_or_none(), "programme")
    locale = uow.session.execute(select(Partner.locale).where(Partner.id == actor.partner_id)).scalar_one()
    return Giver(found, actor.partner_id, actor.person_id, locale)


def take_lead(
    uow: UnitOfWork,
    actor: Actor,
    values: Mapping[str, str],
    facts: Mapping[str, str],
    *,
    kind: str,
    source: str,
    programme_id: UUID | None = None,
) -> UUID:
    """One lead by a page or the API; returns it, also when it was handed in before.

    `lead.no_email`, `lead.email` (invalid) when there is no address to answer to.
    """
    giver = giver_of(uow, actor, programme_id)
    row = read_lead(values, facts)
    if isinstance(row, str):
        code = "lead.no_email" if row == "row.no_email" else "lead.email"
        raise DomainError(code, Kind.INVALID, "A complete address such as name@company.com is needed.")
    named = one_line(source)[:MOST_SOURCE] or kind
    taken = take_rows(uow, giver, kind, named, [row])
    audit.record(uow, actor, "lead.take", "programme", giver.programme_id, {"kind": kind, "source": named})
    for lead_id in (*taken.new, *taken.met):
        return lead_id
    return _lead_of(uow, giver, named, row)


def take_rows(uow: UnitOfWork, giver: Giver, kind: str, source: str, rows: Iterable[LeadRow]) -> Taken:
    """Take rows of one giver and source in this transaction, in the order of their addresses: so two files with the
    same people wait for one another instead of in a ring."""
    new: list[UUID] = []
    met: list[UUID] = []
    known = 0
    for row in sorted(rows, key=lambda one: (one.email_key, one.line or 0)):
        intake_id = _receive(uow, giver, kind, source, row)
        if intake_id is None:
            known += 1
            continue
        lock = f"lead:{giver.programme_id}:{giver.partner_id}:{row.email_key}"
        uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
        earlier = _live(uow, giver, row)
        lead_id = earlier or _new_lead(uow, giver, kind, row, intake_id)
        (met if earlier else new).append(lead_id)
        _mark(uow, giver, kind, source, lead_id, intake_id, again=earlier is not None)
        lead = uow.session.get_one(Lead, lead_id)
        if earlier is None:
            announce(uow, lead, "created")
        else:
            announce(uow, lead, "updated", data={"what": "received_again", "status": ""})
        ask_to_score(uow, lead_id, str(intake_id))
        if earlier is None and giver.partner_id is None:
            ask_to_route(uow, lead_id)
    return Taken(tuple(new), tuple(met), known)


def _receive(uow: UnitOfWork, giver: Giver, kind: str, source: str, row: LeadRow) -> UUID | None:
    """Keep what was received; None if this giver handed the same in from the same source before."""
    vendor = giver.partner_id is None
    return uow.session.execute(
        insert(LeadIntake)
        .values(
            id=new_id(), created_at=uow.now, programme_id=giver.programme_id, partner_id=giver.partner_id,
            person_id=giver.person_id, kind=kind, source=source, line=row.line, digest=row.digest, data=dict(row.raw),
            import_id=giver.import_id,
        )
        .on_conflict_do_nothing(
            index_elements=["programme_id", *([] if vendor else ["partner_id"]), "source", "digest"],
            index_where=text(f"partner_id IS {'' if vendor else 'NOT '}NULL AND undone_at IS NULL"),
        )
        .returning(LeadIntake.id)
    ).scalar_one_or_none()  # fmt: skip


def _whose(giver: Giver) -> ColumnElement[bool]:
    if giver.partner_id is None:
        return and_(Lead.programme_id == giver.programme_id, Lead.own.is_(False))
    return and_(Lead.programme_id == giver.programme_id, Lead.own.is_(True), Lead.partner_id == giver.partner_id)


def _live(uow: UnitOfWork, giver: Giver, row: LeadRow) -> UUID | None:
    return uow.session.execute(
        select(Lead.id)
        .where(_whose(giver), Lead.email_key == row.email_key, Lead.state.in_(LIVE))
        .order_by(Lead.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def _lead_of(uow: UnitOfWork, giver: Giver, source: str, row: LeadRow) -> UUID:
    """The lead of a row received before: made of it, or met by it."""
    intake = uow.session.execute(
        select(LeadIntake.id).where(
            LeadIntake.programme_id == giver.programme_id, LeadIntake.partner_id.is_not_distinct_from(giver.partner_id),
            LeadIntake.source == source, LeadIntake.digest == row.digest, LeadIntake.undone_at.is_(None),
        )
    ).scalar_one()  # fmt: skip
    made = uow.session.execute(select(Lead.id).where(Lead.intake_id == intake)).scalar_one_or_none()
    if made is not None:
        return made
    noted = select(LeadNote.lead_id).where(LeadNote.data["intake"].astext == str(intake))
    return uow.session.execute(noted.limit(1)).scalar_one()


def _new_lead(uow: UnitOfWork, giver: Giver, kind: str, row: LeadRow, intake_id: UUID) -> UUID:
    values = row.values
    lead = Lead(
        id=new_id(), created_at=uow.now, programme_id=giver.programme_id, partner_id=giver.partner_id,
        own=giver.partner_id is not None, intake_id=intake_id, name=values["name"] or row.email, email=row.email,
        email_key=row.email_key, company=values["company"], company_key=row.company_key, job_title=values["job_title"],
        phone=values["phone"], country=values["country"], region=values["region"], postal_code=values["postal_code"],
        product_line=values["product_line"], message=values["message"], facts=dict(row.facts),
        locale=values["locale"] or giver.locale, state="unrouted" if giver.partner_id is None else "new",
        source_channel=kind, routed_from=uow.now if giver.partner_id is None else None,
    )  # fmt: skip
    uow.session.add(lead)
    uow.session.flush()
    return lead.id


def _mark(
    uow: UnitOfWork, giver: Giver, kind: str, source: str, lead_id: UUID, intake_id: UUID, *, again: bool
) -> None:
    """An attendance counts as a touch; handing a known person in again is written down."""
    if kind != "event" and not again:
        return
    uow.session.add(
        LeadNote(
            id=new_id(), created_at=uow.now, lead_id=lead_id, side="partner" if giver.partner_id else "vendor",
            person_id=giver.person_id, kind="event" if kind == "event" else "state", words=source,
            data={"to": "met", "intake": str(intake_id)}, happened_at=uow.now,
        )
    )  # fmt: skip
    uow.session.flush()
