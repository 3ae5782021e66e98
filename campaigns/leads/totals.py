"""Totals of launches: for a partner by launch, for a vendor by partner. Numbers only, never a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of, scoped
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead
from campaigns.sequences.models import Delivery
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective


@dataclass(frozen=True, slots=True)
class Clicks:
    """Effective clicks of a channel by verdict of who clicked, and distinct visitors that were people."""

    human: int = 0
    suspect: int = 0
    bot: int = 0
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class LaunchTotals:
    """One launch: deliveries by state, clicks by channel, leads by state."""

    audience: int
    deliveries: Mapping[str, int]
    clicks: Mapping[str, Clicks]
    leads: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PartnerTotals:
    """What a partner did in the vendor's programme. `clicks` are people's only."""

    partner_id: UUID
    launches: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    clicks: int = 0
    leads: int = 0


def launch_totals(session: Session, actor: Actor, launch_id: UUID) -> LaunchTotals:
    """Totals of one of the partner's own launches; DomainError `launch.not_found`."""
    require(actor, "launch.read")
    own = scoped(select(Launch.audience_total).where(Launch.id == launch_id), actor, Launch)
    audience = must_exist(session.execute(own).one_or_none(), "launch").audience_total
    rows = session.execute(
        select(
            Touchpoint.channel,
            func.count().filter(Touchpoint.verdict == "human"),
            func.count().filter(Touchpoint.verdict == "suspect"),
            func.count().filter(Touchpoint.verdict == "bot"),
            func.count(Touchpoint.visitor.distinct()).filter(Touchpoint.verdict == "human"),
        )
        .where(Touchpoint.launch_id == launch_id, Touchpoint.kind == "click", effective())
        .group_by(Touchpoint.channel)
        .order_by(Touchpoint.channel)
    )
    return LaunchTotals(
        audience=audience,
        deliveries=_by(session, Delivery.state, Delivery.launch_id == launch_id),
        clicks={row[0]: Clicks(*row[1:]) for row in rows},
        leads=_by(session, Lead.state, Lead.launch_id == launch_id),
    )


def partner_totals(session: Session, actor: Actor, partner_ids: list[UUID]) -> dict[UUID, PartnerTotals]:
    """Totals of these partners within the vendor's own programme; a partner without launches has none."""
    require(actor, "partner.read")
    programme_id = programme_of(actor)

    def counted(model: Any, *conditions: ColumnElement[bool]) -> dict[UUID, int]:
        rows = session.execute(
            select(model.partner_id, func.count())
            .where(model.programme_id == programme_id, model.partner_id.in_(partner_ids), *conditions)
            .group_by(model.partner_id)
        )
        return dict(rows.tuples().all())

    launches: dict[UUID, dict[str, int]] = {}
    for partner_id, state, count in session.execute(
        select(Launch.partner_id, Launch.state, func.count())
        .where(Launch.programme_id == programme_id, Launch.partner_id.in_(partner_ids))
        .group_by(Launch.partner_id, Launch.state)
        .order_by(Launch.state)
    ):
        launches.setdefault(partner_id, {})[state] = count
    sent = counted(Delivery, Delivery.state == "sent")
    clicks = counted(Touchpoint, Touchpoint.kind == "click", Touchpoint.verdict == "human", effective())
    leads = counted(Lead)
    return {
        key: PartnerTotals(key, launches.get(key, {}), sent.get(key, 0), clicks.get(key, 0), leads.get(key, 0))
        for key in partner_ids
    }


def _by(session: Session, column: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(condition).group_by(column).order_by(column))
    return dict(rows.tuples().all())
