"""A deal's timeline as either side may read it. A partner's is made only of lines for it, never cut from others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.deals.models import Deal, DealEvent
from campaigns.deals.service.steps import shown_state
from campaigns.partners.models import Grant, Person


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Something that happened. `number` counts the lines shown, from 1. `who` is empty for the other side's people
    and the system: a partner reads that the vendor acted, not who of it."""

    number: int
    at: datetime
    kind: str
    side: str
    who: str
    from_state: str
    to_state: str
    words: str
    data: dict[str, Any]
    private: bool


def timeline_of(session: Session, actor: Actor, deal: Deal) -> tuple[TimelineLine, ...]:
    """Every line the actor may read, oldest first. A partner of the team that is not the deal's own reads the lines
    for both sides."""
    theirs = actor.partner_id is not None
    sights = ["both"]
    if not theirs:
        sights.append("vendor")
    elif deal.partner_id == actor.partner_id:
        sights.append("partner")
    person = Person.id == DealEvent.person_id
    if theirs and not deal.team_named:  # people of the team's other partners stay without a name
        own = select(Grant.person_id).where(Grant.partner_id == actor.partner_id)
        person &= Person.id.in_(own)
    rows = session.execute(
        select(DealEvent, Person.name)
        .outerjoin(Person, person)
        .where(DealEvent.deal_id == deal.id, DealEvent.sight.in_(sights))
        .order_by(DealEvent.number)
        .limit(1000)
    )
    return tuple(_line(number, event, name, theirs=theirs) for number, (event, name) in enumerate(rows, 1))


def _line(number: int, event: DealEvent, name: str | None, *, theirs: bool) -> TimelineLine:
    state = shown_state if theirs else str
    same = event.by_side == ("partner" if theirs else "vendor")
    return TimelineLine(
        number, event.created_at, event.kind, event.by_side, (name or "") if same or not theirs else "",
        state(event.from_state), state(event.to_state), event.words, event.data, event.sight != "both",
    )  # fmt: skip
