"""A programme's rules of registration, each version published and never changed; and what it sells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import DealPolicy, ProductLine
from campaigns.deals.policy import Policy
from campaigns.deals.policy_parse import parse_policy, policy_json
from campaigns.partners.models import Grant

_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


def publish_policy(uow: UnitOfWork, actor: Actor, data: Mapping[str, Any], *, after: int, note: str = "") -> int:
    """Publish a new version after version `after` (0: the first); its number.

    `policy.invalid` with every problem, reviewers that are none among them; `policy.changed` (conflict) if another
    version was published meanwhile. Deals keep the version they were registered under.
    """
    require(actor, "policy.write")
    programme_id = programme_of(actor)
    policy, problems = parse_policy(data)
    if policy is not None:
        problems = _person_problems(uow, programme_id, policy)
    raise_if_any("policy.invalid", "Please look at the marked rules.", problems)
    newest = uow.session.scalar(
        select(func.coalesce(func.max(DealPolicy.number), 0)).where(DealPolicy.programme_id == programme_id)
    )
    changed = DomainError("policy.changed", Kind.CONFLICT, "Other rules were published meanwhile. Look at them first.")
    if newest != after or policy is None:
        raise changed
    row = DealPolicy(
        id=new_id(), created_at=uow.now, programme_id=programme_id, number=after + 1, data=policy_json(policy),
        note=one_line(note)[:500], made_by=actor.person_id, published_at=uow.now,
    )  # fmt: skip
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise changed from error
    audit.record(uow, actor, "policy.publish", "deal_policy", row.id, {"number": row.number})
    return row.number


def _person_problems(uow: UnitOfWork, programme_id: UUID, policy: Policy) -> list[Problem]:
    """Reviewers must be people of the vendor who may decide."""
    named = {UUID(one) for route in policy.routes for one in route.persons}
    able = set(
        uow.session.scalars(
            select(Grant.person_id).where(
                Grant.programme_id == programme_id,
                Grant.person_id.in_(named),
                Grant.revoked_at.is_(None),
                Grant.role.in_(("channel", "admin")),
            )
        )
    )
    return [
        Problem(
            "policy.reviewer", "This person cannot decide about deals.", slot=f"routes.{index}.persons",
            params={"cell": one},
        )
        for index, route in enumerate(policy.routes)
        for one in route.persons
        if UUID(one) not in able
    ]  # fmt: skip


def add_product_line(uow: UnitOfWork, actor: Actor, code: str, name: str) -> UUID:
    """Something new to register for. `product.code`, `product.name` (invalid), `product.exists` (conflict)."""
    require(actor, "policy.write")
    if not _CODE.fullmatch(code):
        raise invalid("product.code", "A code has up to 60 small letters, digits, dots and dashes.", given=code[:80])
    row = ProductLine(id=new_id(), created_at=uow.now, programme_id=programme_of(actor), code=code, name=_name(name))
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise DomainError("product.exists", Kind.CONFLICT, "There is such a product already.", given=code) from error
    audit.record(uow, actor, "product.add", "product_line", row.id, {"code": code})
    return row.id


def change_product_line(
    uow: UnitOfWork, actor: Actor, product_id: UUID, *, name: str | None = None, ended: bool | None = None
) -> None:
    """Rename it, or end it (no new registrations; old ones keep it) and begin it again."""
    require(actor, "policy.write")
    mine = (ProductLine.id == product_id, ProductLine.programme_id == programme_of(actor))
    must_exist(uow.session.scalar(select(ProductLine.id).where(*mine)), "product")
    values: dict[str, Any] = {} if name is None else {"name": _name(name)}
    if ended is not None:
        values["ended_at"] = uow.now if ended else None
    if values:
        uow.session.execute(
            update(ProductLine).where(*mine).values(**values).execution_options(synchronize_session=False)
        )
        audit.record(uow, actor, "product.change", "product_line", product_id, {"fields": sorted(values)})


def _name(name: str) -> str:
    clean = one_line(name)
    if not 0 < len(clean) <= 120:
        raise invalid("product.name", "A name has 1 to 120 characters.")
    return clean
