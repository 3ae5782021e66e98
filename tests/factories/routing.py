"""A programme with partners that cover something, and leads handed in to be routed; through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.standing import deal_standing
from campaigns.leads.service import set_coverage, take_lead
from campaigns.leads.service.offering import offer_next
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme

_number = count(1)


@dataclass
class Network:
    """A vendor and its partners by name, each with one person."""

    programme_id: UUID
    vendor: Actor
    partners: dict[str, Actor] = field(default_factory=dict)

    def name_of(self, partner_id: UUID | None) -> str:
        return next((name for name, actor in self.partners.items() if actor.partner_id == partner_id), "")


def make_network(uow: UnitOfWork, *names: str) -> Network:
    """Partners of the tiers their names begin with nothing of; all cover Germany and take up to ten leads."""
    number = next(_number)
    programme = Programme(id=new_id(), slug=f"net-{number}", name="Halvorsen Climate", time_zone="Europe/Berlin")
    uow.session.add(programme)
    uow.session.flush()
    network = Network(programme.id, Actor(kind="person", role=Role.CHANNEL, programme_id=programme.id, name="Cem"))
    for name in names:
        network.partners[name] = add_partner(uow, network, name)
    return network


def add_partner(uow: UnitOfWork, network: Network, name: str, countries: tuple[str, ...] = ("DE",)) -> Actor:
    number = next(_number)
    partner = Partner(id=new_id(), slug=f"{name}-{number}", name=name, time_zone="Europe/Berlin", locale="de")
    person = Person(id=new_id(), email=f"{name}-{number}@{name}.example", name=name, locale="de")
    uow.session.add_all([partner, person])
    uow.session.flush()
    uow.session.add_all(
        [
            Membership(id=new_id(), programme_id=network.programme_id, partner_id=partner.id, tier="gold"),
            Grant(id=new_id(), person_id=person.id, partner_id=partner.id, role="partner_admin"),
        ]
    )
    uow.session.flush()
    set_coverage(
        uow, network.vendor, partner.id, countries=list(countries), postal_prefixes=[], product_lines=[], capacity=10,
        takes_leads=True, version=0,
    )  # fmt: skip
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner.id, person_id=person.id, name=name)


def hand_in(uow: UnitOfWork, network: Network, email: str = "", **values: str) -> UUID:
    given = {"email": email or f"buyer{next(_number)}@firma-{next(_number)}.de", "name": "Buyer", "country": "DE"}
    return take_lead(uow, network.vendor, given | values, {}, kind="api", source=f"call {next(_number)}")


def route(uow: UnitOfWork, lead_id: UUID) -> str:
    return offer_next(uow, deal_standing, lead_id)
