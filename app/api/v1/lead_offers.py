"""Vendors' leads offered to the calling partner, the pools it may ask from, and what it does about its own leads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.values import Text
from campaigns.leads import service
from campaigns.leads.offer_cards import Card, OfferCard, offer_card, open_offers, pool_cards

Words = Annotated[Text, Field(max_length=2000)]
Reason = Literal["no_capacity", "territory", "product", "known", "not_serious", "other"]


class CardOut(Shape):
    """A lead before it is yours: `person` are initials, and the message has nobody to call."""

    lead_id: UUID
    programme_name: str
    programme_slug: str
    company: str
    person: str
    job_title: str
    country: str
    region: str
    postal_code: str
    product_line: str
    message: str
    score: int | None
    score_parts: list[dict[str, Any]]
    arrived_at: datetime


class LeadOfferOut(Shape):
    """An offer: open, accepted, declined, expired or withdrawn. `reason` are codes and figures that chose you."""

    id: UUID
    state: str
    reason: list[dict[str, Any]]
    due_at: datetime
    lead: CardOut


class OfferList(Shape):
    """Open offers, the most urgent first; at most 200."""

    items: list[LeadOfferOut]


class PoolItem(Shape):
    """A lead of the pool, and your open request for it."""

    lead: CardOut
    request_id: UUID | None


class PoolList(Shape):
    """The pools of your programmes, newest first; at most 200."""

    items: list[PoolItem]


class NextIn(Body):
    """What you do next, and by which day of your own time zone."""

    next_action: Annotated[Text, Field(max_length=2000)]
    next_action_on: date


class ReasonIn(Body):
    """Why the lead is not for you; the vendor reads it."""

    reason: Reason
    note: Words = ""


class AskIn(Body):
    """Why you."""

    note: Words = ""


class LeadNoteIn(Body):
    """What was done about a lead."""

    kind: Literal["note", "call", "mail", "meeting"]
    words: Annotated[Text, Field(max_length=5000)]


class LeadMergeIn(Body):
    """The lead that is the same as the one in the address."""

    lead_id: UUID


class Made(Shape):
    """The row that an operation made or moved."""

    id: UUID


def _card(card: Card) -> CardOut:
    values = {name: getattr(card, name) for name in CardOut.model_fields}
    return CardOut(**(values | {"score_parts": list(card.score_parts)}))


def _offer(found: OfferCard) -> LeadOfferOut:
    return LeadOfferOut(
        id=found.id, state=found.state, reason=list(found.reason), due_at=found.due_at, lead=_card(found.card)
    )


@operation(
    "get", "/lead-offers", summary="Leads offered to you now", tag="Leads", permission="lead.read", answer=OfferList
)
def list_lead_offers(call: Call[Any, Any]) -> OfferList:
    found = open_offers(call.uow.session, call.actor, call.uow.now)
    return OfferList(items=[_offer(one) for one in found])


@operation(
    "get", "/lead-offers/{offer_id:uuid}", summary="An offer", tag="Leads", permission="lead.read", answer=LeadOfferOut
)
def get_lead_offer(call: Call[Any, Any]) -> LeadOfferOut:
    return _offer(offer_card(call.uow.session, call.actor, call.path["offer_id"], call.uow.now))


@operation(
    "post", "/lead-offers/{offer_id:uuid}/accept", summary="Accept an offered lead", tag="Leads",
    permission="lead.write", body=NextIn, answer=Made,
)  # fmt: skip
def accept_lead_offer(call: Call[NextIn, Any]) -> Made:
    asked = call.body
    day = asked.next_action_on.isoformat()
    return Made(id=service.accept_offer(call.uow, call.actor, call.path["offer_id"], asked.next_action, day))


@operation(
    "post", "/lead-offers/{offer_id:uuid}/decline", summary="Decline an offered lead", tag="Leads",
    permission="lead.write", body=ReasonIn, status=204,
)  # fmt: skip
def decline_lead_offer(call: Call[ReasonIn, Any]) -> None:
    service.decline_offer(call.uow, call.actor, call.path["offer_id"], call.body.reason, call.body.note)


@operation("get", "/lead-pool", summary="Leads nobody took", tag="Leads", permission="lead.read", answer=PoolList)
def list_lead_pool(call: Call[Any, Any]) -> PoolList:
    found = pool_cards(call.uow.session, call.actor)
    return PoolList(items=[PoolItem(lead=_card(one.card), request_id=one.request_id) for one in found])


@operation(
    "post", "/lead-pool/{pooled_id:uuid}/requests", summary="Ask for a lead of the pool; twice is once", tag="Leads",
    permission="lead.write", body=AskIn, answer=Made,
)  # fmt: skip
def ask_for_lead(call: Call[AskIn, Any]) -> Made:
    return Made(id=service.ask_for(call.uow, call.actor, call.path["pooled_id"], call.body.note))


@operation(
    "post", "/pool-requests/{request_id:uuid}/withdraw", summary="Ask no more", tag="Leads", permission="lead.write",
    status=204,
)  # fmt: skip
def withdraw_pool_request(call: Call[Any, Any]) -> None:
    service.withdraw_request(call.uow, call.actor, call.path["request_id"])


@operation(
    "post", "/leads/{lead_id:uuid}/notes", summary="Write down what was done", tag="Leads", permission="lead.write",
    body=LeadNoteIn, answer=Made, status=201,
)  # fmt: skip
def add_lead_note(call: Call[LeadNoteIn, Any]) -> Made:
    return Made(id=service.add_note(call.uow, call.actor, call.path["lead_id"], call.body.kind, call.body.words))


@operation(
    "put", "/leads/{lead_id:uuid}/next-action", summary="Say what comes next", tag="Leads", permission="lead.write",
    body=NextIn, answer=Made, versioned=True,
)  # fmt: skip
def put_lead_next_action(call: Call[NextIn, Any]) -> Answer:
    lead_id, asked = call.path["lead_id"], call.body
    day = asked.next_action_on.isoformat()
    version = service.plan_next(call.uow, call.actor, lead_id, asked.next_action, day, call.if_match or 0)
    return Answer(Made(id=lead_id), version=version)


@operation(
    "post", "/leads/{lead_id:uuid}/give-back", summary="Leave an accepted lead of a vendor's to others", tag="Leads",
    permission="lead.write", body=ReasonIn, status=204, versioned=True,
)  # fmt: skip
def give_lead_back(call: Call[ReasonIn, Any]) -> None:
    service.give_back(call.uow, call.actor, call.path["lead_id"], call.body.reason, call.if_match or 0)


@operation(
    "post", "/leads/{lead_id:uuid}/merges", summary="Another lead is this one", tag="Leads", permission="lead.write",
    body=LeadMergeIn, answer=Made, status=201,
)  # fmt: skip
def merge_leads(call: Call[LeadMergeIn, Any]) -> Made:
    return Made(id=service.merge_leads(call.uow, call.actor, call.path["lead_id"], call.body.lead_id))


@operation(
    "post", "/lead-merges/{merge_id:uuid}/undo", summary="They are two after all; twice is once", tag="Leads",
    permission="lead.write", answer=Made,
)  # fmt: skip
def unmerge_leads(call: Call[Any, Any]) -> Made:
    return Made(id=service.unmerge_leads(call.uow, call.actor, call.path["merge_id"]))
