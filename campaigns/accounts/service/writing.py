"""The vendor's own accounts and open opportunities, one by one: found again by source and external id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.identity import candidate_keys, exact_keys, lasting_keys
from campaigns.accounts.models import Account, Opportunity
from campaigns.accounts.rules import account_problems, opportunity_problems
from campaigns.accounts.service.resolving import Origin, learn, resolve_account
from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.models import ExternalReference


def put_account(uow: UnitOfWork, actor: Actor, form: AccountForm) -> tuple[UUID, bool]:
    """Make or update an account; (id, whether it is new). Every problem at once in `account.invalid`."""
    require(actor, "account.write")
    raise_if_any("account.invalid", "Please look at the marked fields.", account_problems(form.company))
    account_id, made = write_account(uow, programme_of(actor), form, origin="api")
    audit.record(uow, actor, "account.put", "account", account_id, {"made": made, "source": form.source})
    return account_id, made


def put_opportunity(uow: UnitOfWork, actor: Actor, form: OpportunityForm) -> tuple[UUID, bool]:
    """Make or update an opportunity; (id, whether it is new). Every problem at once in `opportunity.invalid`."""
    require(actor, "account.write")
    problems = opportunity_problems(form.source, form.external_id, form.company, form.amount_minor, form.currency)
    raise_if_any("opportunity.invalid", "Please look at the marked fields.", problems)
    opportunity_id, made = write_opportunity(uow, programme_of(actor), form, origin="api")
    audit.record(uow, actor, "opportunity.put", "opportunity", opportunity_id, {"made": made, "source": form.source})
    return opportunity_id, made


def close_opportunity(uow: UnitOfWork, actor: Actor, opportunity_id: UUID) -> None:
    """It is over and conflicts with nothing any more; doing it again changes nothing."""
    require(actor, "account.write")
    mine = (Opportunity.id == opportunity_id, Opportunity.programme_id == programme_of(actor))
    must_exist(uow.session.scalar(select(Opportunity.id).where(*mine)), "opportunity")
    uow.session.execute(
        update(Opportunity)
        .where(*mine, Opportunity.closed_at.is_(None))
        .values(closed_at=uow.now, version=Opportunity.version + 1)
        .execution_options(synchronize_session=False)
    )
    audit.record(uow, actor, "opportunity.close", "opportunity", opportunity_id)


def write_account(uow: UnitOfWork, programme_id: UUID, form: AccountForm, *, origin: Origin) -> tuple[UUID, bool]:
    """The row behind `put_account` and the import; the caller has checked the form."""
    found = _referred(uow, programme_id, form.source, form.external_id)
    made = False
    if found is None:
        resolved = resolve_account(uow, programme_id, form.company, origin=origin)
        found, made = resolved.account_id, resolved.made
        _refer(uow, programme_id, form.source, form.external_id, found)
    else:
        learn(uow, programme_id, found, lasting_keys(form.company))
    company = form.company
    values = {"name": company.name, "country": company.country, "website": company.website, "address": company.address}
    uow.session.execute(
        update(Account)
        .where(Account.id == found)
        .values(
            **{name: value for name, value in values.items() if value},
            name_keys=list(candidate_keys(company)),
            direct=form.direct,
            owner=form.owner,
            version=Account.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return found, made


def write_opportunity(
    uow: UnitOfWork, programme_id: UUID, form: OpportunityForm, *, origin: Origin
) -> tuple[UUID, bool]:
    """The row behind `put_opportunity` and the import; the caller has checked the form."""
    account_id = _account_for(uow, programme_id, form, origin)
    new = new_id()
    told = {
        "account_id": account_id, "title": form.title, "product_line": form.product_line, "stage": form.stage,
        "owner": form.owner, "amount_minor": form.amount_minor, "currency": form.currency,
        "opened_on": form.opened_on, "closed_at": uow.now if form.closed else None,
    }  # fmt: skip
    kept = uow.session.execute(
        insert(Opportunity)
        .values(
            id=new, created_at=uow.now, programme_id=programme_id, source=form.source, external_id=form.external_id,
            **told,
        )
        .on_conflict_do_update(
            index_elements=["programme_id", "source", "external_id"],
            set_=told | {"version": Opportunity.version + 1},
        )
        .returning(Opportunity.id)
    ).scalar_one()  # fmt: skip
    return kept, kept == new


def _account_for(uow: UnitOfWork, programme_id: UUID, form: OpportunityForm, origin: Origin) -> UUID:
    """By the source's own id of the account, by exact identifiers, or by the name the same source wrote before."""
    named = form.account_external_id or f"name:{form.company.country}:{form.company.name.casefold()}"
    if form.account_external_id or not exact_keys(form.company):
        found = _referred(uow, programme_id, form.source, named)
        if found is not None:
            return found
    resolved = resolve_account(uow, programme_id, form.company, origin=origin)
    _refer(uow, programme_id, form.source, named, resolved.account_id)
    return resolved.account_id


def _referred(uow: UnitOfWork, programme_id: UUID, source: str, external_id: str) -> UUID | None:
    if not source or not external_id:
        return None
    return uow.session.scalar(
        select(ExternalReference.subject_id).where(
            ExternalReference.programme_id == programme_id,
            ExternalReference.system == source,
            ExternalReference.object == "account",
            ExternalReference.external_id == external_id,
        )
    )


def _refer(uow: UnitOfWork, programme_id: UUID, source: str, external_id: str, account_id: UUID) -> None:
    if not source or not external_id:
        return
    uow.session.execute(
        insert(ExternalReference)
        .values(
            id=new_id(), created_at=uow.now, programme_id=programme_id, system=source, object="account",
            external_id=external_id, subject_type="account", subject_id=account_id, seen_at=uow.now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
