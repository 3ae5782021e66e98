"""Who is written to: people with a role in force whose account is open, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from campaigns.partners.models import Grant, Person

MOST = 50


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to write to, in their language, and the grant a link would act with.

    `partner_id` is None on the vendor's side; `epoch` ends the links of a password that was changed.
    """

    person_id: UUID
    grant_id: UUID
    epoch: int
    name: str
    email: str
    locale: str
    partner_id: UUID | None


def readers(session: Session, *where: ColumnElement[bool], limit: int = MOST) -> list[Reader]:
    """People whose grants fulfil the conditions; one with several roles stands there once, with the first of them."""
    rows = session.execute(
        select(Person.id, Grant.id, Person.epoch, Person.name, Person.email, Person.locale, Grant.partner_id)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.revoked_at.is_(None), Person.disabled_at.is_(None), *where)
        .order_by(Grant.created_at, Grant.id)
        .limit(limit)
    ).all()
    found: dict[UUID, Reader] = {}
    for row in rows:
        reader = Reader(*row)
        found.setdefault(reader.person_id, reader)
    return list(found.values())
