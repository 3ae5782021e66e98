"""Registrations of deals: how many, how many were approved, how many of the closed ones were won, by whom and what."""

# ruff: noqa: S608 - statements are put together from names of this module; values are parameters

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.reports.figures import Rate
from campaigns.reports.runs import reader

_BY = {
    "partner": "partner.name",
    "region": "coalesce(nullif(upper(deal.company->>'country'), ''), '')",
    "product": "coalesce(line.name, deal.product_line)",
    "month": "to_char(deal.submitted_at AT TIME ZONE programme.time_zone, 'YYYY-MM')",
}
GROUPINGS = tuple(_BY)


@dataclass(frozen=True, slots=True)
class Registrations:
    """One group's registrations. Approval over what was decided, conversion over what was closed."""

    key: str
    submitted: int
    approval: Rate
    conversion: Rate


def registrations(session: Session, actor: Actor, by: str = "month") -> list[Registrations]:
    """Rows by partner, region (the company's country), product or month of submission in the programme's zone.

    Raises `report.grouping`; a partner groups its own by the same but by partner.
    """
    reader(actor)
    known = GROUPINGS if actor.partner_id is None else tuple(name for name in GROUPINGS if name != "partner")
    if by not in known:
        raise invalid("report.grouping", f"{by!r} is none of {', '.join(known)}.", known=list(known))
    own = "deal.partner_id" if actor.partner_id else "deal.programme_id"
    statement = f"""
      SELECT {_BY[by]} AS key, count(*), count(deal.protected_from),
        count(*) FILTER (WHERE deal.protected_from IS NOT NULL OR deal.state IN ('rejected','shared')),
        count(*) FILTER (WHERE deal.state = 'won'), count(*) FILTER (WHERE deal.state IN ('won','lost'))
      FROM deal JOIN partner ON partner.id = deal.partner_id JOIN programme ON programme.id = deal.programme_id
      LEFT JOIN product_line AS line ON line.programme_id = deal.programme_id AND line.code = deal.product_line
      WHERE {own} = :tenant AND deal.submitted_at IS NOT NULL
      GROUP BY 1 ORDER BY 1"""
    rows = session.execute(text(statement), {"tenant": actor.partner_id or actor.programme_id})
    return [Registrations(row[0], row[1], Rate(row[2], row[3]), Rate(row[4], row[5])) for row in rows]
