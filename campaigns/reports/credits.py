"""Credits of a run by what earned them, and forward from one piece to the deals it took part in."""

# ruff: noqa: S608 - statements are put together from names of this module; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.attribution.service.programme_models import MODELS
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.rates.book import Dated
from campaigns.reports.periods import Period
from campaigns.reports.runs import Run, reader

STATES = ("won", "open", "lost")
MOST_ROWS = 500
ALWAYS = Period("all")

# dimension → what groups it and what it is called; ids of pieces and steps are names within their kit
_LAUNCH = "LEFT JOIN launch ON launch.id = credit.launch_id"
_VERSION = (
    "LEFT JOIN kit_version AS version ON version.id = credit.kit_version_id LEFT JOIN kit ON kit.id = version.kit_id"
)
_BY: dict[str, tuple[str, str, str]] = {
    "channel": ("credit.channel", "min(credit.channel)", ""),
    "kind": ("credit.kind", "min(credit.kind)", ""),
    "activity": ("credit.activity", "min(credit.activity)", ""),
    "locale": ("credit.locale", "min(credit.locale)", ""),
    "kit": ("coalesce(kit.id::text, '')", "min(kit.title)", _VERSION),
    "asset": (
        "CASE WHEN credit.asset_id = '' THEN '' ELSE version.id || '/' || credit.asset_id END",
        "min(CASE WHEN credit.asset_id = '' THEN '' ELSE"
        " kit.title || ' · ' || version.label || ' · ' || credit.asset_id END)",
        _VERSION,
    ),
    "step": (
        "CASE WHEN credit.step_id = '' THEN '' ELSE kit.id || '/' || credit.step_id END",
        "min(CASE WHEN credit.step_id = '' THEN '' ELSE kit.title || ' · ' || credit.step_id END)",
        _VERSION,
    ),
    "launch": ("coalesce(credit.launch_id::text, '')", "min(launch.slug)", _LAUNCH),
    "partner": (
        "coalesce(credit.partner_id::text, '')", "min(partner.name)",
        "LEFT JOIN partner ON partner.id = credit.partner_id",
    ),
}  # fmt: skip
DIMENSIONS = tuple(_BY)
PARTNER_DIMENSIONS = tuple(name for name in _BY if name != "partner")


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What one value of a dimension earned in a currency: money, touches, and deals it took part in.

    `key` is "" for touches without a value in the dimension and `unattributed` for deals without touches.
    """

    key: str
    label: str
    currency: str
    amount_minor: int
    touches: int
    deals: int


def _scope(actor: Actor) -> str:
    """A partner sees what its own touches earned, and of its own part what nothing earned."""
    if actor.partner_id is None:
        return "true"
    return "(credit.partner_id = :partner OR (credit.place = 0 AND credit.holder_id = :partner))"


_IN_PERIOD = (
    "(CAST(:begin AS timestamptz) IS NULL OR deal.closed_at >= :begin)"
    " AND (CAST(:end AS timestamptz) IS NULL OR deal.closed_at < :end)"
)


def credits_by(
    session: Session, actor: Actor, run: Run, dimension: str, state: str = "won", period: Period = ALWAYS
) -> list[CreditRow]:
    """Rows of one dimension, the largest first by currency. Deals of different rows overlap and never add up.

    `period` keeps to deals that closed in it. Raises `report.dimension` for one that does not exist or is not the
    reader's, `report.state`, `report.model_period` for a part of what Markov or Shapley valued as a whole.
    """
    reader(actor)
    _known(actor, dimension, state)
    given = _given(actor, run, state, period) | {"dimension": dimension}
    if run.model in MODELS:
        return _shares(session, actor, given)
    key, label, joins = _BY[dimension]
    statement = f"""
      SELECT CASE WHEN credit.place = 0 THEN 'unattributed' ELSE {key} END AS key, {label} AS label, credit.currency,
        sum(credit.amount_minor)::bigint AS amount, count(*) FILTER (WHERE credit.place > 0) AS touches,
        count(DISTINCT credit.deal_id) AS deals
      FROM attribution_credit AS credit
      JOIN attribution_deal AS deal ON deal.run_id = credit.run_id AND deal.deal_id = credit.deal_id
      {joins}
      WHERE credit.run_id = :run AND deal.state = :state AND {_IN_PERIOD} AND {_scope(actor)}
      GROUP BY 1, credit.currency ORDER BY credit.currency, amount DESC, key LIMIT {MOST_ROWS}"""
    rows = session.execute(text(statement), given)
    return [CreditRow(row[0], "" if row[0] == "unattributed" else row[1] or "", *row[2:]) for row in rows]


def credit_days(
    session: Session, actor: Actor, run: Run, state: str, zone: str, period: Period = ALWAYS
) -> list[Dated]:
    """What `credits_by` shows in all, by currency and the day (in `zone`) the deals closed; open ones and programme
    models by the day of the cut-off. For sums over currencies."""
    given = _given(actor, run, state, period) | {"zone": zone, "cut_off": run.cut_off}
    statement = f"""
      SELECT credit.currency, sum(credit.amount_minor)::bigint,
        (coalesce(deal.closed_at, :cut_off) AT TIME ZONE :zone)::date AS day
      FROM attribution_credit AS credit
      JOIN attribution_deal AS deal ON deal.run_id = credit.run_id AND deal.deal_id = credit.deal_id
      WHERE credit.run_id = :run AND deal.state = :state AND {_IN_PERIOD} AND {_scope(actor)}
      GROUP BY credit.currency, day ORDER BY 1, 3"""
    if run.model in MODELS:
        statement = """
          SELECT currency, sum(amount_minor)::bigint, (CAST(:cut_off AS timestamptz) AT TIME ZONE :zone)::date
          FROM attribution_share WHERE run_id = :run AND dimension = :dimension GROUP BY currency ORDER BY 1"""
        given["dimension"] = "channel"
    return [Dated(*row) for row in session.execute(text(statement), given)]


def _given(actor: Actor, run: Run, state: str, period: Period) -> dict[str, Any]:
    if run.model in MODELS and period.begin is not None:
        raise invalid("report.model_period", "This model values all deals of its run; it has no part by period.")
    bounds = {"begin": period.begin, "end": period.end}
    return {"run": run.id, "state": state, "partner": actor.partner_id} | bounds


def _known(actor: Actor, dimension: str, state: str) -> None:
    known = PARTNER_DIMENSIONS if actor.partner_id else DIMENSIONS
    if dimension not in known:
        raise invalid("report.dimension", f"{dimension!r} is none of {', '.join(known)}.", known=list(known))
    if state not in STATES:
        raise invalid("report.state", f"{state!r} is none of {', '.join(STATES)}.", known=list(STATES))


def _shares(session: Session, actor: Actor, given: dict[str, Any]) -> list[CreditRow]:
    """Markov and Shapley speak of a programme only: a partner has no part of its own in them."""
    if actor.partner_id is not None or given["state"] != "won":
        return []
    statement = """
      SELECT share.key, coalesce(kit.title || CASE WHEN strpos(share.key, '/') > 0
          THEN ' · ' || split_part(share.key, '/', 2) ELSE '' END, launch.slug, partner.name, share.key),
        share.currency, share.amount_minor, 0, round(share.conversions)::int
      FROM attribution_share AS share
      LEFT JOIN kit ON kit.id::text = split_part(share.key, '/', 1)
      LEFT JOIN launch ON launch.id::text = share.key
      LEFT JOIN partner ON partner.id::text = share.key
      WHERE share.run_id = :run AND share.dimension = :dimension
      ORDER BY share.currency, share.amount_minor DESC, share.key"""
    return [CreditRow(*row) for row in session.execute(text(statement), given)]


@dataclass(frozen=True, slots=True)
class CreditedDeal:
    """A deal of the run with what the asked piece earned of it; the company is named only to its own partner."""

    deal_id: UUID
    reference: str
    partner: str
    title: str
    state: str
    amount_minor: int
    currency: str
    earned_minor: int
    touches: int
    sourced: bool
    influenced: bool


def deals_of(
    session: Session, actor: Actor, run: Run, *, dimension: str = "", key: str = "", state: str = "won", limit: int = 50
) -> list[CreditedDeal]:
    """Deals of the run, of a kit, a launch or another value; the highest earnings first. Raises as `credits_by`."""
    reader(actor)
    _known(actor, dimension or "channel", state)
    grouped, _, joins = _BY[dimension] if dimension else ("''", "", "")
    only = "true" if not dimension else f"credit.place > 0 AND {grouped} = :key"
    if key == "unattributed":
        only = "credit.place = 0"
    own = "true" if actor.partner_id is None else "(registered.partner_id = :partner OR credit.partner_id = :partner)"
    statement = f"""
      SELECT credit.deal_id, registered.reference, min(holder.name),
        min(CASE WHEN registered.partner_id = :partner OR :partner IS NULL THEN registered.title ELSE '' END),
        deal.state, deal.amount_minor, deal.currency, sum(credit.amount_minor)::bigint AS earned, deal.touches,
        deal.sourced, deal.influenced
      FROM attribution_credit AS credit
      JOIN attribution_deal AS deal ON deal.run_id = credit.run_id AND deal.deal_id = credit.deal_id
      JOIN deal AS registered ON registered.id = credit.deal_id
      JOIN partner AS holder ON holder.id = registered.partner_id
      {joins}
      WHERE credit.run_id = :run AND deal.state = :state AND {only} AND {_scope(actor)} AND {own}
      GROUP BY credit.deal_id, registered.reference, deal.state, deal.amount_minor, deal.currency, deal.touches,
        deal.sourced, deal.influenced
      ORDER BY earned DESC, credit.deal_id LIMIT :limit"""
    given = {"run": run.id, "state": state, "partner": actor.partner_id, "key": key, "limit": limit}
    return [CreditedDeal(*row) for row in session.execute(text(statement), given)]
