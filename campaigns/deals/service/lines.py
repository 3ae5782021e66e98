"""The products of a deal, each with an amount in a currency of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealLine
from campaigns.deals.service.progress import refuse_owned
from campaigns.deals.service.steps import (
    change,
    expect,
    load,
    publish,
    record_audit,
    side_of,
    stale,
    write_event,
)
from renderer.currency import exponent

MOST = 100


@dataclass(frozen=True, slots=True)
class LineForm:
    """A product: the amount is that of the whole line, in minor units of `currency`."""

    product: str
    quantity: int
    amount_minor: int
    currency: str


def line_problems(lines: Sequence[LineForm]) -> list[Problem]:
    """Everything wrong with the lines, each problem with its line's number from 1."""
    if len(lines) > MOST:
        return [Problem("deal.lines", f"A deal has at most {MOST} lines.", slot="lines", params={"needed": MOST})]
    found = []
    for number, line in enumerate(lines, 1):
        if not 0 < len(one_line(line.product)) <= 200:
            found.append(Problem("deal.line_product", "Name the product.", slot="product", line=number))
        if not 0 < line.quantity <= 10_000_000:
            found.append(Problem("deal.line_quantity", "The quantity begins at one.", slot="quantity", line=number))
        if not 0 <= line.amount_minor < 2**53:
            found.append(Problem("deal.amount", "The amount must not be negative.", slot="amount", line=number))
        if exponent(line.currency) is None:
            found.append(
                Problem("deal.currency", "Give the amount's currency, as in EUR.", slot="currency", line=number)
            )
    return found


def set_lines(uow: UnitOfWork, actor: Actor, deal_id: UUID, version: int, lines: Sequence[LineForm]) -> Deal:
    """Replace the lines: of a draft by the partner, of a protected deal by both sides; visible at once.

    A returned deal's lines go with `resubmit_deal`. `deal.invalid` with every problem; `deal.field_owned`.
    """
    require(actor, "deal.write" if side_of(actor) == "partner" else "registration.decide")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    if deal.state not in ("draft", "approved", "converted"):
        raise stale()
    refuse_owned(deal, "")
    change(uow, deal, {})
    write_lines(uow, deal, lines)
    if deal.state != "draft":
        write_event(uow, actor, deal, "lines", data={"lines": len(lines)})
        publish(uow, deal, "changed", data={"changed": ["lines"]})
    record_audit(uow, actor, deal, "lines", {"lines": len(lines)})
    return deal


def write_lines(uow: UnitOfWork, deal: Deal, lines: Sequence[LineForm]) -> None:
    """The rows behind it; the caller holds the deal."""
    raise_if_any("deal.invalid", "Please look at the marked fields.", line_problems(lines))
    uow.session.execute(
        delete(DealLine).where(DealLine.deal_id == deal.id).execution_options(synchronize_session=False)
    )
    uow.session.add_all(
        DealLine(
            id=new_id(), created_at=uow.now, deal_id=deal.id, place=place, product=one_line(line.product),
            quantity=line.quantity, amount_minor=line.amount_minor, currency=line.currency,
        )
        for place, line in enumerate(lines, 1)
    )  # fmt: skip
    uow.session.flush()


def same_lines(uow: UnitOfWork, deal_id: UUID, lines: Sequence[LineForm]) -> bool:
    """Whether the deal has exactly these lines."""
    rows = uow.session.execute(
        select(DealLine.product, DealLine.quantity, DealLine.amount_minor, DealLine.currency)
        .where(DealLine.deal_id == deal_id)
        .order_by(DealLine.place)
    )
    return [tuple(row) for row in rows] == [
        (one_line(one.product), one.quantity, one.amount_minor, one.currency) for one in lines
    ]


def totals(lines: Sequence[LineForm]) -> dict[str, int]:
    """Minor units by currency; never added across currencies."""
    found: dict[str, int] = {}
    for line in lines:
        if exponent(line.currency) is None:
            raise invalid("deal.currency", "Give the amount's currency, as in EUR.")
        found[line.currency] = found.get(line.currency, 0) + line.amount_minor
    return found
