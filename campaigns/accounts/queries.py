"""Reads of accounts: what one stands for after merges, candidates by name, and the vendor's own lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from campaigns.accounts.models import Account, AccountIdentifier, AccountImport, AccountMerge, Opportunity
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of

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


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the vendor's list. `merged_into` is set where it stands for another."""

    id: UUID
    name: str
    country: str
    website: str
    origin: str
    direct: bool
    owner: str
    created_at: datetime
    merged_into: UUID | None
    opportunities: int


@dataclass(frozen=True, slots=True)
class OpportunityLine:
    """An opportunity of the vendor's own people. The amount is in minor units of `currency`."""

    id: UUID
    account_id: UUID
    account_name: str
    source: str
    external_id: str
    title: str
    product_line: str
    stage: str
    owner: str
    amount_minor: int | None
    currency: str
    opened_on: date | None
    closed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MergeLine:
    """Another account that is said to be this one."""

    id: UUID
    loser_id: UUID
    loser_name: str
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account with what identifies it, what was merged into it, and its open opportunities."""

    line: AccountLine
    address: str
    version: int
    identifiers: tuple[tuple[str, str], ...]
    merges: tuple[MergeLine, ...]
    opportunities: tuple[OpportunityLine, ...]


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A file of accounts or opportunities and how far it is; `problems` are the first 500 bad rows."""

    id: UUID
    kind: str
    filename: str
    state: str
    rows: int
    rows_done: int
    created: int
    updated: int
    bad: int
    error: str
    problems: tuple[dict[str, Any], ...]
    created_at: datetime
    finished_at: datetime | None


def _lines() -> Any:
    count = (
        select(func.count())
        .where(Opportunity.account_id == Account.id, Opportunity.closed_at.is_(None))
        .correlate(Account)
        .scalar_subquery()
    )
    return select(Account, AccountMerge.winner_id, count).outerjoin(
        AccountMerge, (AccountMerge.loser_id == Account.id) & AccountMerge.undone_at.is_(None)
    )


def _line(row: Account, merged_into: UUID | None, opportunities: int) -> AccountLine:
    return AccountLine(
        row.id, row.name, row.country, row.website, row.origin, row.direct, row.owner, row.created_at, merged_into,
        opportunities,
    )  # fmt: skip


def accounts_of(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    direct: bool | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[AccountLine]:
    """The programme's accounts, newest first; `after` is (created_at, id) of the last one seen."""
    require(actor, "account.read")
    query = _lines().where(Account.programme_id == programme_of(actor))
    if search.strip():
        wanted = search.strip()[:80]
        query = query.where(
            or_(Account.name.icontains(wanted, autoescape=True), Account.website.icontains(wanted, autoescape=True))
        )
    if direct is not None:
        query = query.where(Account.direct.is_(direct))
    if after is not None:
        query = query.where(tuple_(Account.created_at, Account.id) < after)
    query = query.order_by(Account.created_at.desc(), Account.id.desc()).limit(min(max(limit, 1), MOST_PAGE))
    return [_line(*row) for row in session.execute(query)]


def account_page(session: Session, actor: Actor, account_id: UUID) -> AccountPage:
    """One account; `account.not_found` also for another programme's."""
    require(actor, "account.read")
    row = must_exist(
        session.execute(
            _lines().where(Account.id == account_id, Account.programme_id == programme_of(actor))
        ).one_or_none(),
        "account",
    )
    account: Account = row[0]
    identifiers = session.execute(
        select(AccountIdentifier.kind, AccountIdentifier.value)
        .where(AccountIdentifier.account_id == account_id)
        .order_by(AccountIdentifier.kind, AccountIdentifier.value)
    )
    merges = session.execute(
        select(AccountMerge.id, AccountMerge.loser_id, Account.name, AccountMerge.reason, AccountMerge.created_at)
        .join(Account, Account.id == AccountMerge.loser_id)
        .where(AccountMerge.winner_id == account_id, AccountMerge.undone_at.is_(None))
        .order_by(AccountMerge.id)
    )
    return AccountPage(
        _line(*row), account.address, account.version, tuple((one.kind, one.value) for one in identifiers),
        tuple(MergeLine(*one) for one in merges),
        tuple(opportunities_of(session, actor, account_id=account_id, limit=MOST_PAGE)),
    )  # fmt: skip


def opportunities_of(
    session: Session,
    actor: Actor,
    *,
    account_id: UUID | None = None,
    open_only: bool = True,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[OpportunityLine]:
    """The programme's own opportunities, newest first."""
    require(actor, "account.read")
    query = (
        select(
            Opportunity.id, Opportunity.account_id, Account.name, Opportunity.source, Opportunity.external_id,
            Opportunity.title, Opportunity.product_line, Opportunity.stage, Opportunity.owner,
            Opportunity.amount_minor, Opportunity.currency, Opportunity.opened_on, Opportunity.closed_at,
            Opportunity.created_at,
        )
        .join(Account, Account.id == Opportunity.account_id)
        .where(Opportunity.programme_id == programme_of(actor))
    )  # fmt: skip
    if account_id is not None:
        query = query.where(Opportunity.account_id == account_id)
    if open_only:
        query = query.where(Opportunity.closed_at.is_(None))
    if after is not None:
        query = query.where(tuple_(Opportunity.created_at, Opportunity.id) < after)
    query = query.order_by(Opportunity.created_at.desc(), Opportunity.id.desc()).limit(min(max(limit, 1), MOST_PAGE))
    return [OpportunityLine(*row) for row in session.execute(query)]


def import_line(session: Session, actor: Actor, import_id: UUID) -> ImportLine:
    """A file and its progress; `import.not_found` also for another programme's."""
    require(actor, "account.read")
    row = session.scalars(
        select(AccountImport).where(AccountImport.id == import_id, AccountImport.programme_id == programme_of(actor))
    ).one_or_none()
    return _import(must_exist(row, "import"))


def imports_of(session: Session, actor: Actor, limit: int = 50) -> list[ImportLine]:
    """The programme's files, newest first."""
    require(actor, "account.read")
    rows = session.scalars(
        select(AccountImport)
        .where(AccountImport.programme_id == programme_of(actor))
        .order_by(AccountImport.created_at.desc(), AccountImport.id.desc())
        .limit(min(max(limit, 1), MOST_PAGE))
    )
    return [_import(row) for row in rows]


def _import(row: AccountImport) -> ImportLine:
    return ImportLine(
        row.id, row.kind, row.filename, row.state, row.rows, row.rows_done, row.created, row.updated, row.bad,
        row.error, tuple(row.problems), row.created_at, row.finished_at,
    )  # fmt: skip
