"""Recording what became of claimed deliveries: sent, back to due, bounced, unknown; the next step with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from campaigns.audience.models import Contact
from campaigns.audience.service.suppressing import suppress_key
from campaigns.core.ports import SendResult
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.sequences.models import Delivery
from campaigns.sequences.rules import SOFT_BOUNCES, SOFT_WINDOW, back_off, refusal
from campaigns.sequences.service.claiming import Claimed
from campaigns.sequences.service.leaving import end_enrolments, exit_everywhere, next_deliveries
from campaigns.sequences.service.settings import SendSettings
from campaigns.tracking.service import Touched, record_deliveries

MOST_REPLY = 500
NOT_COMPOSED = "not_composed"  # no mail could be made of the contact's data; no server was asked


def record_results(
    uow: UnitOfWork, settings: SendSettings, claimed: Sequence[Claimed], results: Sequence[SendResult]
) -> dict[str, int]:
    """Write one result per claimed delivery. Returns how many became what (`lost` if the lease went elsewhere)."""
    outcome: dict[str, int] = {}
    sent: list[Claimed] = []
    for one, result in zip(claimed, results, strict=True):
        became = _record(uow, settings, one, result)
        outcome[became] = outcome.get(became, 0) + 1
        if became == "sent":
            sent.append(one)
    after_sent(uow, sent, uow.now)
    return outcome


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


def _record(uow: UnitOfWork, settings: SendSettings, one: Claimed, result: SendResult) -> str:
    if result.outcome == "sent":
        return _set(uow, one, result, state="sent", sent_at=uow.now)
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
    return _set(uow, one, result, state="due", due_at=uow.now + wait)


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
    """5.1.1 suppresses now, others after two within 30 days; 5.7.x is about the sender and suppresses nobody."""
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
                Delivery.created_at >= uow.now - SOFT_WINDOW,
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
