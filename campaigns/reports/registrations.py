"""Registrations of deals: how many, how many were approved, how many of the closed ones were won, by whom and what;
and how long accepting a lead, approving a deal and winning it took in each group."""

# ruff: noqa: S608 - statements are put together from names of this module; values are parameters

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.reports.figures import Rate, Span
from campaigns.reports.periods import Period
from campaigns.reports.runs import reader

# grouping → of a deal, of a lead
_BY = {
    "partner": ("partner.name", "partner.name"),
    "region": ("coalesce(upper(deal.company->>'country'), '')", "upper(lead.country)"),
    "product": ("coalesce(line.name, deal.product_line)", "coalesce(line.name, lead.product_line)"),
    "month": (
        "to_char(deal.submitted_at AT TIME ZONE programme.time_zone, 'YYYY-MM')",
        "to_char(lead.decided_at AT TIME ZONE programme.time_zone, 'YYYY-MM')",
    ),
}
GROUPINGS = tuple(_BY)
NONE = Span(0, None, None)


@dataclass(frozen=True, slots=True)
class Registrations:
    """One group's registrations. Approval over what was decided, conversion over what was closed.

    `accept` is of the group's leads by when they were accepted, the others of its deals by when they were submitted.
    """

    key: str
    submitted: int
    approval: Rate
    conversion: Rate
    accept: Span = NONE
    approve: Span = NONE
    win: Span = NONE


@dataclass(frozen=True, slots=True)
class Filter:
    """Which registrations: submitted in a period, of one partner, product line (its code) or country; "" is any."""

    period: Period = field(default_factory=lambda: Period("all"))
    partner_id: UUID | None = None
    product: str = ""
    region: str = ""


def registrations(session: Session, actor: Actor, by: str = "month", only: Filter | None = None) -> list[Registrations]:
    """Rows by partner, region (the company's country), product or month of submission in the programme's zone.

    Raises `report.grouping`; a partner groups its own by the same but by partner.
    """
    reader(actor)
    known = GROUPINGS if actor.partner_id is None else tuple(name for name in GROUPINGS if name != "partner")
    if by not in known:
        raise invalid("report.grouping", f"{by!r} is none of {', '.join(known)}.", known=list(known))
    given = _given(actor, only or Filter())
    spans = _spans(session, actor, by, given)
    statement = f"""
      SELECT {_BY[by][0]} AS key, count(*), count(deal.protected_from),
        count(*) FILTER (WHERE deal.protected_from IS NOT NULL OR deal.state IN ('rejected','shared')),
        count(*) FILTER (WHERE deal.state = 'won'), count(*) FILTER (WHERE deal.state IN ('won','lost'))
      {_DEALS.format(own=_own(actor, "deal"))} GROUP BY 1 ORDER BY 1"""
    rows = session.execute(text(statement), given)
    return [
        Registrations(row[0], row[1], Rate(row[2], row[3]), Rate(row[4], row[5]), **spans.get(row[0], {}))
        for row in rows
    ]


def _spans(session: Session, actor: Actor, by: str, given: dict[str, Any]) -> dict[str, dict[str, Span]]:
    of_deal, of_lead = _BY[by]
    statement = f"""
      WITH spans AS (
        SELECT {of_deal} AS key, 'approve' AS what, deal.protected_from - deal.submitted_at AS took
        {_DEALS.format(own=_own(actor, "deal"))} AND deal.protected_from IS NOT NULL
        UNION ALL
        SELECT {of_deal}, 'win', deal.closed_at - deal.submitted_at
        {_DEALS.format(own=_own(actor, "deal"))} AND deal.state = 'won'
        UNION ALL
        SELECT {of_lead}, 'accept', lead.decided_at - lead.created_at
        FROM lead JOIN partner ON partner.id = lead.partner_id JOIN programme ON programme.id = lead.programme_id
        LEFT JOIN product_line AS line ON line.programme_id = lead.programme_id AND line.code = lead.product_line
        WHERE {_own(actor, "lead")} AND lead.decided_at IS NOT NULL AND lead.state IN ('accepted','handed')
          AND (CAST(:begin AS timestamptz) IS NULL OR lead.decided_at >= :begin)
          AND (CAST(:end AS timestamptz) IS NULL OR lead.decided_at < :end)
          AND (CAST(:one AS uuid) IS NULL OR lead.partner_id = :one)
          AND (:product = '' OR lead.product_line = :product) AND (:region = '' OR upper(lead.country) = :region))
      SELECT key, what, count(took), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM took))
      FROM spans GROUP BY key, what"""
    found: defaultdict[str, dict[str, Span]] = defaultdict(dict)
    for key, what, *figures in session.execute(text(statement), given):
        found[key][what] = Span(*figures)
    return found


_DEALS = """
      FROM deal JOIN partner ON partner.id = deal.partner_id JOIN programme ON programme.id = deal.programme_id
      LEFT JOIN product_line AS line ON line.programme_id = deal.programme_id AND line.code = deal.product_line
      WHERE {own} AND deal.submitted_at IS NOT NULL
        AND (CAST(:begin AS timestamptz) IS NULL OR deal.submitted_at >= :begin)
        AND (CAST(:end AS timestamptz) IS NULL OR deal.submitted_at < :end)
        AND (CAST(:one AS uuid) IS NULL OR deal.partner_id = :one)
        AND (:product = '' OR deal.product_line = :product)
        AND (:region = '' OR upper(deal.company->>'country') = :region)"""


def _own(actor: Actor, table: str) -> str:
    return f"{table}.{'partner_id' if actor.partner_id else 'programme_id'} = :tenant"


def _given(actor: Actor, only: Filter) -> dict[str, Any]:
    return {
        "tenant": actor.partner_id or actor.programme_id, "begin": only.period.begin, "end": only.period.end,
        "one": only.partner_id, "product": only.product, "region": only.region.upper(),
    }  # fmt: skip
