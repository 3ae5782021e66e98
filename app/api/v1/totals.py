"""Numbers: of a launch for its partner, of each partner for the vendor. No person is in them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.core.tenancy import programme_of
from campaigns.leads.totals import launch_totals, partner_totals
from campaigns.partners.models import Membership


class ClicksOut(Shape):
    """Clicks by who clicked, and distinct visitors that were people."""

    human: int
    suspect: int
    bot: int
    visitors: int


class LaunchTotalsOut(Shape):
    """Deliveries by state, clicks by channel, leads by state."""

    audience: int
    deliveries: dict[str, int]
    clicks: dict[str, ClicksOut]
    leads: dict[str, int]


class PartnerTotalsOut(Shape):
    """What a partner did in your programme: launches by state, mails sent, clicks of people, leads."""

    partner_id: UUID
    launches: dict[str, int]
    sent: int
    clicks: int
    leads: int


class PartnerTotalsPage(Page[PartnerTotalsOut]):
    """A page of partners with their totals."""


@operation(
    "get",
    "/launches/{launch_id:uuid}/totals",
    summary="What a launch has done so far",
    tag="Launches",
    permission="launch.read",
    answer=LaunchTotalsOut,
)
def get_launch_totals(call: Call[Any, Any]) -> LaunchTotalsOut:
    found = launch_totals(call.uow.session, call.actor, call.path["launch_id"])
    return LaunchTotalsOut(
        audience=found.audience,
        deliveries=dict(found.deliveries),
        clicks={channel: ClicksOut(**asdict(clicks)) for channel, clicks in found.clicks.items()},
        leads=dict(found.leads),
    )


@operation(
    "get",
    "/partners/totals",
    summary="What each partner has done in your programme",
    tag="Partners",
    permission="partner.read",
    query=PageQuery,
    answer=PartnerTotalsPage,
)
def list_partner_totals(call: Call[Any, PageQuery]) -> PartnerTotalsPage:
    mine = select(Membership).where(Membership.programme_id == programme_of(call.actor), Membership.ended_at.is_(None))
    rows, cursor = fetch(call.uow.session, mine, Membership, call.query, lambda row: row.partner_id)
    found = partner_totals(call.uow.session, call.actor, rows)
    return PartnerTotalsPage(items=[PartnerTotalsOut(**asdict(found[key])) for key in rows], next_cursor=cursor)
