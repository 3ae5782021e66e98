"""Merging two accounts, and what lives on them: the deals that are not over follow to the one key."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from campaigns.accounts.lookup import root_of, tree_of
from campaigns.accounts.service import lock_accounts, merge_rows, unmerge_rows
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.deals.rules import OVER, PROTECTED
from campaigns.deals.service.matching import run_matcher
from campaigns.deals.service.steps import change, expire_one, lock_deals, write_event


def merge_accounts(uow: UnitOfWork, actor: Actor, winner_id: UUID, loser_id: UUID, reason: str = "") -> UUID:
    """The loser is the winner from now on; the merge's id. Registrations under way are matched again.

    `account.merge_protected` (conflict), nothing changed, where two protected deals of one product would stand on
    one key: end or share one of them first.
    """
    require(actor, "account.write")
    programme_id = programme_of(actor)
    lock_accounts(uow, programme_id, shared=False)
    merge_id = merge_rows(uow, actor, winner_id, loser_id, reason)
    moved = _follow(uow, actor, programme_id, root_of(uow.session, winner_id))
    audit.record(
        uow, actor, "account.merge", "account", winner_id, {"loser": str(loser_id), "deals": moved, "reason": reason}
    )
    return merge_id


def unmerge_accounts(uow: UnitOfWork, actor: Actor, merge_id: UUID) -> None:
    """Undo a merge: each account's deals that are not over have their own key again."""
    require(actor, "account.write")
    programme_id = programme_of(actor)
    lock_accounts(uow, programme_id, shared=False)
    loser_id = unmerge_rows(uow, actor, merge_id)
    moved = _follow(uow, actor, programme_id, loser_id)
    audit.record(uow, actor, "account.unmerge", "account", loser_id, {"merge": str(merge_id), "deals": moved})


def _follow(uow: UnitOfWork, actor: Actor, programme_id: UUID, root: UUID) -> int:
    """Give every living deal of the tree below `root` that key; how many were moved."""
    tree = tree_of(uow.session, root)
    living = uow.session.scalars(
        select(Deal.id).where(
            Deal.programme_id == programme_id,
            Deal.account_id.in_(tree),
            Deal.account_key != root,
            Deal.state.not_in([*OVER, "draft"]),
        )
    ).all()
    on_key = uow.session.scalars(
        select(Deal.id).where(Deal.programme_id == programme_id, Deal.account_key == root, Deal.state == "approved")
    ).all()
    rows = lock_deals(uow, {*living, *on_key})
    for deal in rows.values():
        if deal.state == "approved" and deal.protected_until is not None and deal.protected_until <= uow.now:
            expire_one(uow, deal)
    moving = [rows[one] for one in living if rows[one].state not in OVER]
    for deal in moving:
        _move_key(uow, actor, deal, root)
    for deal in moving:
        if deal.state in ("submitted", "under_review", "in_conflict"):
            run_matcher(uow, deal)
    return len(moving)


def _move_key(uow: UnitOfWork, actor: Actor, deal: Deal, root: UUID) -> None:
    try:
        with uow.savepoint():
            change(uow, deal, {"account_key": root}, seen=False)
    except IntegrityError as error:
        raise DomainError(
            "account.merge_protected", Kind.CONFLICT,
            "Two protected deals would stand on one account. End or share one of them first.",
            protected=_protected(uow, root, deal),
        ) from error  # fmt: skip
    write_event(uow, actor, deal, "account_moved", sight="vendor", data={"account": str(root)})


def _protected(uow: UnitOfWork, root: UUID, deal: Deal) -> int:
    """How many protected deals of the product stand on the key."""
    return int(
        uow.session.scalar(
            select(func.count()).where(
                Deal.programme_id == deal.programme_id,
                Deal.account_key == root,
                Deal.product_line == deal.product_line,
                Deal.state.in_(PROTECTED),
            )
        )
        or 0
    )
