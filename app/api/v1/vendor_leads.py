"""A vendor's leads: handed in, looked at with every candidate considered, given from the pool; their rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api.operation import Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.v1.lead_offers import Made
from app.api.values import Text
from campaigns.core.tenancy import programme_of
from campaigns.deals.queries.of_lead import registration_of_lead
from campaigns.deals.standing import deal_standing
from campaigns.leads import service
from campaigns.leads.dry_run import dry_run
from campaigns.leads.models import Lead
from campaigns.leads.policy_parse import parse_rules, rules_as_dict
from campaigns.leads.queries import listed
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.service.merging import likely_doubles, merged_into
from campaigns.leads.vendor_queries import (
    VendorFilter,
    open_offers_of,
    open_requests_of,
    theirs,
    vendor_lead_page,
)

Short = Annotated[Text, Field(max_length=300)]
State = Literal["unrouted", "offered", "pooled", "accepted", "handed", "closed"]


class VendorLeadIn(Body):
    """A lead to be routed. `facts` are whatever else is known and may be asked for by rules as `facts.<name>`."""

    email: Short
    name: Short = ""
    company: Short = ""
    job_title: Short = ""
    phone: Short = ""
    country: Short = ""
    region: Short = ""
    postal_code: Short = ""
    product_line: Short = ""
    website: Short = ""
    locale: Annotated[Text, Field(max_length=35)] = ""
    message: Annotated[Text, Field(max_length=5000)] = ""
    facts: Annotated[dict[Annotated[Text, Field(max_length=60)], Short], Field(max_length=20, default_factory=dict)]
    source: Annotated[Text, Field(max_length=120)] = "api"


class VendorLeadOut(Shape):
    """A lead you handed in; leads of partners' own launches are never here. `offered_to` may accept until
    `offer_due_at`; `asked_for` partners ask for it in the pool."""

    id: UUID
    partner_id: UUID | None
    name: str
    email: str
    company: str
    country: str
    postal_code: str
    product_line: str
    state: str
    version: int
    score: int | None
    score_parts: list[dict[str, Any]]
    recycled: int
    created_at: datetime
    offered_to: UUID | None = None
    offer_due_at: datetime | None = None
    asked_for: int = 0


class VendorLeadPage(Page[VendorLeadOut]):
    """A page of leads, newest first."""


class VendorLeadsQuery(PageQuery):
    """Only those in a state, of a country or product, that a partner has or is asked about, or whose name, address
    or company holds `search`."""

    state: State | None = None
    search: Annotated[Text, Field(max_length=200)] = ""
    country: Annotated[Text, Field(max_length=2)] = ""
    product_line: Annotated[Text, Field(max_length=80)] = ""
    partner_id: UUID | None = None


class OfferLine(Shape):
    """An offer with the reason that chose the partner, everybody considered with points, and its answer."""

    id: UUID
    partner_id: UUID
    state: str
    reason: list[dict[str, Any]]
    considered: list[dict[str, Any]]
    created_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decline_reason: str
    decline_note: str


class RequestLine(Shape):
    """A partner that asks, or asked, for the lead."""

    id: UUID
    partner_id: UUID
    state: str
    note: str
    created_at: datetime


class VendorNoteOut(Shape):
    """What was done about a lead by `side` (vendor, partner, system), or what became of it (`data`)."""

    kind: str
    side: str
    words: str
    data: dict[str, Any]
    happened_at: datetime


class VendorMergeOut(Shape):
    """A lead that this one stands for, and the merge to take back."""

    id: UUID
    name: str
    email: str


class VendorLeadDetail(VendorLeadOut):
    """A lead with its offers and requests, oldest first, everybody weighed when nobody could take it, what was done,
    what it stands for, leads that are perhaps the same, its source, and the registration it became."""

    offers: list[OfferLine]
    requests: list[RequestLine]
    nobody: list[dict[str, Any]]
    notes: list[VendorNoteOut]
    merged: list[VendorMergeOut]
    doubles: list[UUID]
    source: str
    registration_id: UUID | None


class RulesOut(Shape):
    """The rules in force; `number` 0 means that none were published and the defaults hold."""

    number: int
    rules: dict[str, Any]
    published_at: datetime | None
    note: str


class LeadRulesIn(Body):
    """New rules; members left out keep their defaults. `after` is the number you began from."""

    rules: dict[str, Any]
    note: Annotated[Text, Field(max_length=500)] = ""
    after: Annotated[int, Field(ge=0, le=2**31 - 1)]


class TryIn(Body):
    """Rules to try on the last leads."""

    rules: dict[str, Any]
    last: Annotated[int, Field(ge=1, le=200)] = 50


class TryLine(Shape):
    """A past lead under the rules in force and under yours; no partner where nobody could take it."""

    lead_id: UUID
    partner_before: UUID | None
    partner_after: UUID | None
    score_before: int
    score_after: int


class TryOut(Shape):
    """What would have been otherwise. Nothing was written. A lead is taken to occupy its partner for so many days:
    the median of `measured` leads, or 30 where too few have ended."""

    moved: int
    rescored: int
    occupied_days: float
    measured: int
    items: list[TryLine]


ASIDE = ("offered_to", "offer_due_at", "asked_for")


def _shown(session: Session, rows: Sequence[Lead]) -> list[VendorLeadOut]:
    """Rows with whom they are offered to and how many ask for them."""
    ids = [row.id for row in rows]
    offers = {one.lead_id: one for one in open_offers_of(session, ids)}
    asked = open_requests_of(session, ids)
    named = [name for name in VendorLeadOut.model_fields if name not in ASIDE]
    return [
        VendorLeadOut(
            **{name: getattr(row, name) for name in named}, asked_for=asked.get(row.id, 0),
            offered_to=offers[row.id].partner_id if row.id in offers else None,
            offer_due_at=offers[row.id].due_at if row.id in offers else None,
        )
        for row in rows
    ]  # fmt: skip


@operation(
    "get", "/vendor-leads", summary="Leads you handed in", tag="Vendor leads", permission="vendor_lead.read",
    query=VendorLeadsQuery, answer=VendorLeadPage,
)  # fmt: skip
def list_vendor_leads(call: Call[Any, VendorLeadsQuery]) -> VendorLeadPage:
    asked = call.query
    kept = VendorFilter(
        asked.state or "", asked.search.strip(), asked.country.upper(), asked.product_line, asked.partner_id
    )
    query = kept.applied(select(Lead).where(theirs(call.actor), listed()))
    rows, cursor = fetch(call.uow.session, query, Lead, asked, lambda row: row)
    return VendorLeadPage(items=_shown(call.uow.session, rows), next_cursor=cursor)


@operation(
    "post", "/vendor-leads", summary="Hand in a lead; the same twice is once", tag="Vendor leads",
    permission="vendor_lead.write", body=VendorLeadIn, answer=Made, status=201,
)  # fmt: skip
def add_vendor_lead(call: Call[VendorLeadIn, Any]) -> Made:
    given = call.body.model_dump(exclude={"facts", "source"})
    facts, source = call.body.facts, call.body.source
    return Made(id=service.take_lead(call.uow, call.actor, given, facts, kind="api", source=source))


@operation(
    "get", "/vendor-leads/{vendor_lead_id:uuid}", summary="A lead with who was considered", tag="Vendor leads",
    permission="vendor_lead.read", answer=VendorLeadDetail,
)  # fmt: skip
def get_vendor_lead(call: Call[Any, Any]) -> VendorLeadDetail:
    session, actor, lead_id = call.uow.session, call.actor, call.path["vendor_lead_id"]
    page = vendor_lead_page(session, actor, lead_id)
    (shown,) = _shown(session, [page.lead])
    offers = session.scalars(select(LeadOffer).where(LeadOffer.lead_id == lead_id).order_by(LeadOffer.created_at))
    asked = session.scalars(select(PoolRequest).where(PoolRequest.lead_id == lead_id).order_by(PoolRequest.created_at))
    return VendorLeadDetail(
        **shown.model_dump(),
        offers=[OfferLine(**{name: getattr(one, name) for name in OfferLine.model_fields}) for one in offers],
        requests=[RequestLine(**{name: getattr(one, name) for name in RequestLine.model_fields}) for one in asked],
        nobody=list(page.nobody),
        notes=[
            VendorNoteOut(**{name: getattr(one, name) for name in VendorNoteOut.model_fields}) for one in page.notes
        ],
        merged=[VendorMergeOut(id=id_, name=name, email=email) for id_, name, email in merged_into(session, lead_id)],
        doubles=[one.id for one in likely_doubles(session, actor, page.lead)],
        source=page.source,
        registration_id=registration_of_lead(session, actor, lead_id),
    )


@operation(
    "post", "/vendor-leads/{vendor_lead_id:uuid}/route", summary="Out of the pool: let the rules choose once more",
    tag="Vendor leads", permission="vendor_lead.write", status=204,
)  # fmt: skip
def route_vendor_lead(call: Call[Any, Any]) -> None:
    service.route_again(call.uow, call.actor, call.path["vendor_lead_id"])


@operation(
    "post", "/pool-requests/{request_id:uuid}/grant", summary="Give the lead to who asked, which refuses the others",
    tag="Vendor leads", permission="vendor_lead.write", answer=Made,
)  # fmt: skip
def grant_pool_request(call: Call[Any, Any]) -> Made:
    return Made(id=service.grant_request(call.uow, call.actor, call.path["request_id"]))


@operation(
    "post", "/pool-requests/{request_id:uuid}/refuse", summary="Refuse a request; the lead stays in the pool",
    tag="Vendor leads", permission="vendor_lead.write", answer=Made,
)  # fmt: skip
def refuse_pool_request(call: Call[Any, Any]) -> Made:
    return Made(id=service.refuse_request(call.uow, call.actor, call.path["request_id"]))


@operation(
    "get", "/lead-rules", summary="The rules of scoring and routing in force", tag="Vendor leads",
    permission="vendor_lead.read", answer=RulesOut,
)  # fmt: skip
def get_lead_rules(call: Call[Any, Any]) -> RulesOut:
    return _rules(call)


def _rules(call: Call[Any, Any]) -> RulesOut:
    found = rules_in_force(call.uow.session, programme_of(call.actor))
    return RulesOut(
        number=found.number, rules=rules_as_dict(found.rules), published_at=found.published_at, note=found.note
    )


@operation(
    "post", "/lead-rules", summary="Publish rules", tag="Vendor leads", permission="policy.write", body=LeadRulesIn,
    answer=RulesOut, status=201,
)  # fmt: skip
def publish_lead_rules(call: Call[LeadRulesIn, Any]) -> RulesOut:
    service.publish_rules(call.uow, call.actor, call.body.rules, call.body.note, after=call.body.after)
    return _rules(call)


@operation(
    "post", "/lead-rules/try", summary="Try rules on the last leads; nothing is written", tag="Vendor leads",
    permission="vendor_lead.read", body=TryIn, answer=TryOut,
)  # fmt: skip
def try_lead_rules(call: Call[TryIn, Any]) -> TryOut:
    rules = parse_rules(call.body.rules)
    run = dry_run(call.uow.session, call.actor, deal_standing, rules, call.uow.now, call.body.last)
    lines = [
        TryLine(
            lead_id=one.case.lead_id, partner_before=one.partner_before, partner_after=one.partner_after,
            score_before=one.score_before, score_after=one.score_after,
        )
        for one in run.outcomes
    ]  # fmt: skip
    return TryOut(
        moved=run.moved, rescored=run.rescored, occupied_days=run.occupied.days, measured=run.occupied.measured,
        items=lines,
    )  # fmt: skip
