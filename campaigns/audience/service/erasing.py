"""Forgetting a person for good, and knowing the address again when it comes in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import Contact, ListMember, Suppression
from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.signing import keyed_digest
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork

ERASED = "erased"


def erase_contact(uow: UnitOfWork, actor: Actor, secret_key: str, contact_id: UUID) -> None:
    """Forget a person (GDPR, article 17) and never write to them again. It cannot be undone.

    The row stays without anything personal, so that totals stay true; the address stays blocked as a keyed
    digest only. Suppressions of vendors are theirs and stay.
    """
    require(actor, "contact.write")
    partner_id = partner_of(actor)
    row = must_exist(
        uow.session.execute(
            select(Contact).where(Contact.id == contact_id, Contact.partner_id == partner_id).with_for_update()
        ).scalar_one_or_none(),
        "contact",
    )
    if row.erased_at is not None:
        return
    key = row.email_key
    uow.session.execute(delete(ListMember).where(ListMember.contact_id == contact_id))
    uow.session.execute(
        delete(Suppression).where(
            Suppression.scope == "partner", Suppression.partner_id == partner_id, Suppression.email_key == key
        )
    )
    uow.session.execute(
        insert(Suppression)
        .values(
            id=new_id(),
            created_at=uow.now,
            scope="partner",
            partner_id=partner_id,
            email_key=erased_key(secret_key, partner_id, key),
            reason=ERASED,
            source="erasure",
        )
        .on_conflict_do_nothing()
    )
    row.email, row.email_key = "", f"{ERASED}:{contact_id}"
    row.first_name = row.last_name = row.company = row.phone = row.country = row.locale = row.time_zone = ""
    row.extra, row.erased_at, row.version = {}, uow.now, row.version + 1
    uow.session.flush()
    audit.record(uow, actor, "contact.erase", "contact", contact_id)


def erased_key(secret_key: str, partner_id: UUID, email_key: str) -> str:
    """What is kept of an erased address: enough to know it again when it comes, nothing to write to."""
    return f"{ERASED}:" + keyed_digest(secret_key, "erased-address", str(partner_id), email_key)


def keep_erased_suppressed(uow: UnitOfWork, secret_key: str, partner_id: UUID, keys: list[str]) -> int:
    """Block addresses that come in again after their owner was erased. Returns how many."""
    if not keys:
        return 0
    by_digest = {erased_key(secret_key, partner_id, key): key for key in keys}
    known = uow.session.execute(
        select(Suppression.email_key).where(
            Suppression.scope == "partner",
            Suppression.partner_id == partner_id,
            Suppression.lifted_at.is_(None),
            Suppression.email_key == func.any(list(by_digest)),
        )
    ).scalars()
    again = sorted(by_digest[digest] for digest in known)
    if again:
        rows = [
            {
                "id": new_id(), "created_at": uow.now, "scope": "partner", "partner_id": partner_id, "email_key": key,
                "reason": ERASED, "source": "erasure",
            }
            for key in again
        ]  # fmt: skip
        uow.session.execute(insert(Suppression).values(rows).on_conflict_do_nothing())
    return len(again)
