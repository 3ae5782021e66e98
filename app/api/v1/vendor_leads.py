"""A vendor's leads: handed in, looked at with every candidate considered, given from the pool; their rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.v1.lead_offers import Made
from app.api.values import Text
from campaigns.core.tenancy import must_exist, programme_of, scoped
from campaigns.deals.standing import deal_standing
from campaigns.leads import service
from campaigns.leads.dry_run import dry_run
from campaigns.leads.models import Lead
from campaigns.leads.policy_parse import parse_rules, rules_as_dict
from campaigns.leads.queries import listed
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.leads.rules_in_force import rules_in_force

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
    """A lead you handed in; leads of partners' own launches are never here."""

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


class VendorLeadPage(Page[VendorLeadOut]):
    """A page of leads, newest first."""


class VendorLeadsQuery(PageQuery):
    """Only those in a state."""

    state: State | None = None


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


class VendorLeadDetail(VendorLeadOut):
    """A lead with its offers and requests, oldest first."""

    offers: list[OfferLine]
    requests: list[RequestLine]


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
    """What would have been otherwise. Nothing was written."""

    moved: int
    rescored: int
    items: list[TryLine]


class CoverageIn(Body):
    """What a partner covers; empty lists and no capacity mean no limit. `version` 0: nothing was said before."""

    countries: Annotated[list[Short], Field(max_length=300, default_factory=list)]
    postal_prefixes: Annotated[list[Short], Field(max_length=500, default_factory=list)]
    product_lines: Annotated[list[Short], Field(max_length=500, default_factory=list)]
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    takes_leads: bool = True
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class CoverageOut(Shape):
    """The version that the coverage has now."""

    version: int


def _show(row: Lead) -> VendorLeadOut:
    return VendorLeadOut(**{name: getattr(row, name) for name in VendorLeadOut.model_fields})


@operation(
    "get", "/vendor-leads", summary="Leads you handed in", tag="Vendor leads", permission="vendor_lead.read",
    query=VendorLeadsQuery, answer=VendorLeadPage,
)  # fmt: skip
def list_vendor_leads(call: Call[Any, VendorLeadsQuery]) -> VendorLeadPage:
    query = scoped(select(Lead), call.actor, Lead).where(Lead.own.is_(False), listed())
    if call.query.state is not None:
        query = query.where(Lead.state == call.query.state)
    rows, cursor = fetch(call.uow.session, query, Lead, call.query, _show)
    return VendorLeadPage(items=rows, next_cursor=cursor)


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
    session, lead_id = call.uow.session, call.path["vendor_lead_id"]
    query = scoped(select(Lead), call.actor, Lead).where(Lead.id == lead_id, Lead.own.is_(False))
    lead = must_exist(session.execute(query).scalar_one_or_none(), "lead")
    offers = session.scalars(select(LeadOffer).where(LeadOffer.lead_id == lead_id).order_by(LeadOffer.created_at))
    asked = session.scalars(select(PoolRequest).where(PoolRequest.lead_id == lead_id).order_by(PoolRequest.created_at))
    return VendorLeadDetail(
        **_show(lead).model_dump(),
        offers=[OfferLine(**{name: getattr(one, name) for name in OfferLine.model_fields}) for one in offers],
        requests=[RequestLine(**{name: getattr(one, name) for name in RequestLine.model_fields}) for one in asked],
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
    return TryOut(moved=run.moved, rescored=run.rescored, items=lines)


@operation(
    "put", "/lead-coverage/{covering_id:uuid}", summary="Say what a partner covers, by the partner's id",
    tag="Vendor leads", permission="vendor_lead.write", body=CoverageIn, answer=CoverageOut,
)  # fmt: skip
def put_lead_coverage(call: Call[CoverageIn, Any]) -> CoverageOut:
    said = call.body.model_dump()
    return CoverageOut(version=service.set_coverage(call.uow, call.actor, call.path["covering_id"], **said))
