"""The way from a message to money, campaign by campaign, and how long its stations take."""

# ruff: noqa: S608 - statements are put together from names of this module; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.reports.figures import Span
from campaigns.reports.periods import Period
from campaigns.reports.runs import reader


@dataclass(frozen=True, slots=True)
class Funnel:
    """One campaign's counts. Deals are those registered from its leads."""

    kit_id: UUID
    kit: str
    launches: int
    deliveries: int
    clicks: int
    pages: int
    leads: int
    accepted: int
    deals: int
    won: int

    @property
    def stations(self) -> tuple[tuple[str, int], ...]:
        """(name, count) in the order of the way."""
        names = ("deliveries", "clicks", "pages", "leads", "accepted", "deals", "won")
        return tuple((name, getattr(self, name)) for name in names)


def _own(actor: Actor, table: str) -> str:
    column = "partner_id" if actor.partner_id else "programme_id"
    return f"{table}.{column} = :tenant"


ALWAYS = Period("all")


def _within(moment: str) -> str:
    """The moment lies in the period."""
    return (
        f"(CAST(:begin AS timestamptz) IS NULL OR {moment} >= :begin)"
        f" AND (CAST(:end AS timestamptz) IS NULL OR {moment} < :end)"
    )


def funnels(session: Session, actor: Actor, period: Period = ALWAYS) -> list[Funnel]:
    """Of every campaign with a launch (begun in the period) the reader may count; people's clicks only, each row that
    still counts."""
    reader(actor)
    statement = f"""
      WITH mine AS (
        SELECT launch.id, version.kit_id FROM launch JOIN kit_version AS version ON version.id = launch.kit_version_id
        WHERE {_own(actor, "launch")} AND {_within("launch.starts_at")}),
      sent AS (SELECT launch_id, count(*) AS n FROM delivery
        WHERE state = 'sent' AND {_own(actor, "delivery")} GROUP BY launch_id),
      met AS (SELECT launch_id, count(*) FILTER (WHERE kind IN ('click','download')) AS clicks,
          count(*) FILTER (WHERE kind = 'page') AS pages FROM touchpoint
        WHERE verdict = 'human' AND {_own(actor, "touchpoint")}
          AND NOT EXISTS (SELECT FROM touchpoint AS later WHERE later.revises = touchpoint.id) GROUP BY launch_id),
      answered AS (SELECT lead.launch_id, count(DISTINCT lead.id) AS leads,
          count(DISTINCT lead.id) FILTER (WHERE lead.accepted_by IS NOT NULL
            OR lead.state IN ('accepted','handed')) AS accepted,
          count(DISTINCT deal.id) FILTER (WHERE deal.submitted_at IS NOT NULL) AS deals,
          count(DISTINCT deal.id) FILTER (WHERE deal.state = 'won') AS won
        FROM lead LEFT JOIN deal ON deal.lead_id = lead.id
        WHERE lead.launch_id IS NOT NULL AND {_own(actor, "lead")} GROUP BY lead.launch_id)
      SELECT kit.id, kit.title, count(*), coalesce(sum(sent.n), 0)::bigint, coalesce(sum(met.clicks), 0)::bigint,
        coalesce(sum(met.pages), 0)::bigint, coalesce(sum(answered.leads), 0)::bigint,
        coalesce(sum(answered.accepted), 0)::bigint, coalesce(sum(answered.deals), 0)::bigint,
        coalesce(sum(answered.won), 0)::bigint
      FROM mine JOIN kit ON kit.id = mine.kit_id
      LEFT JOIN sent ON sent.launch_id = mine.id LEFT JOIN met ON met.launch_id = mine.id
      LEFT JOIN answered ON answered.launch_id = mine.id
      GROUP BY kit.id, kit.title ORDER BY kit.title, kit.id"""
    return [Funnel(*row) for row in session.execute(text(statement), _given(actor, period))]


def _given(actor: Actor, period: Period) -> dict[str, Any]:
    return {"tenant": actor.partner_id or actor.programme_id, "begin": period.begin, "end": period.end}


def durations(session: Session, actor: Actor, period: Period = ALWAYS) -> dict[str, Span]:
    """Time to accept a lead, to approve a deal, and from registration to its win, of what ended in the period."""
    reader(actor)
    statement = f"""
      WITH spans AS (
        SELECT 'accept' AS what, decided_at - created_at AS took FROM lead
        WHERE decided_at IS NOT NULL AND state IN ('accepted','handed') AND {_own(actor, "lead")}
          AND {_within("decided_at")}
        UNION ALL
        SELECT 'approve', protected_from - submitted_at FROM deal
        WHERE protected_from IS NOT NULL AND {_own(actor, "deal")} AND {_within("protected_from")}
        UNION ALL
        SELECT 'win', closed_at - submitted_at FROM deal WHERE state = 'won' AND {_own(actor, "deal")}
          AND {_within("closed_at")})
      SELECT asked.what, count(took), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM took))
      FROM (VALUES ('accept'), ('approve'), ('win')) AS asked(what) LEFT JOIN spans USING (what) GROUP BY asked.what"""
    return {row[0]: Span(*row[1:]) for row in session.execute(text(statement), _given(actor, period))}
