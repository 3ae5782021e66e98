"""Leads of the calling partner: the inbox, decisions with If-Match, doubtful submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import scoped
from campaigns.leads import queries, service, submissions
from campaigns.leads.models import Lead
from campaigns.leads.origins import origin_of

LeadState = Literal["new", "accepted", "declined", "handed", "closed"]


class LeadsQuery(PageQuery):
    """Only a state's, a launch's, or those whose name, address or company holds `search`."""

    state: LeadState | None = None
    launch_id: UUID | None = None
    search: Annotated[Text, Field(max_length=200)] = ""


class LeadOut(Shape):
    """Somebody who answered a launch or was handed in (no launch then), and the piece they came from.

    `own` is false for a vendor's lead that you accepted. `score` is from 0 to 100.
    """

    id: UUID
    launch_id: UUID | None
    own: bool
    score: int | None
    next_action: str
    next_action_at: datetime | None
    name: str
    email: str
    company: str
    phone: str
    message: str
    locale: str
    state: str
    version: int
    created_at: datetime
    source_channel: str
    source_asset_id: str
    source_step_id: str


class LeadPage(Page[LeadOut]):
    """A page of leads, newest first."""


class TouchOut(Shape):
    """One meeting with the launch."""

    kind: str
    channel: str
    asset_title: str
    step_id: str
    verdict: str
    occurred_at: datetime


class SubmissionOut(Shape):
    """A form as it was received."""

    id: UUID
    created_at: datetime
    locale: str
    data: dict[str, Any]
    verdict: str
    reasons: list[str]
    consent_given: bool
    consent_text: str
    campaign: str


class LeadDetail(LeadOut):
    """A lead with its campaign, its submissions, what its visitor did, and the finished piece it came from."""

    campaign: str
    consent_given: bool
    contact_id: UUID | None
    submissions: list[SubmissionOut]
    touches: list[TouchOut]
    piece_id: UUID | None


class SubmissionList(Shape):
    """What was kept apart and nobody has taken yet, the newest 200."""

    items: list[SubmissionOut]


class DecisionIn(Body):
    """What to do with a lead."""

    decision: Literal["accept", "decline", "close", "reopen"]


def _show(row: Lead) -> LeadOut:
    return LeadOut(**{name: getattr(row, name) for name in LeadOut.model_fields})


def _submission(view: submissions.SubmissionView) -> SubmissionOut:
    values = {name: getattr(view, name) for name in SubmissionOut.model_fields}
    return SubmissionOut(**(values | {"reasons": list(view.reasons)}))


def _detail(call: Call[Any, Any], lead_id: UUID) -> Answer:
    page = queries.lead_page(call.uow.session, call.actor, lead_id)
    line, origin = page.line, origin_of(call.uow.session, call.actor, lead_id)
    direct = (
        "own",
        "score",
        "next_action",
        "next_action_at",
        "id",
        "launch_id",
        "name",
        "email",
        "company",
        "phone",
        "locale",
        "state",
        "version",
        "created_at",
    )
    value = LeadDetail(
        message=page.message,
        source_channel=line.channel,
        source_asset_id=line.asset_id,
        source_step_id=line.step_id,
        campaign=line.campaign,
        consent_given=page.consent_given,
        contact_id=page.contact_id,
        piece_id=origin.piece_id if origin else None,
        submissions=[_submission(one) for one in page.submissions],
        touches=[TouchOut(**{name: getattr(one, name) for name in TouchOut.model_fields}) for one in page.touches],
        **{name: getattr(line, name) for name in direct},
    )
    return Answer(value, version=line.version)


@operation(
    "get", "/leads", summary="Your leads", tag="Leads", permission="lead.read", query=LeadsQuery, answer=LeadPage
)
def list_leads(call: Call[Any, LeadsQuery]) -> LeadPage:
    asked = call.query
    query = scoped(select(Lead), call.actor, Lead)
    if asked.state is not None:
        query = query.where(Lead.state == asked.state)
    if asked.launch_id is not None:
        query = query.where(Lead.launch_id == asked.launch_id)
    if asked.search.strip():
        columns = (Lead.name, Lead.email, Lead.company)
        query = query.where(or_(*[column.icontains(asked.search.strip(), autoescape=True) for column in columns]))
    rows, cursor = fetch(call.uow.session, query, Lead, asked, _show)
    return LeadPage(items=rows, next_cursor=cursor)


@operation("get", "/leads/{lead_id:uuid}", summary="A lead", tag="Leads", permission="lead.read", answer=LeadDetail)
def get_lead(call: Call[Any, Any]) -> Answer:
    return _detail(call, call.path["lead_id"])


@operation(
    "put",
    "/leads/{lead_id:uuid}/state",
    summary="Accept, decline, close or reopen a lead",
    tag="Leads",
    permission="lead.write",
    body=DecisionIn,
    answer=LeadDetail,
    versioned=True,
)
def put_lead_state(call: Call[DecisionIn, Any]) -> Answer:
    lead_id, version = call.path["lead_id"], call.if_match or 0
    if queries.lead_page(call.uow.session, call.actor, lead_id).line.version != version:
        raise DomainError("lead.changed", Kind.PRECONDITION, "Somebody has changed this lead meanwhile.")
    service.decide(call.uow, call.actor, lead_id, call.body.decision, version)
    call.uow.session.expire_all()
    return _detail(call, lead_id)


@operation(
    "get",
    "/submissions/doubtful",
    summary="Forms kept apart because a program may have sent them",
    tag="Leads",
    permission="lead.read",
    answer=SubmissionList,
)
def list_doubtful(call: Call[Any, Any]) -> SubmissionList:
    found = submissions.doubtful_submissions(call.uow.session, call.actor)
    return SubmissionList(items=[_submission(one) for one in found])


@operation(
    "post",
    "/submissions/{submission_id:uuid}/take",
    summary="A doubtful form is a lead after all; twice is once",
    tag="Leads",
    permission="lead.write",
    answer=LeadDetail,
)
def take_submission(call: Call[Any, Any]) -> Answer:
    taken = service.take_submission(call.uow, call.actor, call.container.settings, call.path["submission_id"])
    call.uow.session.expire_all()
    return _detail(call, taken.lead_id)
