"""A registration before it is submitted: begun once per client token, changed, put away."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.problems import raise_if_any
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import DealForm, draft_problems
from campaigns.deals.models import Deal, DealEvidence, DealLine
from campaigns.deals.service.steps import change, expect, load, shown_state, stale
from campaigns.leads.models import Lead
from campaigns.partners.models import Membership

SOURCES = ("page", "lead", "api", "mail", "csv")
REFUSED = "Please look at the marked fields."
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another


@dataclass(frozen=True, slots=True)
class DealRef:
    """A deal as a use case leaves it: `version` is the partner's, `made` false where the token was used before."""

    id: UUID
    reference: str
    state: str
    version: int
    made: bool = True


def begin_draft(
    uow: UnitOfWork,
    actor: Actor,
    programme_id: UUID,
    client_token: str,
    form: DealForm,
    *,
    source: str = "page",
    lead_id: UUID | None = None,
) -> DealRef:
    """Keep a registration that may be incomplete. The same (partner, token) again gives the deal it made.

    `programme.not_found` for one the partner is not in, `lead.not_found` for another's lead, `deal.token`,
    `deal.invalid` with every problem.
    """
    require(actor, "deal.write")
    partner_id = partner_of(actor)
    if not 0 < len(client_token) <= 120 or not client_token.isprintable():
        raise invalid("deal.token", "The token has 1 to 120 printable characters.")
    if source not in SOURCES:
        raise invalid("deal.source", "There is no such source.", source=source)
    require_member(uow, programme_id, partner_id)
    if lead_id is not None:
        mine = (Lead.id == lead_id, Lead.partner_id == partner_id, Lead.programme_id == programme_id)
        must_exist(uow.session.scalar(select(Lead.id).where(*mine)), "lead")
    form = form.cleaned()
    raise_if_any("deal.invalid", REFUSED, draft_problems(form))
    made = uow.session.execute(
        insert(Deal)
        .values(
            id=new_id(), created_at=uow.now, programme_id=programme_id, partner_id=partner_id,
            reference=new_reference(), client_token=client_token, lead_id=lead_id, source=source, **row_values(form),
        )
        .on_conflict_do_nothing(index_elements=["partner_id", "client_token"])
        .returning(Deal.id)
    ).scalar_one_or_none()  # fmt: skip
    row = uow.session.scalars(
        select(Deal)
        .where(Deal.partner_id == partner_id, Deal.client_token == client_token)
        .execution_options(populate_existing=True)
    ).one()
    if row.programme_id != programme_id:
        raise DomainError("deal.token_used", Kind.CONFLICT, "This token was used for another registration.")
    return ref_of(row, made=made is not None)


def change_draft(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, form: DealForm) -> DealRef:
    """Write a draft anew; `deal.state` (conflict) if it is none any more or was changed meanwhile."""
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    if deal.state != "draft":
        raise stale()
    form = form.cleaned()
    raise_if_any("deal.invalid", REFUSED, draft_problems(form))
    change(uow, deal, row_values(form))
    return ref_of(deal)


def discard_draft(uow: UnitOfWork, actor: Actor, storage: Storage, deal_id: UUID) -> None:
    """Put a draft away for good, with its files."""
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id, lock=True)
    if deal.state != "draft":
        raise stale()
    for key in uow.session.scalars(select(DealEvidence.storage_key).where(DealEvidence.deal_id == deal_id)).all():
        storage.delete(key)
    for model in (DealEvidence, DealLine):
        uow.session.execute(delete(model).where(model.deal_id == deal_id).execution_options(synchronize_session=False))
    uow.session.delete(deal)
    uow.session.flush()


def require_member(uow: UnitOfWork, programme_id: UUID, partner_id: UUID) -> str:
    """The partner's tier in the programme; `programme.not_found` where it is in none such."""
    found = uow.session.scalar(
        select(Membership.tier).where(
            Membership.programme_id == programme_id,
            Membership.partner_id == partner_id,
            Membership.ended_at.is_(None),
        )
    )
    return str(must_exist(found, "programme"))


def new_reference() -> str:
    """Eight random letters in two groups: nobody counts by it."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"


def row_values(form: DealForm) -> dict[str, Any]:
    """A form as columns."""
    return {
        "company": form.company(), "contact": form.contact(), "product_line": form.product_line,
        "amount_minor": form.amount_minor or 0, "currency": form.currency, "close_on": form.close_on,
        "title": form.title, "note": form.note,
    }  # fmt: skip


def form_of(deal: Deal) -> DealForm:
    """A row as the form that wrote it."""
    company, contact = deal.company, deal.contact
    return DealForm(
        company_name=company.get("name", ""), country=company.get("country", ""),
        website=company.get("website", ""), registry_id=company.get("registry_id", ""),
        address=company.get("address", ""), contact_name=contact.get("name", ""),
        contact_email=contact.get("email", ""), contact_phone=contact.get("phone", ""),
        contact_title=contact.get("title", ""), product_line=deal.product_line,
        amount_minor=deal.amount_minor or None, currency=deal.currency, close_on=deal.close_on, title=deal.title,
        note=deal.note,
    )  # fmt: skip


def form_from_lead(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> tuple[UUID, DealForm]:
    """(programme, a form with everything a lead of the partner's tells)."""
    require(actor, "deal.write")
    lead: Lead = must_exist(
        uow.session.scalars(select(Lead).where(Lead.id == lead_id, Lead.partner_id == partner_of(actor))).one_or_none(),
        "lead",
    )
    return lead.programme_id, DealForm(
        company_name=lead.company, country=lead.country, website=lead.company_key, contact_name=lead.name,
        contact_email=lead.email, contact_phone=lead.phone, contact_title=lead.job_title,
        product_line=lead.product_line, note=lead.message,
    )  # fmt: skip


def ref_of(deal: Deal, *, made: bool = True) -> DealRef:
    """What the partner's side is given."""
    return DealRef(deal.id, deal.reference, shown_state(deal.state), deal.partner_version, made)
