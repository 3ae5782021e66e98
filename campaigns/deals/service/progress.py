"""A protected deal's course: stage, next step, amount, notes. Both sides see each change at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.deals.service.reading import load_seen
from campaigns.deals.service.steps import (
    change,
    clean_words,
    expect,
    load,
    publish,
    record_audit,
    side_of,
    stale,
    write_event,
)
from renderer.currency import exponent

SIGHTS = ("both", "vendor", "partner")


@dataclass(frozen=True, slots=True)
class Progress:
    """What changes; None leaves a member as it is. `clear_next_on` takes the next step's day away."""

    stage: str | None = None
    next_step: str | None = None
    next_step_on: date | None = None
    clear_next_on: bool = False
    amount_minor: int | None = None
    currency: str | None = None
    close_on: date | None = None


def refuse_owned(deal: Deal, origin: str) -> None:
    """`deal.field_owned` (conflict) where another system owns stage and amount and it is not that system that asks."""
    if deal.owner_system and origin != deal.owner_system:
        raise DomainError(
            "deal.field_owned", Kind.CONFLICT, "Stage and amount of this deal are kept in another system.",
            system=deal.owner_system,
        )  # fmt: skip


def update_progress(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int | None, progress: Progress, *, origin: str = ""
) -> Deal:
    """Change an approved or converted deal's course. Nothing to change writes nothing.

    `origin` is the outside system on whose behalf the system acts; stage, amount and close date are its alone where
    `owner_system` names it.
    """
    side = side_of(actor)
    if side != "system":
        require(actor, "deal.write" if side == "partner" else "registration.decide")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    if deal.state not in ("approved", "converted"):
        raise stale()
    values = _values(deal, progress)
    if not values:
        return deal
    if set(values) & {"stage", "amount_minor", "currency", "close_on"}:
        refuse_owned(deal, origin)
    told = {name: _plain(value) for name, value in values.items()}
    before = {name: _plain(getattr(deal, name)) for name in values}
    change(uow, deal, values)
    write_event(uow, actor, deal, "progress", data={"before": before, "after": told})
    publish(uow, deal, "changed", origin=origin, data={"changed": sorted(values)})
    record_audit(uow, actor, deal, "progress", told)
    return deal


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _values(deal: Deal, progress: Progress) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if progress.stage is not None:
        values["stage"] = one_line(progress.stage)[:80]
    if progress.next_step is not None:
        values["next_step"] = one_line(progress.next_step)[:500]
    if progress.next_step_on is not None or progress.clear_next_on:
        values["next_step_on"] = progress.next_step_on
    if progress.amount_minor is not None:
        if not 0 <= progress.amount_minor < 2**53:
            raise invalid("deal.amount", "The amount must not be negative.")
        values["amount_minor"] = progress.amount_minor
    if progress.currency is not None:
        if exponent(progress.currency) is None:
            raise invalid("deal.currency", "Give the amount's currency, as in EUR.")
        if progress.amount_minor is None and progress.currency != deal.currency:
            raise invalid("deal.currency_alone", "A new currency needs a new amount.")
        values["currency"] = progress.currency
    if progress.close_on is not None:
        values["close_on"] = progress.close_on
    return {name: value for name, value in values.items() if value != getattr(deal, name)}


def add_note(uow: UnitOfWork, actor: Actor, deal_id: UUID, words: str, *, sight: str = "both") -> int:
    """A note in the timeline, for both sides or one's own alone; its number. Team members may write, too.

    `note.sight` (invalid) for a note only the other side could read.
    """
    side = side_of(actor)
    require(actor, "deal.write" if side == "partner" else "registration.read")
    text = clean_words(words, needed=True)
    if sight not in SIGHTS or sight not in ("both", side):
        raise invalid("note.sight", "A note is for both sides, or for your own.")
    deal = load_seen(uow, actor, deal_id, lock=True)
    if deal.state == "draft":
        raise stale()
    number = write_event(uow, actor, deal, "note", sight=sight, words=text)
    if sight == "both":
        publish(uow, deal, "note")
    record_audit(uow, actor, deal, "note", {"number": number})
    return number
