"""Recording what became of claimed deliveries: sent, back to due, bounced, unknown; the next step with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from campaigns.audience.models import Contact
from campaigns.audience.service.suppressing import suppress_key
from campaigns.core.ports import SendResult
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.launches.service import hold_launch
from campaigns.sequences.models import Delivery
from campaigns.sequences.rules import MOST_ATTEMPTS, SOFT_BOUNCES, SOFT_WINDOW, back_off, refusal
from campaigns.sequences.service.claiming import Claimed
from campaigns.sequences.service.leaving import end_enrolments, exit_everywhere, next_deliveries
from campaigns.sequences.service.settings import SendSettings
from campaigns.tracking.service import Touched, record_deliveries

MOST_REPLY = 500
NOT_COMPOSED = "not_composed"  # no mail could be made of the contact's data; no server was asked


def record_results(
    uow: UnitOfWork, settings: SendSettings, claimed: Sequence[Claimed], results: Sequence[SendResult]
) -> dict[str, int]:
    """Write one result per claimed delivery of one launch. Returns how many became what (`lost`: the lease went).

    The launch is locked first: a cancel waits for us, or we see it and nothing becomes due again. Addresses are
    gone through in one order, so that two processes that suppress the same ones do not wait for each other.
    """
    if not claimed:
        return {}
    outcome: dict[str, int] = {}
    sent: list[Claimed] = []
    blocked = [result for result in results if _by_policy(result)]
    batch = Batch(
        cancelled=launch_standing(uow, claimed[0].launch_id, to_move=bool(blocked)) == "cancelled",
        some_sent=any(result.outcome == "sent" for result in results),
    )
    for one, result in sorted(zip(claimed, results, strict=True), key=lambda pair: pair[0].email_key):
        became = _record(uow, settings, one, result, batch)
        outcome[became] = outcome.get(became, 0) + 1
        if became == "sent":
            sent.append(one)
    after_sent(uow, sent, uow.now)
    if batch.hold:
        hold_launch(uow, claimed[0].launch_id, held_by_policy(blocked[0]))
    return outcome


@dataclass(slots=True)
class Batch:
    """What the results of a batch mean for each other. `hold` is set when the launch must be paused."""

    cancelled: bool
    some_sent: bool
    hold: bool = False


def launch_standing(uow: UnitOfWork, launch_id: UUID, *, to_move: bool = False) -> str:
    """The launch's state, which nobody changes until this transaction ends; `to_move` if we may change it."""
    query = select(Launch.state).where(Launch.id == launch_id)
    return uow.session.execute(query.with_for_update(key_share=to_move, read=not to_move)).scalar_one()


def held_by_policy(result: SendResult) -> dict[str, Any]:
    """Why a launch was paused, for its page (`Launch.failure`)."""
    return {
        "code": "send.refused_by_policy",
        "message": "A mail server refuses mail from this sender.",
        "reply": f"{result.code} {result.reply}"[:MOST_REPLY],
    }


def _by_policy(result: SendResult) -> bool:
    return result.outcome == "refused" and bool(result.code) and refusal(result.reply) == "policy"


def after_sent(uow: UnitOfWork, sent: Sequence[Claimed], at: datetime) -> None:
    """What a sent mail brings in the same transaction: its touchpoint and the next step."""
    record_deliveries(
        uow.session,
        [
            Touched(
                launch_id=one.launch_id,
                programme_id=one.programme_id,
                partner_id=one.partner_id,
                delivery_id=one.id,
                contact_id=one.contact_id,
                asset_id=one.asset_id,
                step_id=one.step_id,
                locale=one.locale,
                sent_at=at,
            )
            for one in sent
        ],
    )
    next_deliveries(uow, [one.id for one in sent], at)


def _record(uow: UnitOfWork, settings: SendSettings, one: Claimed, result: SendResult, batch: Batch) -> str:
    if result.outcome == "sent":
        return _set(uow, one, result, state="sent", sent_at=uow.now)
    if _by_policy(result) and not _stubborn(one, batch):
        batch.hold = True  # it is about the sender: the contact stays due, the launch is paused
        return _again(uow, one, result, batch, uow.now, "policy")
    if result.outcome == "refused":
        reason = refusal(result.reply) if result.code else NOT_COMPOSED
        became = _set(uow, one, result, state="bounced", reason=reason)
        if became == "bounced":
            _bounced(uow, one, result)
        return became
    if result.outcome == "unknown" and settings.send_policy != "at_least_once":
        became = _set(uow, one, result, state="unknown", reason="no_answer")
        if became == "unknown":
            end_enrolments(uow, [one.enrolment_id], "unknown")
        return became
    wait = back_off(one.attempts)
    if wait is None:
        became = _set(uow, one, result, state="bounced", reason="deferred_too_long")
        if became == "bounced":
            end_enrolments(uow, [one.enrolment_id], "bounce")
        return became
    return _again(uow, one, result, batch, uow.now + wait)


def _again(
    uow: UnitOfWork, one: Claimed, result: SendResult, batch: Batch, at: datetime, reason: str | None = None
) -> str:
    """Due once more, unless the launch was cancelled while the message was in our hands."""
    if batch.cancelled:
        return _set(uow, one, result, state="cancelled", reason="launch_cancelled")
    return _set(uow, one, result, state="due", due_at=at, reason=reason)


def _stubborn(one: Claimed, batch: Batch) -> bool:
    """Refused by policy before, while others of the batch were taken: this recipient's server, not our sender."""
    return (one.attempts > 1 and batch.some_sent) or one.attempts >= MOST_ATTEMPTS


def _set(uow: UnitOfWork, one: Claimed, result: SendResult, **values: Any) -> str:
    """Write it if the lease is still ours; a delivery meanwhile marked unknown is told what truly happened."""
    row = uow.session.execute(
        update(Delivery)
        .where(
            Delivery.id == one.id,
            Delivery.lease_token == one.lease_token,
            Delivery.state.in_(("claimed", "unknown")),
        )
        .values(
            lease_until=None,
            reply_code=result.code,
            reply=result.reply[:MOST_REPLY],
            **{"reason": None} | values,
        )
        .returning(Delivery.state)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return row or "lost"


def _bounced(uow: UnitOfWork, one: Claimed, result: SendResult) -> None:
    """5.1.1 suppresses now, others after two within 30 days; 5.7.x suppresses nobody."""
    if not result.code:
        end_enrolments(uow, [one.enrolment_id], NOT_COMPOSED)
        return
    kind = refusal(result.reply)
    if kind == "other":
        recent = uow.session.execute(
            select(func.count())
            .select_from(Delivery)
            .join(Contact, Contact.id == Delivery.contact_id)
            .where(
                Contact.email_key == one.email_key,
                Delivery.partner_id == one.partner_id,
                Delivery.state == "bounced",
                Delivery.reason == "other",
                Delivery.due_at >= uow.now - SOFT_WINDOW,  # when it went out, which may be long after it was planned
            )
        ).scalar_one()
        if recent < SOFT_BOUNCES:
            end_enrolments(uow, [one.enrolment_id], "bounce")
            return
    if kind == "policy":
        end_enrolments(uow, [one.enrolment_id], "refused")
        return
    suppress_key(
        uow,
        one.email_key,
        partner_id=one.partner_id,
        programme_id=one.programme_id,
        reason="bounce",
        source=f"delivery:{one.id}",
    )
    exit_everywhere(uow, "bounce", [one.contact_id])
