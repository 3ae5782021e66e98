"""Reads of a partner's launches for the desk: which need somebody, and what the latest ones brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import scoped
from campaigns.desk.rules import Before, Facts
from campaigns.kits.models import KitVersion
from campaigns.kits.queries import title_in, titles_in
from campaigns.launches.models import Launch
from campaigns.launches.queries import LaunchLine, launches_for
from campaigns.leads.models import Lead
from campaigns.partners.models import Programme
from campaigns.sequences.models import Delivery
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective

WATCHED = ("failed", "paused", "running")
MOST_WATCHED = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A launch and what it brought: mails sent and waiting, clicks that people made, leads."""

    line: LaunchLine
    title: str
    sent: int
    waiting: int
    clicks: int
    leads: int


def launch_facts(session: Session, actor: Actor) -> list[Facts]:
    """The launches that are not over, newest first, with the mails they still owe and the kit's newest version."""
    newest = (
        select(KitVersion.kit_id, func.max(KitVersion.number).label("number"))
        .where(KitVersion.state == "published")
        .group_by(KitVersion.kit_id)
        .subquery()
    )
    rows = session.execute(
        scoped(
            select(
                Launch,
                KitVersion.kit_id,
                title_in(actor.locale),
                KitVersion.number,
                Programme.slug,
                Programme.name,
                newest.c.number,
            )
            .join(KitVersion, KitVersion.id == Launch.kit_version_id)
            .join(Programme, Programme.id == Launch.programme_id)
            .outerjoin(newest, newest.c.kit_id == KitVersion.kit_id)
            .where(Launch.state.in_(WATCHED))
            .order_by(Launch.id.desc())
            .limit(MOST_WATCHED),
            actor,
            Launch,
        )
    ).all()
    due = session.execute(
        select(Delivery.launch_id, func.count(), func.max(Delivery.due_at))
        .where(Delivery.launch_id.in_([row[0].id for row in rows]), Delivery.state == "due")
        .group_by(Delivery.launch_id)
    )
    waiting = {launch_id: (count, last) for launch_id, count, last in due}
    newest_launch: set[UUID] = set()
    found = []
    for launch, kit_id, name, number, slug, programme, published in rows:
        count, last = waiting.get(launch.id, (0, None))
        latest = kit_id not in newest_launch  # an old launch beside a newer one need not be launched again
        newest_launch.add(kit_id)
        found.append(
            Facts(
                launch_id=launch.id,
                kit_id=kit_id,
                state=launch.state,
                title=name,
                programme_slug=slug,
                programme_name=programme,
                starts_at=launch.starts_at,
                changed_at=launch.ready_at or launch.created_at,
                people=launch.audience_total,
                waiting=count,
                last_due_at=last,
                newer=published if latest and published and published > number else 0,
            )
        )
    return found


def last_launches(session: Session, actor: Actor) -> dict[UUID, Before]:
    """By kit, the actor's latest launch that was not stopped, with its leads."""
    latest = scoped(
        select(KitVersion.kit_id, Launch.id, Launch.starts_at)
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .where(Launch.state.not_in(("cancelled", "failed", "draft")))
        .distinct(KitVersion.kit_id)
        .order_by(KitVersion.kit_id, Launch.starts_at.desc()),
        actor,
        Launch,
    )
    rows = session.execute(latest).all()
    leads = _leads(session, [row.id for row in rows])
    return {row.kit_id: Before(row.starts_at, leads.get(row.id, 0)) for row in rows}


def _leads(session: Session, launch_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(Lead.launch_id, func.count()).where(Lead.launch_id.in_(launch_ids)).group_by(Lead.launch_id)
    )
    return {launch_id: count for launch_id, count in rows if launch_id is not None}


def recent_results(session: Session, actor: Actor, *, limit: int = 5) -> list[Result]:
    """The latest launches with their figures; DomainError `actor.forbidden` for whoever may not read launches."""
    lines = launches_for(session, actor, limit=limit)
    ids = [line.id for line in lines]
    mails = {
        (launch_id, state): count
        for launch_id, state, count in session.execute(
            select(Delivery.launch_id, Delivery.state, func.count())
            .where(Delivery.launch_id.in_(ids), Delivery.state.in_(("sent", "due")))
            .group_by(Delivery.launch_id, Delivery.state)
        )
    }
    clicks = dict(
        session.execute(
            select(Touchpoint.launch_id, func.count())
            .where(
                Touchpoint.launch_id.in_(ids),
                Touchpoint.kind == "click",
                Touchpoint.verdict == "human",
                effective(),
            )
            .group_by(Touchpoint.launch_id)
        )
        .tuples()
        .all()
    )
    leads = _leads(session, ids)
    titles = titles_in(session, [line.kit_version_id for line in lines], actor.locale)
    return [
        Result(
            line,
            titles[line.kit_version_id],
            mails.get((line.id, "sent"), 0),
            mails.get((line.id, "due"), 0),
            clicks.get(line.id, 0),
            leads.get(line.id, 0),
        )
        for line in lines
    ]
