"""The first vendor's own leads in the demo: offered to each partner, one taken, one declined, one in the pool; once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.demo.plan import DemoPlan
from app.demo.seed import partner_actor
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.standing import deal_standing
from campaigns.leads.routing_models import LeadOffer, LeadPolicy
from campaigns.leads.service import accept_offer, ask_for, decline_offer, publish_rules, set_coverage, take_lead
from campaigns.leads.service.offering import offer_next
from campaigns.leads.service.weighing import score_lead
from campaigns.partners.models import Partner, Programme

SOURCE = "Heat & Power fair"
RULES: dict[str, Any] = {
    "parts": [
        {"name": "A company is named", "of": "company", "test": "filled", "values": [], "points": 15},
        {"name": "Decides about buildings", "of": "job_title", "test": "has",
         "values": ["facility", "estates", "director", "owner"], "points": 25},
        {"name": "Forty rooms or more", "of": "facts.rooms", "test": "at_least", "values": ["40"], "points": 20},
        {"name": "A number to call", "of": "phone", "test": "filled", "values": [], "points": 10},
    ],
    "territories": [
        {"name": "British Isles", "countries": ["GB", "IE"], "postal_prefixes": []},
        {"name": "Gulf", "countries": ["AE", "SA", "QA"], "postal_prefixes": []},
        {"name": "Japan", "countries": ["JP"], "postal_prefixes": []},
        {"name": "Nordics", "countries": ["NO", "SE", "DK"], "postal_prefixes": []},
    ],
    "tiers": {"gold": 100, "silver": 60},
}  # fmt: skip
COVERS = {"GB": ["GB", "IE"], "AE": ["AE", "SA"], "JP": ["JP"]}


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody at the fair; `became` is what their partner said: nothing yet, accepted or declined."""

    name: str
    company: str
    title: str
    country: str
    product: str
    message: str
    became: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """As a form gives them."""
        first, domain = self.name.split()[0].lower(), self.company.lower().replace(" ", "-").replace("&", "and")
        return {
            "email": f"{first}@{domain}.example", "name": self.name, "company": self.company, "job_title": self.title,
            "country": self.country, "product_line": self.product, "message": self.message, "phone": "+44 20 7946 0100",
        }  # fmt: skip


LEADS = (
    Answered("Priya Raman", "Meridian Care Homes", "Head of estates", "GB", "heat-pumps",
             "Three homes on oil. Could one contractor do all of them before winter?", facts={"rooms": "120"}),
    Answered("Callum Reid", "Kelso Print Works", "Owner", "GB", "controls", "Our presses heat the hall. Is it of use?"),
    Answered("Aoife Brennan", "Tidewater Inns", "Director", "IE", "heat-pumps", "Please call about the seaside house.",
             "accepted", {"rooms": "44"}),
    Answered("Omar Haddad", "Palm Court Residences", "Facility manager", "AE", "heat-pumps",
             "Cooling and hot water for two towers.", facts={"rooms": "310"}),
    Answered("Noura Saleh", "Wadi Clinics", "Director", "SA", "controls", "We look for a partner near Jeddah."),
    Answered("Kenji Mori", "Hakone Ryokan Group", "Owner", "JP", "heat-pumps", "Hot springs and old boilers.", "",
             {"rooms": "60"}),
    Answered("Ingrid Dahl", "Fjordblikk Hotell", "Owner", "NO", "heat-pumps", "Who installs in Bergen?", "",
             {"rooms": "85"}),
    Answered("Joss Tandy", "Quayside Studios", "Assistant", "GB", "heat-pumps", "Only a small flat above the shop.",
             "declined"),
)  # fmt: skip


def seed_vendor_leads(container: Container, plan: DemoPlan) -> int:
    """Rules, coverage and leads of the first vendor; how many leads. Twice is once."""
    with container.uow() as uow:
        programme_id = uow.session.scalars(select(Programme.id).where(Programme.slug == plan.vendors[0].slug)).one()
        if uow.session.scalar(select(LeadPolicy.id).where(LeadPolicy.programme_id == programme_id).limit(1)):
            return 0
        vendor = Actor(kind="person", role=Role.ADMIN, programme_id=programme_id, name="Demo")
        publish_rules(uow, vendor, RULES | {"zone": plan.vendors[0].time_zone}, "The first rules", after=0)
        partners = [_covering(uow, vendor, one.slug, one.locales[0], one.country) for one in plan.partners]
        for item in LEADS:
            lead_id = take_lead(uow, vendor, item.values, item.facts, kind="event", source=SOURCE)
            score_lead(uow, lead_id)
            _become(uow, partners, lead_id, item)
    return len(LEADS)


def _covering(uow: UnitOfWork, vendor: Actor, slug: str, locale: str, country: str) -> Actor:
    partner_id = uow.session.scalars(select(Partner.id).where(Partner.slug == slug)).one()
    set_coverage(
        uow, vendor, partner_id, countries=COVERS.get(country, [country]), postal_prefixes=[],
        product_lines=["heat-pumps"] if country == "JP" else [], capacity=12, takes_leads=True, version=0,
    )  # fmt: skip
    return partner_actor(partner_id, locale)


def _become(uow: UnitOfWork, partners: list[Actor], lead_id: UUID, item: Answered) -> None:
    """Offer it, and let its partner answer; what nobody can take, the first partner asks for."""
    if offer_next(uow, deal_standing, lead_id) == "pooled":
        if item.country == "NO":
            ask_for(uow, partners[0], lead_id, "We have a crew in Bergen twice a month.")
        return
    offer = uow.session.scalars(select(LeadOffer).where(LeadOffer.lead_id == lead_id, LeadOffer.state == "open")).one()
    theirs = next(one for one in partners if one.partner_id == offer.partner_id)
    if item.became == "accepted":
        day = uow.now.date() + timedelta(days=2)
        accept_offer(uow, theirs, offer.id, "Visit the house by the sea", day.isoformat())
    elif item.became == "declined":
        decline_offer(uow, theirs, offer.id, "not_serious", "A flat is too small for us.")
        offer_next(uow, deal_standing, lead_id)
