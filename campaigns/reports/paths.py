"""From a deal back to every touch of its path, in time, as a run saw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import must_exist
from campaigns.reports.runs import Run, reader


@dataclass(frozen=True, slots=True)
class PathTouch:
    """A touch and what it earned; no person is named anywhere in a path."""

    place: int
    occurred_at: datetime
    kind: str
    channel: str
    activity: str
    partner: str
    launch_id: UUID | None
    kit_title: str
    kit_version: str
    asset_id: str
    asset_title: str
    step_id: str
    locale: str
    share_ppb: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DealPath:
    """A deal in a run: its value, its milestones, the touches a reader may see, and how many are others'."""

    deal_id: UUID
    reference: str
    title: str
    partner: str
    state: str
    amount_minor: int
    currency: str
    sourced: bool
    influenced: bool
    lead_at: datetime | None
    opportunity_at: datetime | None
    closed_at: datetime | None
    touches: tuple[PathTouch, ...]
    others: int
    unattributed_minor: int


def deal_path(session: Session, actor: Actor, run: Run, deal_id: UUID) -> DealPath:
    """The path; DomainError `deal.not_found` for a deal that is not the reader's or not in the run.

    A vendor sees every touch. A partner sees its own deals, those it is a member of, and of their touches its own; the
    others are counted, and neither named nor told apart. Who leads a deal a member reads only where the vendor decided
    that the team's partners read each other's names; else it is empty.
    """
    reader(actor)
    given = {"run": run.id, "deal": deal_id, "partner": actor.partner_id}
    head = must_exist(session.execute(text(_HEAD), given).one_or_none(), "deal")
    rows = [PathTouch(*row[:-1]) for row in session.execute(text(_TOUCHES), given) if row[-1]]
    whole = session.execute(text(_WHOLE), given).one()
    return DealPath(
        **head._mapping,
        touches=tuple(rows),
        others=whole.touches - len(rows),
        unattributed_minor=whole.unattributed,
    )


_HEAD = """
SELECT registered.id AS deal_id, registered.reference, registered.title,
  CASE WHEN CAST(:partner AS uuid) IS NULL OR registered.partner_id = :partner OR registered.team_named
    THEN holder.name ELSE '' END AS partner, deal.state,
  deal.amount_minor, deal.currency, deal.sourced, deal.influenced, deal.lead_at, deal.opportunity_at, deal.closed_at
FROM attribution_deal AS deal
JOIN deal AS registered ON registered.id = deal.deal_id
JOIN partner AS holder ON holder.id = registered.partner_id
WHERE deal.run_id = :run AND deal.deal_id = :deal
  AND (CAST(:partner AS uuid) IS NULL OR registered.partner_id = :partner
    OR EXISTS (SELECT FROM deal_member WHERE deal_member.deal_id = deal.deal_id AND removed_at IS NULL
               AND deal_member.partner_id = :partner))
"""

_TOUCHES = """
SELECT credit.place, credit.occurred_at, credit.kind, credit.channel, credit.activity, coalesce(partner.name, ''),
  credit.launch_id, coalesce(kit.title, ''), coalesce(version.label, ''), credit.asset_id,
  coalesce((SELECT asset ->> 'title' FROM jsonb_array_elements(version.manifest -> 'assets') AS asset
    WHERE asset ->> 'id' = credit.asset_id LIMIT 1), credit.asset_id), credit.step_id,
  credit.locale, max(credit.share_ppb), sum(credit.amount_minor)::bigint,
  CAST(:partner AS uuid) IS NULL OR credit.partner_id = :partner
FROM attribution_credit AS credit
LEFT JOIN partner ON partner.id = credit.partner_id
LEFT JOIN kit_version AS version ON version.id = credit.kit_version_id
LEFT JOIN kit ON kit.id = version.kit_id
WHERE credit.run_id = :run AND credit.deal_id = :deal AND credit.place > 0
GROUP BY credit.place, credit.occurred_at, credit.kind, credit.channel, credit.activity, partner.name,
  credit.launch_id, kit.title, version.id, credit.asset_id, credit.step_id, credit.locale,
  credit.partner_id
ORDER BY credit.place
"""

_WHOLE = """
SELECT count(DISTINCT place) FILTER (WHERE place > 0) AS touches,
  coalesce(sum(amount_minor) FILTER (WHERE place = 0), 0)::bigint AS unattributed
FROM attribution_credit WHERE run_id = :run AND deal_id = :deal
"""
