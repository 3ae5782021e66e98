"""More time: the partner asks before the end and shows why; the vendor grants it at most as often as the rules say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealEvidence
from campaigns.deals.policies import policy_of
from campaigns.deals.service.approving import next_warning
from campaigns.deals.service.neutrality import require_neutral
from campaigns.deals.service.requests import answer_request, find_request, open_request
from campaigns.deals.service.steps import (
    Step,
    change,
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


def ask_extension(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, words: str, evidence_ids: Sequence[UUID]
) -> UUID:
    """Ask, with files of the deal as evidence; the request's id.

    `deal.over` once protection has ended, `deal.extensions_used`, `request.open` (conflict); `deal.evidence_needed`
    (invalid) without a file, or with one of another deal or another request.
    """
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    _may_extend(uow, deal)
    said = clean_words(words, needed=True)
    if not evidence_ids:
        raise invalid("deal.evidence_needed", "Add a file that shows why the deal needs more time.")
    request_id = open_request(uow, deal, "extension", said, actor.person_id)
    linked = uow.session.execute(
        update(DealEvidence)
        .where(
            DealEvidence.id.in_(set(evidence_ids)), DealEvidence.deal_id == deal.id, DealEvidence.request_id.is_(None)
        )
        .values(request_id=request_id)
        .returning(DealEvidence.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(linked) != len(set(evidence_ids)):
        raise invalid("deal.evidence_needed", "Add a file that shows why the deal needs more time.")
    change(uow, deal, {})
    number = write_event(
        uow, actor, deal, "extension_asked", words=said, data={"request": str(request_id), "files": len(linked)}
    )
    publish(uow, deal, "extension_asked")
    tell(uow, deal, "extension_asked", number)
    record_audit(uow, actor, deal, "extension_asked", {"request": str(request_id)})
    return request_id


def decide_extension(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, *, granted: bool, words: str = ""
) -> Deal:
    """Answer the open request. Granting adds the policy's days to the present end, if that is still ahead."""
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    person = require_neutral(uow, actor, deal)
    request = find_request(uow, deal, "extension")
    said = clean_words(words)
    if not granted:
        answer_request(uow, request, person, granted=False, answer=said)
        change(uow, deal, {})
        number = write_event(uow, actor, deal, "extension_refused", words=said)
        publish(uow, deal, "extension_refused")
        tell(uow, deal, "extension_refused", number)
        record_audit(uow, actor, deal, "extension_refused")
        return deal
    until = _may_extend(uow, deal)
    policy = policy_of(uow.session, deal)
    later = until + timedelta(days=policy.extension_days)
    answer_request(uow, request, person, granted=True, answer=said)
    move(
        uow, actor, deal, "extend",
        Step(
            values={
                "protected_until": later, "extensions": deal.extensions + 1,
                "warn_at": next_warning(later, uow.now, policy) if deal.state == "approved" else None,
            },
            words=said, kind="extended", letter="extended", data={"until": later.isoformat()},
        ),
        where=(Deal.protected_until > uow.now, Deal.extensions == deal.extensions),
    )  # fmt: skip
    return deal


def _may_extend(uow: UnitOfWork, deal: Deal) -> datetime:
    policy = policy_of(uow.session, deal)
    if deal.state not in ("approved", "converted") or deal.protected_until is None:
        raise stale()
    if deal.protected_until <= uow.now:
        raise DomainError("deal.over", Kind.CONFLICT, "The protection has ended.")
    if deal.extensions >= policy.most_extensions:
        raise DomainError(
            "deal.extensions_used", Kind.CONFLICT, "This deal was extended as often as the rules allow.",
            needed=policy.most_extensions,
        )  # fmt: skip
    return deal.protected_until
