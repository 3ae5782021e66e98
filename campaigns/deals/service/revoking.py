"""Taking protection away: one person of the vendor asks with a reason, another one confirms."""

from __future__ import annotations

from uuid import UUID

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import PROTECTED, REVOKE_REASONS
from campaigns.deals.service.clocks import stop_clock
from campaigns.deals.service.neutrality import require_neutral
from campaigns.deals.service.requests import answer_request, drop_requests, find_request, open_request
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


def ask_revocation(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, *, reason_code: str, words: str) -> UUID:
    """The first person; the partner reads nothing of it yet. The request's id."""
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    person = require_neutral(uow, actor, deal)
    check_reason(reason_code, REVOKE_REASONS)
    if deal.state not in PROTECTED:
        raise stale()
    said = clean_words(words, needed=True)
    request_id = open_request(uow, deal, "revocation", f"{reason_code}\n{said}", person)
    change(uow, deal, {}, seen=False)
    data = {"request": str(request_id), "reason": reason_code}
    number = write_event(uow, actor, deal, "revocation_asked", sight="vendor", words=said, data=data)
    publish(uow, deal, "revocation_asked", seen=False)
    tell(uow, deal, "revocation_asked", number)
    record_audit(uow, actor, deal, "revocation_asked", data)
    return request_id


def decide_revocation(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, *, granted: bool, words: str = ""
) -> Deal:
    """The second person confirms (→ revoked) or refuses. `deal.second_person` (forbidden) for the one who asked.

    The partner reads the reason of whoever asked.
    """
    require(actor, "registration.decide")
    deal = load(uow, actor, deal_id, lock=True)
    expect(deal, actor, version)
    person = require_neutral(uow, actor, deal)
    request = find_request(uow, deal, "revocation")
    if request.asked_by == person:
        raise DomainError("deal.second_person", Kind.FORBIDDEN, "Another person than the one who asked confirms this.")
    inner = clean_words(words)
    answer_request(uow, request, person, granted=granted, answer=inner)
    if not granted:
        change(uow, deal, {}, seen=False)
        write_event(uow, actor, deal, "revocation_refused", sight="vendor", words=inner)
        record_audit(uow, actor, deal, "revocation_refused")
        return deal
    reason_code, _, said = request.reason.partition("\n")
    move(
        uow, actor, deal, "revoke",
        Step(
            values={
                "closed_at": uow.now, "warn_at": None, "decided_by": person, "decided_at": uow.now,
                "reason_code": reason_code, "reason": said,
            },
            words=said, kind="revoked", letter="revoked", data={"reason": reason_code},
        ),
    )  # fmt: skip
    drop_requests(uow, deal)
    stop_clock(uow, deal.id, policy_of(uow.session, deal))
    return deal
