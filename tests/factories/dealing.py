"""A vendor with reviewers and a product, and partners that may register deals with it; made straight."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.deals.forms import DealForm
from campaigns.deals.models import DealPolicy, ProductLine
from campaigns.deals.policy_parse import parse_policy, policy_json
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme
from tests.factories.mailing import NOW

_number = count(1)
PRODUCT = "heat-pumps"


@dataclass
class Market:
    """A programme; `rae` and `sol` review, `ada` owns. Partners by name."""

    programme_id: UUID
    slug: str
    rae: Actor
    sol: Actor
    ada: Actor
    partners: dict[str, Actor] = field(default_factory=dict)


def person(session: Session, name: str, locale: str = "en") -> UUID:
    row = Person(id=new_id(), email=f"{name.lower()}-{next(_number)}@people.example", name=name, locale=locale)
    session.add(row)
    session.flush()
    return row.id


def grant(session: Session, person_id: UUID, role: Role, *, programme_id=None, partner_id=None) -> Actor:
    session.add(
        Grant(id=new_id(), person_id=person_id, role=role.value, programme_id=programme_id, partner_id=partner_id)
    )
    session.flush()
    return Actor(kind="person", role=role, person_id=person_id, programme_id=programme_id, partner_id=partner_id)


def make_market(session: Session, *partners: str, locale: str = "en") -> Market:
    programme = Programme(id=new_id(), slug=f"vendor-{next(_number)}", name="Halvorsen Climate", locale=locale)
    session.add(programme)
    session.flush()
    session.add_all(
        ProductLine(id=new_id(), programme_id=programme.id, code=code, name=name)
        for code, name in ((PRODUCT, "Heat pumps"), ("solar", "Solar"))
    )
    vendor = [
        grant(session, person(session, name, locale), role, programme_id=programme.id)
        for name, role in (("Rae", Role.CHANNEL), ("Sol", Role.CHANNEL), ("Ada", Role.ADMIN))
    ]
    market = Market(programme.id, programme.slug, *vendor)
    for name in partners:
        add_partner(session, market, name, locale=locale)
    return market


def add_partner(session: Session, market: Market, name: str, *, tier: str = "gold", locale: str = "en") -> Actor:
    row = Partner(id=new_id(), slug=f"p-{next(_number)}", name=name, locale=locale, locales=[locale])
    session.add(row)
    session.flush()
    session.add(Membership(id=new_id(), programme_id=market.programme_id, partner_id=row.id, tier=tier))
    actor = grant(session, person(session, f"At{name}", locale), Role.PARTNER_ADMIN, partner_id=row.id)
    market.partners[name] = actor
    return actor


def put_policy(session: Session, market: Market, number: int = 1, **rules: object) -> UUID:
    """A published version with these rules, the rest by default."""
    policy, problems = parse_policy(rules)
    assert policy is not None, problems
    row = DealPolicy(
        id=new_id(), programme_id=market.programme_id, number=number, data=policy_json(policy), published_at=NOW
    )
    session.add(row)
    session.flush()
    return row.id


def form(company: str = "Fjordvarme AS", website: str = "https://www.fjordvarme.no", **changes: object) -> DealForm:
    values: dict[str, object] = {
        "company_name": company, "country": "NO", "website": website, "contact_name": "Kari Hansen",
        "contact_email": "", "product_line": PRODUCT, "amount_minor": 5_000_000, "currency": "EUR",
        "close_on": date(2027, 3, 1),
    }  # fmt: skip
    values["contact_email"] = f"kari@{website.rpartition('www.')[2] or 'gmail.com'}" if website else "kari@gmail.com"
    return DealForm(**(values | changes))  # type: ignore[arg-type]
