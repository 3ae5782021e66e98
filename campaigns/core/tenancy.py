"""The one tenancy helper: whose rows an actor may see. Scope comes from the actor, never from a request."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, not_found

T = TypeVar("T", bound=tuple[Any, ...])


def own_rows(actor: Actor, model: Any) -> ColumnElement[bool]:
    """The condition that keeps `model`'s rows to the actor's tenant; false when there is none.

    A partner sees rows with its `partner_id`, a vendor rows with its `programme_id`. A model without
    the column is not for that side. The system sees nothing here: it addresses rows by key.
    """
    if actor.partner_id is not None and hasattr(model, "partner_id"):
        return model.partner_id == actor.partner_id  # type: ignore[no-any-return]
    if actor.programme_id is not None and hasattr(model, "programme_id"):
        return model.programme_id == actor.programme_id  # type: ignore[no-any-return]
    return false()


def scoped(query: Select[T], actor: Actor, model: Any) -> Select[T]:
    """The query with the actor's tenant applied."""
    return query.where(own_rows(actor, model))


def partner_of(actor: Actor) -> UUID:
    """The actor's partner; forbidden for whoever has none."""
    if actor.partner_id is None:
        raise DomainError("actor.not_a_partner", Kind.FORBIDDEN, "Only a partner's people may do this.")
    return actor.partner_id


def programme_of(actor: Actor) -> UUID:
    """The actor's programme; forbidden for whoever has none."""
    if actor.programme_id is None:
        raise DomainError("actor.not_a_vendor", Kind.FORBIDDEN, "Only a vendor's people may do this.")
    return actor.programme_id


def must_exist(row: Any, what: str) -> Any:
    """The row, or the not-found error that also hides another tenant's row."""
    if row is None:
        raise not_found(what)
    return row
