"""What a CRM may do to a deal, by the deals' own use cases: stage, amount, close date, won, lost; the one place."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import SYSTEM
from campaigns.core.errors import invalid
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals import service as deals
from campaigns.deals.models import Deal
from campaigns.deals.rules import LOSS_REASONS
from campaigns.deals.service.steps import change as change_row
from campaigns.deals.service.steps import lock_deals, record_audit
from campaigns.integrations.canonical import Change, read_amount


def find_deal(uow: UnitOfWork, programme_id: UUID, change: Change) -> UUID:
    """The deal that `deal` names by id or reference; `deal.not_found`, also for a draft and another programme's."""
    named = change.text("deal", 80)
    if not named:
        raise invalid("change.unlinked", "This record is not linked yet: name the deal once, by id or reference.")
    query = select(Deal.id).where(Deal.programme_id == programme_id, Deal.submitted_at.is_not(None))
    try:
        query = query.where(Deal.id == UUID(named))
    except ValueError:
        query = query.where(Deal.reference == named.upper())
    return must_exist(uow.session.scalar(query), "deal")  # type: ignore[no-any-return]


def apply_to_deal(uow: UnitOfWork, system: str, change: Change, deal_id: UUID) -> bool:
    """Carry the change out; False for an echo, which changes nothing. The first system that changes a deal owns its
    stage and amount from then on."""
    deal = lock_deals(uow, [deal_id])[deal_id]
    amount, currency = read_amount(change, deal.currency)
    if _is_echo(change, deal, amount, currency):
        return False
    if not deal.owner_system:
        change_row(uow, deal, {"owner_system": system})
        record_audit(uow, SYSTEM, deal, "owned", {"system": system})
    if change.type in ("deal.won", "deal.lost"):
        _close(uow, system, change, deal, amount, currency)
        return True
    if change.type == "deal.amount" and amount is None:
        raise invalid("change.member", "amount is needed.", member="amount")
    if change.type == "deal.stage" and not change.text("stage", 80):
        raise invalid("change.member", "stage is needed.", member="stage")
    _progress(uow, system, change, deal, amount, currency)
    return True


def _is_echo(change: Change, deal: Deal, amount: int | None, currency: str | None) -> bool:
    """Whether a system tells back what it was told: the state, stage, amount and day are those that stand here."""
    if change.type in ("deal.won", "deal.lost"):
        if deal.state != change.type.removeprefix("deal."):
            return False
        return amount is None or (amount, currency or deal.currency) == (deal.won_amount_minor, deal.currency)
    said = [
        (change.text("stage", 80) or None, deal.stage), (change.text("next_step") or None, deal.next_step),
        (amount, deal.amount_minor), (currency, deal.currency), (change.day("close_on"), deal.close_on),
    ]  # fmt: skip
    told = [(value, present) for value, present in said if value is not None]
    return bool(told) and all(value == present for value, present in told)


def _progress(
    uow: UnitOfWork, system: str, change: Change, deal: Deal, amount: int | None, currency: str | None
) -> None:
    progress = deals.Progress(
        stage=change.text("stage", 80) or None,
        next_step=change.text("next_step") or None,
        amount_minor=amount,
        currency=currency,
        close_on=change.day("close_on"),
    )
    deals.update_progress(uow, SYSTEM, deal.id, None, progress, origin=system)


def _close(uow: UnitOfWork, system: str, change: Change, deal: Deal, amount: int | None, currency: str | None) -> None:
    note = change.text("note", 2000)
    if change.type == "deal.lost":
        reason = change.text("loss_reason", 40) or "other"
        reason = reason if reason in LOSS_REASONS else "other"
        deals.lose_deal(uow, SYSTEM, deal.id, None, reason_code=reason, words=note, origin=system)
        return
    if deal.state == "approved":
        deals.convert_deal(uow, SYSTEM, deal.id, None, origin=system)
    deals.win_deal(uow, SYSTEM, deal.id, None, amount_minor=amount, currency=currency or "", words=note, origin=system)
