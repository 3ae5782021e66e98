"""Registrations of the calling vendor's programme: the queue, one with both sides of each match, decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, decode, encode
from app.api.v1.deal_shapes import (
    EventOut,
    EvidenceOut,
    FormOut,
    LineOut,
    RequestOut,
    TeamOut,
    Words,
    events,
    match_version,
    plain,
)
from app.api.values import Text
from campaigns.deals.queries.desk import DeskPage, desk_deals, desk_page, queue_for
from campaigns.deals.service import approving, extending, matching, rejecting, reviewing, revoking, sharing, team

Code = Annotated[Text, Field(max_length=60)]


class RegistrationsQuery(PageQuery):
    """Only a state's, a product's, a partner's, or those whose company, title or reference holds `search`."""

    state: Annotated[Text, Field(max_length=40)] = ""
    product_line: Annotated[Text, Field(max_length=80)] = ""
    partner_id: UUID | None = None
    search: Annotated[Text, Field(max_length=80)] = ""


class RegistrationOut(Shape):
    """A registration; `blocks` and `flags` count the matches nobody dismissed."""

    id: UUID
    reference: str
    state: str
    partner_id: UUID
    partner: str
    company: str
    country: str
    title: str
    product_line: str
    amount_minor: int
    currency: str
    close_on: date | None
    stage: str
    submitted_at: datetime
    created_at: datetime
    priority: int
    due_at: datetime | None
    reviewer: str
    blocks: int
    flags: int
    requests: int
    protected_until: datetime | None
    version: int


class RegistrationPage(Page[RegistrationOut]):
    """A page of registrations, newest first."""


class RegistrationQueue(Shape):
    """What waits for the vendor, by when it is due; at most 200."""

    items: list[RegistrationOut]


class MatchOut(Shape):
    """The other side of a match: a registration, an opportunity, or an account sold to directly."""

    id: UUID
    kind: str
    direction: str
    subject_id: UUID
    strength: str
    findings: list[dict[str, Any]]
    dismissed: bool
    name: str
    company: dict[str, Any]
    contact: dict[str, Any]
    state: str
    product_line: str
    amount_minor: int | None
    currency: str
    since: datetime | None
    priority: int | None


class RegistrationDetail(RegistrationOut):
    """A registration with everything a reviewer needs."""

    form: FormOut
    reason_code: str
    reason: str
    approvals: list[str]
    matches: list[MatchOut]
    lines: list[LineOut]
    team: list[TeamOut]
    evidence: list[EvidenceOut]
    request_list: list[RequestOut]
    timeline: list[EventOut]
    steps: list[str]


class MemberIn(Body):
    """A partner of the team; its part in hundredths of a percent. The registering partner leads."""

    partner_id: UUID = Field(strict=False)
    role: Literal["lead", "sourcing", "implementation", "support"]
    split_bp: Annotated[int, Field(ge=0, le=10_000)]


class DecideIn(Body):
    """What to decide. `reason` is the partner's, `resolve` what settles a conflict, `inner` for the vendor alone.

    `parts` name each partner's hundredths of a percent when a conflict is shared into the registration `into`.
    `deal_ids` and `opportunity_ids` are what a conflict is called with besides the matches that stand. `team` is the
    whole team; `named`, with it or with a share, lets its partners read each other's names.
    """

    decision: Literal[
        "pick_up", "hand_back", "return", "approve", "reject", "conflict", "resolve_approve", "resolve_reject",
        "resolve_share", "dismiss_match", "extension", "appeal", "revocation", "ask_revocation",
        "team",
    ]  # fmt: skip
    words: Words = ""
    inner: Words = ""
    reason: Code = ""
    resolve: Code = ""
    editable: Annotated[list[Code], Field(max_length=10)] = Field(default_factory=list)
    match_id: UUID | None = Field(default=None, strict=False)
    into: UUID | None = Field(default=None, strict=False)
    parts: dict[str, Annotated[int, Field(ge=0, le=10_000)]] = Field(default_factory=dict)
    granted: bool = False
    deal_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=20)] = Field(default_factory=list)
    opportunity_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    team: Annotated[list[MemberIn], Field(max_length=20)] = Field(default_factory=list)
    named: bool = False


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in RegistrationOut.model_fields}


def _show(page: DeskPage) -> RegistrationDetail:
    matches = [
        MatchOut(**{name: getattr(one, name) for name in MatchOut.model_fields} | {"findings": list(one.findings)})
        for one in page.matches
    ]
    return RegistrationDetail(
        form=plain(FormOut, page.form), reason_code=page.reason_code, reason=page.reason,
        approvals=list(page.approvals), matches=matches, lines=[plain(LineOut, one) for one in page.lines],
        team=[plain(TeamOut, one) for one in page.team], evidence=[plain(EvidenceOut, one) for one in page.evidence],
        request_list=[plain(RequestOut, one) for one in page.requests], timeline=events(page.timeline),
        steps=list(page.steps), **_row(page.row),
    )  # fmt: skip


def _answer(call: Call[Any, Any], deal_id: UUID) -> Answer:
    call.uow.session.expire_all()
    page = desk_page(call.uow.session, call.actor, deal_id)
    return Answer(_show(page), version=page.row.version)


@operation(
    "get", "/registrations", summary="Registrations of your programme", tag="Registrations",
    permission="registration.read", query=RegistrationsQuery, answer=RegistrationPage,
)  # fmt: skip
def list_registrations(call: Call[Any, RegistrationsQuery]) -> RegistrationPage:
    asked = call.query
    after: Any = decode(asked.cursor, UUID) if asked.cursor else None
    found = desk_deals(
        call.uow.session, call.actor, state=asked.state, search=asked.search, product_line=asked.product_line,
        partner_id=asked.partner_id, after=after, limit=asked.limit,
    )  # fmt: skip
    items = [RegistrationOut(**_row(row)) for row in found.rows]
    return RegistrationPage(items=items, next_cursor=encode(*found.next) if found.next else None)


@operation(
    "get", "/registrations/queue", summary="What waits for a decision, by when it is due", tag="Registrations",
    permission="registration.read", answer=RegistrationQueue,
)  # fmt: skip
def registration_queue(call: Call[Any, Any]) -> RegistrationQueue:
    rows = queue_for(call.uow.session, call.actor)
    return RegistrationQueue(items=[RegistrationOut(**_row(row)) for row in rows])


@operation(
    "get", "/registrations/{deal_id:uuid}", summary="One registration with both sides of each match",
    tag="Registrations", permission="registration.read", answer=RegistrationDetail,
)  # fmt: skip
def get_registration(call: Call[Any, Any]) -> Answer:
    return _answer(call, call.path["deal_id"])


@operation(
    "post", "/registrations/{deal_id:uuid}/decisions", summary="Decide about a registration", tag="Registrations",
    permission="registration.decide", body=DecideIn, answer=RegistrationDetail, idempotent=True, versioned=True,
)  # fmt: skip
def decide_registration(call: Call[DecideIn, Any]) -> Answer:
    deal_id: UUID = call.path["deal_id"]
    version = match_version(call.if_match, desk_page(call.uow.session, call.actor, deal_id).row.version)
    said = call.body
    given = (call.uow, call.actor, deal_id, version)
    verbs: dict[str, Any] = {
        "pick_up": lambda: reviewing.pick_up(*given),
        "hand_back": lambda: reviewing.hand_back(*given),
        "return": lambda: reviewing.return_deal(
            *given, reason_code=said.reason, editable=said.editable, words=said.words
        ),
        "approve": lambda: approving.approve(*given, said.words),
        "reject": lambda: rejecting.reject(*given, reason_code=said.reason, words=said.words),
        "conflict": lambda: reviewing.call_conflict(
            *given, deal_ids=said.deal_ids, opportunity_ids=said.opportunity_ids, words=said.inner
        ),
        "team": lambda: team.set_team(
            *given,
            [team.Member(one.partner_id, one.role, one.split_bp) for one in said.team],
            said.words,
            named=said.named,
        ),
        "resolve_approve": lambda: approving.resolve_approve(*given, said.resolve, said.inner),
        "resolve_reject": lambda: rejecting.resolve_reject(
            *given, reason_code=said.reason, resolve_code=said.resolve, words=said.words, inner_words=said.inner
        ),
        "resolve_share": lambda: sharing.resolve_share(
            *given,
            into=said.into or deal_id,
            parts=_parts(said.parts),
            reason_code=said.resolve,
            words=said.words,
            named=said.named,
        ),
        "dismiss_match": lambda: matching.dismiss_match(*given, said.match_id or deal_id, said.words),
        "extension": lambda: extending.decide_extension(*given, granted=said.granted, words=said.words),
        "appeal": lambda: rejecting.decide_appeal(*given, granted=said.granted, words=said.words),
        "revocation": lambda: revoking.decide_revocation(*given, granted=said.granted, words=said.words),
        "ask_revocation": lambda: revoking.ask_revocation(*given, reason_code=said.reason, words=said.words),
    }
    verbs[said.decision]()
    return _answer(call, deal_id)


def _parts(parts: dict[str, int]) -> dict[UUID, int]:
    """By partner; a key that is no id names nobody, which the service refuses with the split."""
    found: dict[UUID, int] = {}
    for key, part in parts.items():
        try:
            found[UUID(key)] = part
        except ValueError:
            found[UUID(int=0)] = part
    return found
