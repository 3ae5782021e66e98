"""The rules as the public, a partner and the vendor read them; and what a programme sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.deals.forms import ASKED, NEEDED
from campaigns.deals.models import DealPolicy, ProductLine
from campaigns.deals.policies import newest_policy
from campaigns.deals.policy import Policy
from campaigns.deals.policy_parse import from_json, policy_json
from campaigns.partners.models import Membership, Person, Programme


@dataclass(frozen=True, slots=True)
class ProductRow:
    """Something one may register for; ended ones only in the vendor's list."""

    id: UUID
    code: str
    name: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """What everybody may read. Amounts in minor units of `currency`.

    That small registrations may clear themselves is said, not below which amount and for whom: else whoever was not
    cleared would know that somebody else had registered. Reviewers' names are nobody's business either.
    """

    programme: str
    number: int
    published_at: datetime | None
    currency: str
    protection_days: int
    extension_days: int
    most_extensions: int
    resubmit_days: int
    appeal_days: int
    review_hours: int
    warn_days: tuple[int, ...]
    minimum_minor: int
    clears_small: bool
    zone: str
    hours: dict[str, tuple[str, str]]
    holidays: tuple[str, ...]
    words: str
    products: tuple[ProductRow, ...]
    asked: tuple[str, ...] = ASKED
    needed: tuple[str, ...] = NEEDED


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version in the vendor's list."""

    id: UUID
    number: int
    note: str
    made_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """The newest rules as JSON to edit, and every version, newest first. `number` 0: the defaults."""

    number: int
    data: dict[str, Any]
    versions: tuple[PolicyVersion, ...]


def public_policy(session: Session, slug: str, number: int | None = None) -> PublicPolicy:
    """A programme's rules by its slug: the newest, or a version. `programme.not_found`, `policy.not_found`."""
    programme: Programme = must_exist(
        session.scalars(select(Programme).where(Programme.slug == slug)).one_or_none(), "programme"
    )
    if number is None:
        policy_id, policy = newest_policy(session, programme.id)
        row = session.get(DealPolicy, policy_id) if policy_id else None
    else:
        row = must_exist(
            session.scalars(
                select(DealPolicy).where(DealPolicy.programme_id == programme.id, DealPolicy.number == number)
            ).one_or_none(),
            "policy",
        )
        policy = from_json(row.data) if row else Policy()
    return _public(session, programme, row, policy)


def _public(session: Session, programme: Programme, row: DealPolicy | None, policy: Policy) -> PublicPolicy:
    return PublicPolicy(
        programme=programme.name,
        number=row.number if row else 0,
        published_at=row.published_at if row else None,
        currency=policy.currency,
        protection_days=policy.protection_days,
        extension_days=policy.extension_days,
        most_extensions=policy.most_extensions,
        resubmit_days=policy.resubmit_days,
        appeal_days=policy.appeal_days,
        review_hours=policy.review_hours,
        warn_days=policy.warn_days,
        minimum_minor=policy.minimum_minor,
        clears_small=policy.auto_clear_minor > 0,
        zone=policy.zone,
        hours=dict(policy.hours),
        holidays=policy.holidays,
        words=policy.words,
        products=products_of(session, programme.id),
    )


def products_of(session: Session, programme_id: UUID, *, ended: bool = False) -> tuple[ProductRow, ...]:
    """What a programme sells, by name."""
    query = select(ProductLine.id, ProductLine.code, ProductLine.name, ProductLine.ended_at).where(
        ProductLine.programme_id == programme_id
    )
    if not ended:
        query = query.where(ProductLine.ended_at.is_(None))
    return tuple(ProductRow(*row) for row in session.execute(query.order_by(ProductLine.name, ProductLine.code)))


def products_for(session: Session, actor: Actor) -> tuple[ProductRow, ...]:
    """The vendor's own list, ended ones too."""
    require(actor, "registration.read")
    return products_of(session, programme_of(actor), ended=True)


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """A programme the partner may register in, with its rules."""

    id: UUID
    slug: str
    name: str
    policy: PublicPolicy


def programmes_for(session: Session, actor: Actor) -> list[OpenProgramme]:
    """Where the partner may register, by name."""
    require(actor, "deal.read")
    rows = session.scalars(
        select(Programme)
        .join(Membership, Membership.programme_id == Programme.id)
        .where(Membership.partner_id == actor.partner_id, Membership.ended_at.is_(None))
        .order_by(Programme.name, Programme.id)
    )
    return [OpenProgramme(row.id, row.slug, row.name, public_policy(session, row.slug)) for row in rows.all()]


def policy_page(session: Session, actor: Actor) -> PolicyPage:
    """The rules for those who write them."""
    require(actor, "registration.read")
    programme_id = programme_of(actor)
    _, policy = newest_policy(session, programme_id)
    rows = session.execute(
        select(DealPolicy.id, DealPolicy.number, DealPolicy.note, Person.name, DealPolicy.published_at)
        .outerjoin(Person, Person.id == DealPolicy.made_by)
        .where(DealPolicy.programme_id == programme_id)
        .order_by(DealPolicy.number.desc())
        .limit(200)
    )
    versions = tuple(PolicyVersion(row[0], row[1], row[2], row[3] or "", row[4]) for row in rows)
    return PolicyPage(versions[0].number if versions else 0, policy_json(policy), versions)
