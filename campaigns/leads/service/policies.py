"""Publishing the rules of leads and setting what partners cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.policy_parse import parse_rules, rules_as_dict
from campaigns.leads.reading import country_code
from campaigns.leads.routing_models import LeadPolicy, PartnerCoverage
from campaigns.partners.models import Membership

MOST_NOTE, MOST_CAPACITY, MOST_LISTED = 500, 100_000, 500


def publish_rules(uow: UnitOfWork, actor: Actor, data: Mapping[str, Any], note: str = "", *, after: int) -> int:
    """Publish a version; returns its number. `after` is the number the editor began from (0: none yet).

    `rules.invalid` with all problems; `rules.changed` (conflict) when somebody published meanwhile.
    """
    require(actor, "policy.write")
    programme_id = programme_of(actor)
    rules = parse_rules(data)
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"lead_policy:{programme_id}", 0))
    uow.session.execute(select(lock))
    last = uow.session.execute(
        select(func.coalesce(func.max(LeadPolicy.number), 0)).where(LeadPolicy.programme_id == programme_id)
    ).scalar_one()
    if last != after:
        message = "Somebody published other rules meanwhile. Load them and make your change again."
        raise DomainError("rules.changed", Kind.CONFLICT, message, number=last)
    row = LeadPolicy(
        id=new_id(), created_at=uow.now, programme_id=programme_id, number=last + 1, data=rules_as_dict(rules),
        note=one_line(note)[:MOST_NOTE], made_by=actor.person_id, published_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, actor, "lead_policy.publish", "lead_policy", row.id, {"number": row.number})
    return int(row.number)


def set_coverage(
    uow: UnitOfWork,
    actor: Actor,
    partner_id: UUID,
    *,
    countries: list[str],
    postal_prefixes: list[str],
    product_lines: list[str],
    capacity: int | None,
    takes_leads: bool,
    version: int,
) -> int:
    """Say what a partner of the programme covers, if it is still at `version` (0: never said). Returns the new one.

    `coverage.invalid` with all problems, `coverage.changed` (precondition).
    """
    require(actor, "vendor_lead.write")
    membership_id = must_exist(
        uow.session.execute(
            select(Membership.id).where(
                Membership.programme_id == programme_of(actor),
                Membership.partner_id == partner_id,
                Membership.ended_at.is_(None),
            )
        ).scalar_one_or_none(),
        "partner",
    )
    codes = {item: country_code(item) for item in _listed(countries)}
    problems = [
        Problem("coverage.country", f"{item} is no country.", slot="countries", params={"name": item})
        for item, code in codes.items()
        if not code
    ]
    if capacity is not None and not 0 <= capacity <= MOST_CAPACITY:
        problems.append(
            Problem(
                "coverage.capacity", f"A number from 0 to {MOST_CAPACITY} is needed.", slot="capacity",
                params={"needed": MOST_CAPACITY},
            )
        )  # fmt: skip
    raise_if_any("coverage.invalid", "Please look at the marked fields.", problems)
    values = {
        "countries": sorted(set(codes.values())),
        "postal_prefixes": _listed(postal_prefixes),
        "product_lines": _listed(product_lines),
        "capacity": capacity,
        "takes_leads": takes_leads,
    }
    saved = _write(uow, membership_id, values, version)
    if saved is None:
        message = "Somebody saved a change while you were editing. Load the page again."
        raise DomainError("coverage.changed", Kind.PRECONDITION, message)
    audit.record(uow, actor, "coverage.set", "membership", membership_id, values)
    return saved


def _write(uow: UnitOfWork, membership_id: UUID, values: dict[str, Any], version: int) -> int | None:
    if version == 0:
        return uow.session.execute(
            insert(PartnerCoverage)
            .values(membership_id=membership_id, version=1, **values)
            .on_conflict_do_nothing(index_elements=["membership_id"])
            .returning(PartnerCoverage.version)
        ).scalar_one_or_none()
    return uow.session.execute(
        update(PartnerCoverage)
        .where(PartnerCoverage.membership_id == membership_id, PartnerCoverage.version == version)
        .values(**values, version=text("version + 1"))
        .returning(PartnerCoverage.version)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def _listed(values: list[str]) -> list[str]:
    """Distinct clean texts in the order given."""
    return list(dict.fromkeys(text for item in values if (text := one_line(item)[:80])))[:MOST_LISTED]
