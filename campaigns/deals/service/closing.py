"""How a deal goes on and ends: converted to an opportunity, won, lost, withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.deals.policies import policy_of
from campaigns.deals.rules import LOSS_REASONS
from campaigns.deals.service.clocks import stop_clock
from campaigns.deals.service.progress import refuse_owned
from campaigns.deals.service.requests import drop_requests
from campaigns.deals.service.steps import Step, check_reason, clean_words, expect, load, move, side_of
from renderer.currency import exponent


def convert_deal(
    uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int | None, *, words: str = "", origin: str = ""
) -> Deal:
    """approved → converted: there is an opportunity now, which does not expire. `deal.over` past the protection."""
    deal = _begin(uow, actor, deal_id, version, origin)
    if deal.state == "approved" and deal.protected_until is not None and deal.protected_until <= uow.now:
        raise DomainError("deal.over", Kind.CONFLICT, "The protection has ended.")
    said = clean_words(words)
    step = Step(
        values={"opportunity_at": uow.now, "warn_at": None}, words=said, kind="converted", letter="converted",
        origin=origin,
    )  # fmt: skip
    move(uow, actor, deal, "convert", step, where=(Deal.protected_until > uow.now,))
    return deal


def win_deal(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int | None,
    *,
    amount_minor: int | None = None,
    currency: str = "",
    words: str = "",
    origin: str = "",
) -> Deal:
    """converted → won, for `amount_minor` of the deal's currency or of another; without it for the amount so far."""
    deal = _begin(uow, actor, deal_id, version, origin)
    if amount_minor is not None and not 0 <= amount_minor < 2**53:
        raise invalid("deal.amount", "The amount must not be negative.")
    if currency and exponent(currency) is None:
        raise invalid("deal.currency", "Give the amount's currency, as in EUR.")
    if currency and currency != deal.currency and amount_minor is None:
        raise invalid("deal.currency_alone", "A new currency needs a new amount.")
    won = deal.amount_minor if amount_minor is None else amount_minor
    values: dict[str, Any] = {"closed_at": uow.now, "won_amount_minor": won}
    if currency and currency != deal.currency:
        values |= {"currency": currency, "amount_minor": won}
    step = Step(
        values=values, words=clean_words(words), kind="won", letter="won", origin=origin,
        data={"amount_minor": won, "currency": currency or deal.currency},
    )  # fmt: skip
    move(uow, actor, deal, "win", step)
    drop_requests(uow, deal)
    return deal


def lose_deal(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int | None,
    *,
    reason_code: str,
    words: str = "",
    origin: str = "",
) -> Deal:
    """approved or converted → lost, with a reason of `rules.LOSS_REASONS`."""
    deal = _begin(uow, actor, deal_id, version, origin)
    check_reason(reason_code, LOSS_REASONS)
    said = clean_words(words)
    values = {"closed_at": uow.now, "warn_at": None, "reason_code": reason_code, "reason": said}
    step = Step(values=values, words=said, kind="lost", letter="lost", data={"reason": reason_code}, origin=origin)
    move(uow, actor, deal, "lose", step)
    drop_requests(uow, deal)
    return deal


def withdraw_deal(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, words: str = "") -> Deal:
    """The partner takes its registration back, from any state that is not over."""
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    said = clean_words(words)
    step = Step(values={"closed_at": uow.now, "warn_at": None}, words=said, kind="withdrawn", letter="withdrawn")
    if deal.state == "draft":
        step.letter = ""  # nobody but the partner knew of it
    move(uow, actor, deal, "withdraw", step)
    drop_requests(uow, deal)
    stop_clock(uow, deal.id, policy_of(uow.session, deal))
    return deal


def _begin(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int | None, origin: str) -> Deal:
    side = side_of(actor)
    if side != "system":
        require(actor, "deal.write" if side == "partner" else "registration.decide")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    refuse_owned(deal, origin)
    return deal
