"""Two accounts are one company, said by a person; kept as a row and undone by one. Deals follow in `deals.service`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.accounts.lookup import root_of
from campaigns.accounts.models import Account, AccountMerge
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork

MOST_REASON = 500


def lock_accounts(uow: UnitOfWork, programme_id: UUID, *, shared: bool) -> None:
    """Hold the programme's merges as they are until commit.

    Registrations and decisions share the hold; a merge needs it alone, so none of them works with a key that moves.
    """
    take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    uow.session.execute(select(take(func.hashtextextended(f"accounts:{programme_id}", 0))))


def merge_rows(uow: UnitOfWork, actor: Actor, winner_id: UUID, loser_id: UUID, reason: str) -> UUID:
    """Write that the loser is the winner; the merge's id. The caller holds the accounts alone.

    `account.merge_self` (invalid) for one and the same, `account.merged_already` (conflict) for a loser that
    stands for another already.
    """
    require(actor, "account.write")
    programme_id = programme_of(actor)
    for account_id in (winner_id, loser_id):
        must_exist(
            uow.session.scalar(
                select(Account.id).where(Account.id == account_id, Account.programme_id == programme_id)
            ),
            "account",
        )
    if root_of(uow.session, loser_id) == root_of(uow.session, winner_id):
        raise invalid("account.merge_self", "The two are one account already.")
    row = AccountMerge(
        id=new_id(), created_at=uow.now, programme_id=programme_id, winner_id=winner_id, loser_id=loser_id,
        reason=one_line(reason)[:MOST_REASON], made_by=actor.person_id,
    )  # fmt: skip
    try:
        with uow.savepoint():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise DomainError(
            "account.merged_already", Kind.CONFLICT, "This account was merged already. Undo that merge first."
        ) from error
    return row.id


def unmerge_rows(uow: UnitOfWork, actor: Actor, merge_id: UUID) -> UUID:
    """Undo a merge; the account that stands for itself again. `merge.not_found`, `account.not_merged` (conflict)."""
    require(actor, "account.write")
    row = must_exist(
        uow.session.execute(
            select(AccountMerge.loser_id).where(
                AccountMerge.id == merge_id, AccountMerge.programme_id == programme_of(actor)
            )
        ).one_or_none(),
        "merge",
    )
    undone = uow.session.execute(
        update(AccountMerge)
        .where(AccountMerge.id == merge_id, AccountMerge.undone_at.is_(None))
        .values(undone_at=uow.now, undone_by=actor.person_id)
        .returning(AccountMerge.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if undone is None:
        raise DomainError("account.not_merged", Kind.CONFLICT, "This merge was undone already.")
    return UUID(str(row.loser_id))
