"""Which account a company is: found by what identifies it exactly, made where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.accounts.identity import CompanyFacts, candidate_keys, exact_keys, lasting_keys, resemblance
from campaigns.accounts.lookup import facts_of, root_of
from campaigns.accounts.models import Account, AccountIdentifier
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork

Origin = Literal["registration", "import", "api", "lead"]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The account found or made, the one it stands for after merges, and other accounts that its keys name too."""

    account_id: UUID
    root_id: UUID
    made: bool
    others: tuple[UUID, ...] = ()


def resolve_account(uow: UnitOfWork, programme_id: UUID, company: CompanyFacts, *, origin: Origin) -> Resolved:
    """The account of the company. Two registrations of a new company at one instant get the same one.

    The strongest identifier decides, unless something speaks against it that weighs more (two companies of one
    domain with different registry numbers): then it is another account, and the one found is among `others`. A
    company with no exact identifier is a new account each time: names never make two companies one.
    """
    keys = exact_keys(company)
    found, others = _same(uow, company, _known(uow, programme_id, keys), keys)
    if found is not None:
        learn(uow, programme_id, found, lasting_keys(company))
        return Resolved(found, root_of(uow.session, found), False, others)
    made = _make(uow, programme_id, company, origin)
    learn(uow, programme_id, made, lasting_keys(company))
    known = {key: owner for key, owner in _known(uow, programme_id, keys).items() if owner != made}
    found, others = _same(uow, company, known, keys)
    if found is None:
        return Resolved(made, made, True, others)
    # somebody registered the company meanwhile and committed: our keys go to theirs, our row goes
    uow.session.execute(
        update(AccountIdentifier)
        .where(AccountIdentifier.account_id == made)
        .values(account_id=found)
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(delete(Account).where(Account.id == made).execution_options(synchronize_session=False))
    return Resolved(found, root_of(uow.session, found), False, others)


def _same(
    uow: UnitOfWork, company: CompanyFacts, known: dict[Key, UUID], keys: tuple[Key, ...]
) -> tuple[UUID | None, tuple[UUID, ...]]:
    """Of the accounts that have a key, the first that is the company, strongest key first; and the others."""
    owners = list(dict.fromkeys(known[key] for key in keys if key in known))
    if not owners:
        return None, ()
    rows = uow.session.scalars(select(Account).where(Account.id.in_(owners))).all()
    facts = facts_of(uow.session, rows)
    same = [one for one in owners if one in facts and resemblance(company, facts[one]).strength == "block"]
    found = same[0] if same else None
    return found, tuple(one for one in owners if one != found)


def learn(uow: UnitOfWork, programme_id: UUID, account_id: UUID, keys: tuple[Key, ...]) -> None:
    """Give the account keys that nobody has. In order of the keys, so that two transactions cannot lock crosswise."""
    for kind, value in sorted(keys):
        uow.session.execute(
            insert(AccountIdentifier)
            .values(
                id=new_id(), created_at=uow.now, programme_id=programme_id, account_id=account_id, kind=kind,
                value=value,
            )
            .on_conflict_do_nothing(index_elements=["programme_id", "kind", "value"])
        )  # fmt: skip


def _known(uow: UnitOfWork, programme_id: UUID, keys: tuple[Key, ...]) -> dict[Key, UUID]:
    if not keys:
        return {}
    rows = uow.session.execute(
        select(AccountIdentifier.kind, AccountIdentifier.value, AccountIdentifier.account_id).where(
            AccountIdentifier.programme_id == programme_id,
            tuple_(AccountIdentifier.kind, AccountIdentifier.value).in_(keys),
        )
    )
    return {(row.kind, row.value): row.account_id for row in rows}


def _make(uow: UnitOfWork, programme_id: UUID, company: CompanyFacts, origin: Origin) -> UUID:
    account_id = new_id()
    uow.session.execute(
        insert(Account).values(
            id=account_id, created_at=uow.now, programme_id=programme_id, name=company.name, country=company.country,
            website=company.website, address=company.address, name_keys=list(candidate_keys(company)), origin=origin,
        )
    )  # fmt: skip
    return account_id
