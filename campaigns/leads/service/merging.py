"""Two leads are one: said by a person as a row, and taken back by the same row."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead, LeadMerge
from campaigns.leads.service.holding import announce, hold, tell
from campaigns.leads.service.offering import ask_to_route

VENDOR_HELD = ("unrouted", "pooled")


def held_by(actor: Actor) -> ColumnElement[bool]:
    """The leads an actor may say something about: a partner's, or a vendor's that no partner has or is asked about."""
    if actor.partner_id is not None:
        return Lead.partner_id == partner_of(actor)
    return (Lead.programme_id == programme_of(actor)) & Lead.own.is_(False) & Lead.state.in_(VENDOR_HELD)


def likely_doubles(session: Session, actor: Actor, lead: Lead, limit: int = 10) -> list[Lead]:
    """Leads of the same holder and programme with the same address, or of the same company; the same person first."""
    gone = select(LeadMerge.id).where(LeadMerge.loser_id == Lead.id, LeadMerge.undone_at.is_(None))
    same = [Lead.email_key == lead.email_key]
    if lead.company_key:
        same.append(Lead.company_key == lead.company_key)
    return list(
        session.scalars(
            select(Lead)
            .where(
                held_by(actor), Lead.programme_id == lead.programme_id, Lead.id != lead.id, Lead.email != "",
                Lead.own == lead.own, or_(*same), ~gone.exists(),
            )
            .order_by((Lead.email_key == lead.email_key).desc(), Lead.created_at)
            .limit(limit)
        )
    )  # fmt: skip


def merge_leads(uow: UnitOfWork, actor: Actor, winner_id: UUID, loser_id: UUID) -> UUID:
    """Let one lead stand for two; returns the merge. Nothing of either row changes.

    `lead.not_found` unless both are the actor's, `merge.same`, `merge.apart` (not of one programme and kind),
    `merge.done` (conflict) when one of them stands for, or behind, another already.
    """
    require(actor, "lead.write" if actor.partner_id else "vendor_lead.write")
    if winner_id == loser_id:
        raise DomainError("merge.same", Kind.INVALID, "A lead cannot be merged with itself.")
    for one in (winner_id, loser_id):
        held = select(Lead.id).where(Lead.id == one, held_by(actor))
        must_exist(uow.session.execute(held).scalar_one_or_none(), "lead")
    pair = {one: hold(uow, one) for one in sorted((winner_id, loser_id))}  # in one order, so nobody waits in a ring
    winner, loser = pair[winner_id], pair[loser_id]
    if (winner.programme_id, winner.partner_id, winner.own) != (loser.programme_id, loser.partner_id, loser.own):
        raise DomainError("merge.apart", Kind.INVALID, "These two leads are not of one programme.")
    known = select(LeadMerge.id).where(
        LeadMerge.undone_at.is_(None),
        or_(LeadMerge.loser_id.in_((winner_id, loser_id)), LeadMerge.winner_id == loser_id),
    )
    if uow.session.execute(known.limit(1)).scalar_one_or_none() is not None:
        raise DomainError("merge.done", Kind.CONFLICT, "One of them is merged already. Take that back first.")
    merge_id = new_id()
    uow.session.execute(
        insert(LeadMerge).values(
            id=merge_id, created_at=uow.now, winner_id=winner_id, loser_id=loser_id, made_by=actor.person_id
        )
    )
    tell(uow, actor, winner_id, "state", data={"to": "merged", "merge": str(merge_id)})
    announce(uow, winner, "merged", data={"other": str(loser_id)})
    audit.record(uow, actor, "lead.merge", "lead", winner_id, {"loser": str(loser_id)})
    return merge_id


def unmerge_leads(uow: UnitOfWork, actor: Actor, merge_id: UUID) -> UUID:
    """Take a merge back; returns the winner. Doing it again is harmless. `merge.not_found` for anybody else's."""
    require(actor, "lead.write" if actor.partner_id else "vendor_lead.write")
    mine = Lead.partner_id == actor.partner_id if actor.partner_id else Lead.programme_id == programme_of(actor)
    row = must_exist(
        uow.session.execute(
            select(LeadMerge.winner_id, LeadMerge.loser_id)
            .join(Lead, Lead.id == LeadMerge.winner_id)
            .where(LeadMerge.id == merge_id, mine, Lead.own.is_(False) if actor.partner_id is None else mine)
        ).one_or_none(),
        "merge",
    )
    done = uow.session.execute(
        update(LeadMerge)
        .where(LeadMerge.id == merge_id, LeadMerge.undone_at.is_(None))
        .values(undone_at=uow.now, undone_by=actor.person_id)
        .returning(LeadMerge.loser_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if done is not None:
        tell(uow, actor, row.winner_id, "state", data={"to": "unmerged", "merge": str(merge_id)})
        audit.record(uow, actor, "lead.unmerge", "lead", row.winner_id, {"loser": str(done)})
        announce(uow, hold(uow, row.winner_id), "unmerged", data={"other": str(done)})
        if hold(uow, done).state == "unrouted":
            ask_to_route(uow, done, f"unmerged:{merge_id}")
    return row.winner_id  # type: ignore[no-any-return]


def merged_into(session: Session, lead_id: UUID) -> list[tuple[UUID, str, str]]:
    """(merge, name, address) of the leads that this one stands for."""
    rows = session.execute(
        select(LeadMerge.id, Lead.name, Lead.email)
        .join(Lead, Lead.id == LeadMerge.loser_id)
        .where(LeadMerge.winner_id == lead_id, LeadMerge.undone_at.is_(None))
        .order_by(LeadMerge.created_at)
    )
    return list(rows.tuples().all())
