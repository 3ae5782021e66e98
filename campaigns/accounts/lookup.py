"""Which account a company is: what merges made of it, whom its name or numbers might be, what is open with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.models import Account, AccountIdentifier, Opportunity

MOST_CANDIDATES = 50
MOST_PAGE = 200
# one row per account that holds: (id, root); a merge's loser leads to its winner, and so on
_ROOT = text(
    "WITH RECURSIVE up(id, depth) AS (SELECT CAST(:id AS uuid), 0 UNION ALL"
    " SELECT m.winner_id, up.depth + 1 FROM account_merge m JOIN up ON m.loser_id = up.id"
    " WHERE m.undone_at IS NULL AND up.depth < 50) SELECT id FROM up ORDER BY depth DESC LIMIT 1"
)
_TREE = text(
    "WITH RECURSIVE down(id, depth) AS (SELECT CAST(:id AS uuid), 0 UNION ALL"
    " SELECT m.loser_id, down.depth + 1 FROM account_merge m JOIN down ON m.winner_id = down.id"
    " WHERE m.undone_at IS NULL AND down.depth < 50) SELECT DISTINCT id FROM down"
)
_SHARED = text(
    "cardinality(ARRAY(SELECT unnest(account.name_keys) INTERSECT SELECT unnest(CAST(:wanted AS text[])))) DESC"
)


def root_of(session: Session, account_id: UUID) -> UUID:
    """The account this one stands for after merges; itself where none holds."""
    return UUID(str(session.execute(_ROOT, {"id": account_id}).scalar_one()))


def tree_of(session: Session, account_id: UUID) -> tuple[UUID, ...]:
    """The account and everything merged into it, directly or by steps."""
    return tuple(UUID(str(row)) for row in session.execute(_TREE, {"id": account_id}).scalars())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account whose name is like another's."""

    id: UUID
    facts: CompanyFacts
    direct: bool
    owner: str


def facts_of(session: Session, rows: Sequence[Account]) -> dict[UUID, CompanyFacts]:
    """Accounts as the matcher takes them, with every exact identifier they have."""
    known: dict[UUID, list[tuple[str, str]]] = {}
    for one in session.execute(
        select(AccountIdentifier.account_id, AccountIdentifier.kind, AccountIdentifier.value)
        .where(AccountIdentifier.account_id.in_([row.id for row in rows]))
        .order_by(AccountIdentifier.kind, AccountIdentifier.value)
    ):
        known.setdefault(one.account_id, []).append((one.kind, one.value))
    return {
        row.id: CompanyFacts(
            row.name, row.country, row.website, address=row.address, known=tuple(known.get(row.id, ()))
        )
        for row in rows
    }


def candidates(
    session: Session, programme_id: UUID, name_keys: Sequence[str], *, without: Sequence[UUID] = ()
) -> list[Candidate]:
    """Accounts of the programme that share a key of the name, those sharing most first; at most 50."""
    if not name_keys:
        return []
    wanted = list(name_keys)
    query = (
        select(Account)
        .where(Account.programme_id == programme_id, Account.name_keys.overlap(wanted))
        .order_by(_SHARED, Account.id)
        .limit(MOST_CANDIDATES)
    )
    if without:
        query = query.where(Account.id.not_in(without))
    rows = session.execute(query, {"wanted": wanted}).scalars().all()
    facts = facts_of(session, rows)
    return [Candidate(row.id, facts[row.id], row.direct, row.owner) for row in rows]


def open_opportunities(session: Session, account_ids: Sequence[UUID], product_line: str) -> list[Opportunity]:
    """What the vendor's own people have open there for a product line, or for none in particular."""
    return list(
        session.scalars(
            select(Opportunity)
            .where(
                Opportunity.account_id.in_(account_ids),
                Opportunity.closed_at.is_(None),
                Opportunity.product_line.in_((product_line, "")),
            )
            .order_by(Opportunity.id)
            .limit(50)
        )
    )
