"""Saying no with a reason, and the one appeal, which another person decides."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealEvent
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import REJECT_REASONS, RESOLVE_REASONS
from campaigns.deals.service.approving import rival_partners
from campaigns.deals.service.clocks import restart_clock, stop_clock
from campaigns.deals.service.neutrality import require_neutral, require_route
from campaigns.deals.service.requests import answer_request, count_requests, find_request, open_request
from campaigns.deals.service.steps import (
    Step,
    change,
    check_reason,
    clean_words,
    expect,
    load,
    move,
    publish,
    record_audit,
    stale,
    tell,
    write_event,
)


def reject(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, *, reason_code: str, words: str = "") -> Deal:
    """under_review → rejected. The partner reads the reason's sentence, the same whoever else is concerned."""
    return _no(uow, actor, deal_id, version, "reject", reason_code, words, {})


def resolve_reject(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    *,
    reason_code: str,
    resolve_code: str,
    words: str = "",
    inner_words: str = "",
) -> Deal:
    """in_conflict → rejected. `reason_code` and `words` are for the partner, the two others for the vendor alone."""
    check_reason(resolve_code, RESOLVE_REASONS)
    deal = _no(uow, actor, deal_id, version, "resolve_reject", reason_code, words, {})
    write_event(
        uow, actor, deal, "resolved", sight="vendor", words=clean_words(inner_words), data={"reason": resolve_code}
    )
    return deal


def _no(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    name: str,
    reason_code: str,
    words: str,
    data: dict[str, str],
) -> Deal:
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    person = require_neutral(uow, actor, deal, rivals=rival_partners(uow, deal))
    require_route(uow, actor, deal)
    check_reason(reason_code, REJECT_REASONS)
    said = clean_words(words)
    policy = policy_of(uow.session, deal)
    until = uow.now + timedelta(days=policy.appeal_days)
    move(
        uow, actor, deal, name,
        Step(
            values={"decided_at": uow.now, "decided_by": person, "reason_code": reason_code, "reason": said},
            words=said, kind="rejected", letter="rejected",
            data={"reason": reason_code, "appeal_until": until.isoformat(), **data},
        ),
    )  # fmt: skip
    stop_clock(uow, deal.id, policy)
    return deal


def ask_appeal(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, words: str) -> UUID:
    """The partner asks once for another person to look; the request's id.

    `deal.appeal_used`, `deal.appeal_late` (conflict).
    """
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    if deal.state != "rejected" or deal.decided_at is None:
        raise stale()
    said = clean_words(words, needed=True)
    if count_requests(uow, deal, "appeal"):
        raise DomainError("deal.appeal_used", Kind.CONFLICT, "A decision can be appealed against once.")
    days = policy_of(uow.session, deal).appeal_days
    if uow.now > deal.decided_at + timedelta(days=days):
        raise DomainError("deal.appeal_late", Kind.CONFLICT, "The time to appeal is over.", needed=days)
    request_id = open_request(uow, deal, "appeal", said, actor.person_id)
    change(uow, deal, {})
    number = write_event(uow, actor, deal, "appealed", words=said, data={"request": str(request_id)})
    publish(uow, deal, "appealed")
    tell(uow, deal, "appealed", number)
    record_audit(uow, actor, deal, "appeal", {"request": str(request_id)})
    return request_id


def decide_appeal(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, *, granted: bool, words: str = ""
) -> Deal:
    """Grant it (back under review, by this person) or refuse it. `deal.same_reviewer` (forbidden) for whoever took
    part in the decision."""
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    person = require_neutral(uow, actor, deal, rivals=rival_partners(uow, deal))
    request = find_request(uow, deal, "appeal")
    if deal.state != "rejected":
        raise stale()
    if person in _deciders(uow, deal):
        raise DomainError("deal.same_reviewer", Kind.FORBIDDEN, "Another person than before decides about an appeal.")
    said = clean_words(words)
    answer_request(uow, request, person, granted=granted, answer=said)
    if not granted:
        change(uow, deal, {})
        number = write_event(uow, actor, deal, "appeal_refused", words=said)
        publish(uow, deal, "appeal_refused")
        tell(uow, deal, "appeal_refused", number)
        record_audit(uow, actor, deal, "appeal_refused")
        return deal
    values = {"reviewer_id": person, "decided_at": None, "decided_by": None, "reason_code": "", "reason": ""}
    move(uow, actor, deal, "reopen", Step(values=values, words=said, kind="reopened", letter="reopened"))
    restart_clock(uow, deal.id, policy_of(uow.session, deal))
    return deal


def _deciders(uow: UnitOfWork, deal: Deal) -> set[UUID | None]:
    """Everybody of the vendor who took a step in the deal so far."""
    return {
        deal.decided_by,
        deal.reviewer_id,
        *uow.session.scalars(
            select(DealEvent.person_id).where(
                DealEvent.deal_id == deal.id,
                DealEvent.by_side == "vendor",
                DealEvent.kind.in_(("pick_up", "approval", "rejected", "returned", "conflict")),
            )
        ),
    } - {None}
