"""The rules of registration: what holds, a dry run over history, a new version."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.v1.deal_shapes import match_version, plain
from app.api.values import Text
from campaigns.deals.queries.rules import policy_page
from campaigns.deals.service.policies import publish_policy
from campaigns.deals.service.trying import try_policy


class PolicyOut(Shape):
    """The newest rules; `number` 0: the usual ones, nothing was published."""

    number: int
    data: dict[str, Any]


class RulesIn(Body):
    """The whole rules; members left out have their usual values. Every problem is named at once."""

    data: dict[str, Any]
    note: Annotated[Text, Field(max_length=500)] = ""


class TriedOut(Shape):
    """A registration that would have gone otherwise."""

    deal_id: UUID
    reference: str
    state: str
    before: str
    after: str
    route_before: str
    route_after: str
    approvals_before: int
    approvals_after: int
    late_before: bool
    late_after: bool
    lapsed_before: bool
    lapsed_after: bool


class DryRunOut(Shape):
    """Counts over the newest registrations, at most 5,000, and those that would have gone otherwise."""

    deals: int
    before: dict[str, int]
    after: dict[str, int]
    late_before: int
    late_after: int
    lapsed_before: int
    lapsed_after: int
    differing: list[TriedOut]


def _now(call: Call[Any, Any]) -> Answer:
    page = policy_page(call.uow.session, call.actor)
    return Answer(PolicyOut(number=page.number, data=page.data), version=page.number)


@operation(
    "get", "/deal-policy", summary="The rules that hold", tag="Registrations", permission="registration.read",
    answer=PolicyOut,
)  # fmt: skip
def get_deal_policy(call: Call[Any, Any]) -> Answer:
    return _now(call)


@operation(
    "post", "/deal-policy/try", summary="Run rules over past registrations; nothing is written",
    tag="Registrations", permission="policy.write", body=RulesIn, answer=DryRunOut,
)  # fmt: skip
def try_deal_policy(call: Call[RulesIn, Any]) -> DryRunOut:
    run = try_policy(call.uow.session, call.actor, call.body.data, call.uow.now)
    counts = {
        name: getattr(run, name) for name in DryRunOut.model_fields if name not in ("differing", "before", "after")
    }
    return DryRunOut(
        before=dict(run.before),
        after=dict(run.after),
        differing=[plain(TriedOut, one) for one in run.differing],
        **counts,
    )


@operation(
    "put", "/deal-policy", summary="Publish the next version", tag="Registrations", permission="policy.write",
    body=RulesIn, answer=PolicyOut, versioned=True,
)  # fmt: skip
def put_deal_policy(call: Call[RulesIn, Any]) -> Answer:
    present = policy_page(call.uow.session, call.actor).number
    after = match_version(call.if_match, present)
    publish_policy(call.uow, call.actor, call.body.data, after=after, note=call.body.note)
    return _now(call)
