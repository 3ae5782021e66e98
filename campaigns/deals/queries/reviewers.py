"""Who of the vendor may be named as a reviewer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.partners.models import Grant, Person


def reviewers_of(session: Session, actor: Actor) -> list[tuple[UUID, str]]:
    """(id, name) of everybody who may decide about the programme's deals, by name."""
    require(actor, "policy.write")
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.programme_id == programme_of(actor),
            Grant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            Grant.role.in_(("channel", "admin")),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(row.id, row.name) for row in rows]
