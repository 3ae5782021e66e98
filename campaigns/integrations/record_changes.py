"""What a CRM may do to leads and accounts: say how a vendor's lead goes on, and tell of its own accounts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from campaigns.accounts.forms import AccountForm
from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.rules import account_problems
from campaigns.accounts.service.writing import write_account
from campaigns.core.actor import SYSTEM
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import must_exist
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.canonical import Change
from campaigns.leads.models import Lead, LeadNote
from campaigns.leads.service.holding import announce


def find_lead(uow: UnitOfWork, programme_id: UUID, change: Change) -> UUID:
    """The vendor's lead that `lead` names; `lead.not_found`, also for a partner's own, which no vendor sees."""
    try:
        named = UUID(change.text("lead", 80))
    except ValueError as error:
        raise invalid("change.unlinked", "This record is not linked yet: name the lead once, by its id.") from error
    query = select(Lead.id).where(Lead.id == named, Lead.programme_id == programme_id, Lead.own.is_(False))
    return must_exist(uow.session.scalar(query), "lead")  # type: ignore[no-any-return]


def apply_to_lead(uow: UnitOfWork, system: str, change: Change, lead_id: UUID) -> None:
    """Write the other system's status down as a note of the lead. Who has it, and its state, is decided here."""
    lead = uow.session.get_one(Lead, lead_id, with_for_update=True, populate_existing=True)
    status, note = change.text("status", 80), change.text("note", 2000)
    if not status and not note:
        raise invalid("change.member", "status or note is needed.", member="status")
    uow.session.add(
        LeadNote(
            id=new_id(), created_at=uow.now, lead_id=lead.id, side="system", kind="note",
            words=": ".join(part for part in (status, note) if part), data={"system": system, "status": status},
            happened_at=uow.now,
        )
    )  # fmt: skip
    uow.session.flush()
    announce(uow, lead, "updated", data={"what": "status", "status": status}, origin=system)
    audit.record(
        uow, SYSTEM, "lead.updated", "lead", lead.id, {"system": system, "status": status},
        programme_id=lead.programme_id,
    )  # fmt: skip


def apply_to_account(uow: UnitOfWork, programme_id: UUID, system: str, change: Change) -> UUID:
    """Make or update the vendor's own account; found again by the system's id of it."""
    company = CompanyFacts(
        name=change.text("name"), country=change.text("country", 2).upper(), website=change.text("website"),
        registry_id=change.text("registry_id", 80), address=change.text("address"),
    )  # fmt: skip
    raise_if_any("account.invalid", "Please look at the marked fields.", account_problems(company))
    direct = change.data.get("direct", True)
    if not isinstance(direct, bool):
        raise invalid("change.member", "direct must be true or false.", member="direct")
    form = AccountForm(company, system, change.external_id, direct, change.text("owner", 200))
    account_id, made = write_account(uow, programme_id, form, origin="api")
    audit.record(
        uow, SYSTEM, "account.put", "account", account_id, {"made": made, "source": system}, programme_id=programme_id
    )
    return account_id
