"""Settling a conflict by sharing: the later registration ends, its partner joins the other's team with a part."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import RESOLVE_REASONS
from campaigns.deals.service.approving import rival_partners
from campaigns.deals.service.clocks import stop_clock
from campaigns.deals.service.matching import LIVE
from campaigns.deals.service.neutrality import require_neutral, require_route
from campaigns.deals.service.steps import (
    Step,
    check_reason,
    clean_words,
    expect,
    hold_key,
    load,
    lock_deals,
    move,
    stale,
)
from campaigns.deals.service.team import Member, join, members_of, put_team


def resolve_share(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    *,
    into: UUID,
    parts: Mapping[UUID, int],
    reason_code: str,
    words: str = "",
    role: str = "sourcing",
    named: bool = False,
) -> Deal:
    """in_conflict → shared, into the registration that was first. `parts`: partner → hundredths of a percent.

    `named` says whether the partners of the team read each other's names from now on.

    `deal.share_order` (conflict) unless `into` came first, `deal.share_over` if it lives no more or is of another
    company or product, `deal.split` (invalid) unless the parts name the whole team and make 10,000.
    """
    require(actor, "registration.decide")
    check_reason(reason_code, RESOLVE_REASONS)
    first = load(uow, actor, deal_id)
    load(uow, actor, into)
    if into == deal_id:
        raise invalid("deal.share_self", "A deal is not shared into itself.")
    hold_key(uow, first.programme_id, first.account_key)
    rows = lock_deals(uow, [deal_id, into])
    deal, other = rows[deal_id], rows[into]
    expect(deal, actor, version)
    if deal.state != "in_conflict":
        raise stale()
    person = require_neutral(uow, actor, deal, rivals=[other.partner_id, *rival_partners(uow, deal)])
    require_route(uow, actor, deal)
    same = (deal.account_key, deal.product_line) == (other.account_key, other.product_line)
    lives = other.state in LIVE and not (
        other.state == "approved" and other.protected_until is not None and other.protected_until <= uow.now
    )
    if not same or not lives:
        raise DomainError("deal.share_over", Kind.CONFLICT, "The other registration is over, or of another company.")
    if (other.priority or 0) > (deal.priority or 0):
        raise DomainError("deal.share_order", Kind.CONFLICT, "The earlier registration goes on; share the later one.")
    said = clean_words(words)
    team = [
        Member(one.partner_id, one.role, parts.get(one.partner_id, -1), one.from_deal_id)
        for one in members_of(uow, other.id)
        if one.partner_id != deal.partner_id
    ]
    own = Member(deal.partner_id, "lead" if other.partner_id == deal.partner_id else role, 0, deal.id)
    team.append(Member(own.partner_id, own.role, parts.get(own.partner_id, -1), own.from_deal_id))
    if set(parts) != {one.partner_id for one in team}:
        raise invalid("deal.split", "The parts name every partner of the team and make 100 % together.")
    put_team(uow, other, team)
    move(
        uow, actor, deal, "resolve_share",
        Step(
            values={
                "decided_at": uow.now, "decided_by": person, "reason_code": reason_code, "reason": said,
                "shared_into": other.id, "closed_at": uow.now,
            },
            words=said, kind="shared", letter="shared",
            data={"into": other.reference, "part_bp": parts[deal.partner_id]},
        ),
    )  # fmt: skip
    stop_clock(uow, deal.id, policy_of(uow.session, deal))
    join(uow, actor, other, said, named=named)
    return deal
