"""A deal's team: the partners, what each does, and its part; the parts always make 10,000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealMember
from campaigns.deals.service.matching import LIVE
from campaigns.deals.service.neutrality import require_neutral
from campaigns.deals.service.steps import (
    change,
    clean_words,
    expect,
    load,
    publish,
    record_audit,
    stale,
    tell,
    write_event,
)
from campaigns.partners.models import Membership

ROLES = ("lead", "sourcing", "implementation", "support")
WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Member:
    """A partner of the team; `split_bp` is its part in hundredths of a percent."""

    partner_id: UUID
    role: str
    split_bp: int
    from_deal_id: UUID | None = None


def members_of(uow: UnitOfWork, deal_id: UUID) -> list[Member]:
    """The team as it is, the leading partner first."""
    rows = uow.session.scalars(
        select(DealMember)
        .where(DealMember.deal_id == deal_id, DealMember.removed_at.is_(None))
        .order_by(DealMember.role != "lead", DealMember.created_at, DealMember.id)
        .execution_options(populate_existing=True)
    )
    return [Member(row.partner_id, row.role, row.split_bp, row.from_deal_id) for row in rows]


def check_team(deal: Deal, team: Sequence[Member]) -> None:
    """`deal.team` (invalid) for a role that is none, a partner twice, or another lead than the deal's own partner;
    `deal.split` unless the parts are whole and make 10,000."""
    leads = [one.partner_id for one in team if one.role == "lead"]
    twice = len({one.partner_id for one in team}) != len(team)
    if twice or leads != [deal.partner_id] or not all(one.role in ROLES for one in team) or len(team) > 20:
        raise invalid("deal.team", "A team has each partner once, and the registering partner leads it.")
    if any(not 0 <= one.split_bp <= WHOLE_BP for one in team) or sum(one.split_bp for one in team) != WHOLE_BP:
        raise invalid("deal.split", "The parts name every partner of the team and make 100 % together.")


def put_team(uow: UnitOfWork, deal: Deal, team: Sequence[Member]) -> None:
    """Write the team; the caller holds the deal. Who is not named any more is marked as gone."""
    check_team(deal, team)
    for one in team:
        fresh = insert(DealMember).values(
            id=new_id(), created_at=uow.now, deal_id=deal.id, partner_id=one.partner_id, role=one.role,
            split_bp=one.split_bp, from_deal_id=one.from_deal_id,
        )  # fmt: skip
        uow.session.execute(
            fresh.on_conflict_do_update(
                index_elements=["deal_id", "partner_id"],
                set_={
                    "role": one.role, "split_bp": one.split_bp, "removed_at": None,
                    "from_deal_id": func.coalesce(DealMember.from_deal_id, fresh.excluded.from_deal_id),
                },
            )
        )  # fmt: skip
    gone = select(DealMember).where(
        DealMember.deal_id == deal.id,
        DealMember.removed_at.is_(None),
        DealMember.partner_id.not_in([one.partner_id for one in team]),
    )
    for row in uow.session.scalars(gone.execution_options(populate_existing=True)):
        row.removed_at, row.split_bp = uow.now, 0
    uow.session.flush()


def set_team(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    team: Sequence[Member],
    words: str = "",
    *,
    named: bool = False,
) -> Deal:
    """The vendor says who works on a live deal and for which part; `named`, whether they read each other's names.

    `partner.not_found` for a partner that is not in the programme.
    """
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    require_neutral(uow, actor, deal, rivals=[one.partner_id for one in team])
    if deal.state not in LIVE:
        raise stale()
    for one in team:
        in_it = select(Membership.id).where(
            Membership.programme_id == deal.programme_id,
            Membership.partner_id == one.partner_id,
            Membership.ended_at.is_(None),
        )
        must_exist(uow.session.scalar(in_it), "partner")
    put_team(uow, deal, team)
    join(uow, actor, deal, clean_words(words), named=named)
    return deal


def join(uow: UnitOfWork, actor: Actor, deal: Deal, words: str, *, named: bool) -> None:
    """Tell the deal that its team changed. Who is in it stands in the vendor's log alone: a line that both sides read
    must not name a partner to another."""
    change(uow, deal, {"team_named": named})
    team = members_of(uow, deal.id)
    data: dict[str, Any] = {"members": len(team), "named": named}
    number = write_event(uow, actor, deal, "team", words=words, data=data)
    publish(uow, deal, "team")
    tell(uow, deal, "team", number)
    record_audit(uow, actor, deal, "team", {**data, "parts": {str(one.partner_id): one.split_bp for one in team}})
