"""A handful of deals of the demo in several states, a conflict for the reviewer among them; made once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app.demo.plan import DemoPlan
from app.demo.seed import partner_actor
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import DealForm
from campaigns.deals.models import Deal, ProductLine
from campaigns.deals.service.approving import approve
from campaigns.deals.service.closing import convert_deal
from campaigns.deals.service.drafting import DealRef
from campaigns.deals.service.policies import add_product_line, publish_policy
from campaigns.deals.service.progress import Progress, update_progress
from campaigns.deals.service.reviewing import pick_up, return_deal
from campaigns.deals.service.submitting import register_deal
from campaigns.partners.models import Grant, Partner, Programme

PRODUCTS = (("heat-pumps", "Heat pumps"), ("controls", "Controls"))
RULES = {"review_hours": 16, "protection_days": 120, "words": "Register early; we answer within two working days."}
HOTEL = ("Castellane Hotels", "FR", "https://www.castellane-hotels.example", "Luc Castellane", 18_400_000)
BATHS = ("Stadtbad Lindenau GmbH", "DE", "https://www.stadtbad-lindenau.example", "Petra Voss", 9_250_000)
CLINIC = ("Clínica Ribera", "ES", "https://www.clinicaribera.example", "Marta Gil", 6_400_000)
SCHOOL = ("Northfield Schools Trust", "GB", "https://www.northfield-trust.example", "Owen Hale", 12_100_000)

# a number with valid digits: two partners who give it meet in a conflict
NUMBERS = {HOTEL[0]: "732 829 320"}


def seed_deals(container: Container, plan: DemoPlan) -> int:
    """Deals with the first vendor by up to three partners; how many were made. Twice is once."""
    with container.uow() as uow:
        programme_id = uow.session.scalars(select(Programme.id).where(Programme.slug == plan.vendors[0].slug)).one()
        if uow.session.scalar(select(ProductLine.id).where(ProductLine.programme_id == programme_id).limit(1)):
            return 0
        reviewer = reviewer_of(uow, programme_id)
        for code, name in PRODUCTS:
            add_product_line(uow, reviewer, code, name)
        publish_policy(uow, reviewer, RULES, after=0, note="The first rules")
        partners = [_partner(uow, one.slug, one.locales[0]) for one in plan.partners]
        first, second, third = partners[0], partners[1 % len(partners)], partners[-1]
        won = _register(uow, first, programme_id, SCHOOL)
        _approve(uow, reviewer, won)
        convert_deal(uow, first, won.id, None)
        held = _register(uow, first, programme_id, HOTEL)
        _approve(uow, reviewer, held)
        step = Progress(stage="Offer", next_step="Visit the three houses", next_step_on=_day(uow, 9))
        update_progress(uow, first, held.id, None, step)
        _register(uow, second, programme_id, HOTEL)
        asked = _register(uow, first, programme_id, BATHS)
        version = pick_up(uow, reviewer, asked.id, _version(uow, asked)).version
        return_deal(
            uow, reviewer, asked.id, version, reason_code="amount_unclear", editable=["amount", "note"],
            words="Is the amount for both pools?",
        )  # fmt: skip
        _register(uow, third, programme_id, CLINIC)
    return 5


def _day(uow: UnitOfWork, days: int) -> date:
    return uow.now.date() + timedelta(days=days)


def reviewer_of(uow: UnitOfWork, programme_id: UUID) -> Actor:
    """The vendor's first administrator."""
    person = uow.session.scalars(
        select(Grant.person_id).where(Grant.programme_id == programme_id, Grant.role == "admin").order_by(Grant.id)
    ).first()
    return Actor(kind="person", role=Role.ADMIN, person_id=person, programme_id=programme_id, name="Demo")


def _partner(uow: UnitOfWork, slug: str, locale: str) -> Actor:
    return partner_actor(uow.session.scalars(select(Partner.id).where(Partner.slug == slug)).one(), locale)


def _register(uow: UnitOfWork, partner: Actor, programme_id: UUID, company: tuple[str, str, str, str, int]) -> DealRef:
    name, country, website, contact, amount = company
    form = DealForm(
        company_name=name, country=country, website=website, contact_name=contact,
        registry_id=NUMBERS.get(name, ""),
        contact_email=f"office@{website.removeprefix('https://www.')}", product_line=PRODUCTS[0][0],
        amount_minor=amount, currency="EUR", close_on=uow.now.date() + timedelta(days=100),
    )  # fmt: skip
    return register_deal(uow, partner, programme_id, str(new_id()), form, source="page")


def _version(uow: UnitOfWork, made: DealRef) -> int:
    return uow.session.get_one(Deal, made.id, populate_existing=True).version


def _approve(uow: UnitOfWork, reviewer: Actor, made: DealRef) -> None:
    version = pick_up(uow, reviewer, made.id, _version(uow, made)).version
    approve(uow, reviewer, made.id, version)
