"""Reading a programme's deals with their touches, in one pass, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.attribution.rules import PathRules, RunSpec
from campaigns.attribution.service import gathering_sql as sql
from campaigns.attribution.touches import Journey, Split, Touch
from campaigns.core.money import Money

FETCHED = 5000  # rows asked of the database at once
LONGEST_MS = 600_000  # a statement over a whole programme may take longer than a page's


@dataclass(frozen=True, slots=True)
class Found:
    """A deal as the run reads it: its journey, and what it stood at by the cut-off (open, won, lost)."""

    journey: Journey
    state: str


def prepare(session: Session, programme_id: UUID, spec: RunSpec) -> tuple[int, int]:
    """Find which touches belong to which deals, in temporary tables. (deals, touches found)."""
    given = {"programme": programme_id, "cut_off": spec.cut_off}
    session.execute(text(f"SET LOCAL statement_timeout = {LONGEST_MS}"))
    session.execute(text("SET LOCAL work_mem = '128MB'"))
    for statement in sql.CREATED:
        session.execute(text(statement))
    for statement in sql.FILLED:
        session.execute(text(statement), given)
    deals, touches = session.execute(
        text("SELECT (SELECT count(*) FROM run_deal), (SELECT count(*) FROM run_touch)")
    ).one()
    return deals, touches


def journeys(session: Session, programme_id: UUID, spec: RunSpec) -> Iterator[Found]:
    """The prepared deals one after the other, each with its touches; two cursors run beside each other."""
    given = {"programme": programme_id, "cut_off": spec.cut_off} | _asked(spec.rules)
    launches = {row[0]: tuple(row[1:]) for row in session.execute(text(sql.LAUNCHES), given)}
    touches = _rows(session, "run_touches", sql.TOUCHES, given)
    row = next(touches, None)
    for deal in _rows(session, "run_deals", sql.DEALS, given):
        mine: list[Touch] = []
        while row is not None and row[0] == deal[0]:
            mine.append(_touch(row, launches))
            row = next(touches, None)
        yield Found(_journey(deal, tuple(mine)), deal[4])


def _asked(rules: PathRules) -> dict[str, Any]:
    verdicts = ["human", "suspect"] if rules.suspects else ["human"]
    return {"kinds": sorted(rules.kinds), "verdicts": verdicts}


def _rows(session: Session, name: str, statement: str, given: dict[str, Any]) -> Iterator[Any]:
    """Rows of a server-side cursor: the memory holds `FETCHED` of them, whatever the statement finds.

    The driver's own cursor, since SQLAlchemy's rows cost as much again as reading them; binary, since times are then
    read without being parsed.
    """
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(name=name, binary=True) as cursor:
        cursor.execute(statement, given)
        while batch := cursor.fetchmany(FETCHED):
            yield from batch


def _touch(row: Any, launches: dict[str, tuple[str, str, str]]) -> Touch:
    _, name, occurred, received, channel, kind, launch, asset, step, locale, partner, activity, verdict = row
    _, version, kit = launches.get(launch, ("", "", "")) if launch else ("", "", "")
    return Touch(
        name, occurred, received, channel, kind, launch or "", kit, version, asset, step, locale, partner, activity,
        verdict,
    )  # fmt: skip


def _journey(deal: Any, touches: tuple[Touch, ...]) -> Journey:
    _, name, partner, lead, _, amount, currency, lead_at, opportunity_at, closed_at, team = deal
    splits = tuple(Split(member, parts) for member, parts in team or ())
    return Journey(
        deal=name,
        values=(Money(amount, currency),),
        touches=touches,
        lead_at=lead_at,
        opportunity_at=opportunity_at,
        closed_at=closed_at,
        partner=partner,
        brought_by="" if lead else partner,
        splits=splits if any(split.weight for split in splits) else (),
    )
