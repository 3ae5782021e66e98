"""What marketing cost and what part of revenue is margin, as people write them: with who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.core.ids import new_id
from campaigns.core.money import Money
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import ProductLine
from campaigns.launches.models import Launch
from campaigns.partners.models import Membership, Partner, Person
from campaigns.reports.models import MarginShare, MarketingCost

SHOWN = 500


@dataclass(frozen=True, slots=True)
class CostForm:
    """A cost: of a launch (whose partner it then is), of a partner, or of neither."""

    activity: str
    incurred_on: date
    amount_minor: int
    currency: str
    launch_id: UUID | None = None
    partner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CostRow:
    """A cost with who wrote it and when."""

    id: UUID
    activity: str
    incurred_on: date
    amount_minor: int
    currency: str
    launch_id: UUID | None
    launch: str
    partner_id: UUID | None
    partner: str
    made_by: str
    created_at: datetime
    removed: bool


@dataclass(frozen=True, slots=True)
class MarginRow:
    """A margin share in hundredths of a percent, from a day on; `product` "" is the whole programme."""

    id: UUID
    product: str
    share_bp: int
    starts_on: date
    made_by: str
    created_at: datetime


def costs(session: Session, actor: Actor, *, removed: bool = False) -> list[CostRow]:
    """The programme's costs, the latest first."""
    require(actor, "report.read")
    query = (
        select(
            MarketingCost.id, MarketingCost.activity, MarketingCost.incurred_on, MarketingCost.amount_minor,
            MarketingCost.currency, MarketingCost.launch_id, func.coalesce(Launch.slug, ""),
            MarketingCost.partner_id, func.coalesce(Partner.name, ""), func.coalesce(Person.name, ""),
            MarketingCost.created_at, MarketingCost.removed_at.is_not(None),
        )
        .outerjoin(Launch, Launch.id == MarketingCost.launch_id)
        .outerjoin(Partner, Partner.id == MarketingCost.partner_id)
        .outerjoin(Person, Person.id == MarketingCost.made_by)
        .where(MarketingCost.programme_id == programme_of(actor))
        .order_by(MarketingCost.incurred_on.desc(), MarketingCost.created_at.desc(), MarketingCost.id)
        .limit(SHOWN)
    )  # fmt: skip
    query = query if removed else query.where(MarketingCost.removed_at.is_(None))
    return [CostRow(*row) for row in session.execute(query)]


def add_cost(uow: UnitOfWork, actor: Actor, form: CostForm) -> UUID:
    """Write a cost down. Raises `cost.activity`, `cost.amount`, `money.*`, `launch.not_found`, `partner.not_found`."""
    require(actor, "report.set")
    programme_id = programme_of(actor)
    activity, amount = one_line(form.activity), Money(form.amount_minor, form.currency)
    if not 0 < len(activity) <= 120:
        raise invalid("cost.activity", "Say in 1 to 120 characters what it was for.")
    if amount.amount_minor <= 0:
        raise invalid("cost.amount", "A cost is above zero.")
    partner_id = form.partner_id
    if form.launch_id is not None:
        own = select(Launch.partner_id).where(Launch.id == form.launch_id, Launch.programme_id == programme_id)
        partner_id = must_exist(uow.session.scalars(own).one_or_none(), "launch")
    elif partner_id is not None:
        mine = Membership.programme_id == programme_id, Membership.partner_id == partner_id
        must_exist(uow.session.scalars(select(Membership.id).where(*mine)).one_or_none(), "partner")
    row = MarketingCost(
        id=new_id(), created_at=uow.now, programme_id=programme_id, partner_id=partner_id, launch_id=form.launch_id,
        activity=activity, incurred_on=form.incurred_on, amount_minor=amount.amount_minor, currency=amount.currency,
        made_by=actor.person_id,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, actor, "cost.add", "marketing_cost", row.id, {"activity": activity, **amount.as_json()})
    return row.id


def _cost(uow: UnitOfWork, actor: Actor, cost_id: UUID) -> MarketingCost:
    require(actor, "report.set")
    mine = select(MarketingCost).where(MarketingCost.id == cost_id, MarketingCost.programme_id == programme_of(actor))
    return must_exist(uow.session.scalars(mine.with_for_update()).one_or_none(), "cost")  # type: ignore[no-any-return]


def remove_cost(uow: UnitOfWork, actor: Actor, cost_id: UUID) -> None:
    """It was no cost; the row stays with who said so."""
    row = _cost(uow, actor, cost_id)
    if row.removed_at is None:
        row.removed_at, row.removed_by = uow.now, actor.person_id
        audit.record(uow, actor, "cost.remove", "marketing_cost", row.id)


def restore_cost(uow: UnitOfWork, actor: Actor, cost_id: UUID) -> None:
    """It was one after all."""
    row = _cost(uow, actor, cost_id)
    if row.removed_at is not None:
        row.removed_at, row.removed_by = None, None
        audit.record(uow, actor, "cost.restore", "marketing_cost", row.id)


def margins(session: Session, actor: Actor) -> list[MarginRow]:
    """Every margin share ever written, the newest first."""
    require(actor, "report.read")
    query = (
        select(
            MarginShare.id, MarginShare.product_line, MarginShare.share_bp, MarginShare.starts_on,
            func.coalesce(Person.name, ""), MarginShare.created_at,
        )
        .outerjoin(Person, Person.id == MarginShare.made_by)
        .where(MarginShare.programme_id == programme_of(actor))
        .order_by(MarginShare.starts_on.desc(), MarginShare.created_at.desc(), MarginShare.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return [MarginRow(*row) for row in session.execute(query)]


def set_margin(uow: UnitOfWork, actor: Actor, *, product: str, share_bp: int, starts_on: date) -> UUID:
    """What part of a product line's revenue is margin from a day on; "" for the programme. Raises `margin.share`,
    `target.product`. A later row of the same day wins."""
    require(actor, "report.set")
    programme_id = programme_of(actor)
    if not 0 <= share_bp <= 10_000:
        raise invalid("margin.share", "A margin is from 0 to 100 percent.")
    known = ProductLine.programme_id == programme_id, ProductLine.code == product
    if product and uow.session.scalars(select(ProductLine.id).where(*known)).one_or_none() is None:
        raise invalid("target.product", "The programme has no product line of this code.", given=product[:80])
    row = MarginShare(
        id=new_id(), created_at=uow.now, programme_id=programme_id, product_line=product, share_bp=share_bp,
        starts_on=starts_on, made_by=actor.person_id,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    told = {"product": product, "share_bp": share_bp, "starts_on": starts_on.isoformat()}
    audit.record(uow, actor, "margin.set", "margin_share", row.id, told)
    return row.id
