"""Following tracked links and recording touchpoints. The target comes from the database, never from a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from campaigns.core.signing import keyed_digest
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.tracking.addresses import PublicSettings
from campaigns.tracking.links import make_links
from campaigns.tracking.models import Touchpoint, TrackedLink
from campaigns.tracking.queries import effective
from campaigns.tracking.tokens import Followed, link_token, read_link_token, read_unsubscribe_token, unsubscribe_token
from campaigns.tracking.verdicts import BURST_LINKS, BURST_S, Facts, judge

__all__ = [
    "Followed",
    "RequestFacts",
    "Target",
    "Touched",
    "follow",
    "link_token",
    "make_links",
    "read_link_token",
    "read_unsubscribe_token",
    "record_deliveries",
    "record_touch",
    "unsubscribe_token",
    "upgrade",
    "visitor_digest",
]

CLICKS = ("click", "download")


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known of a request. The address is used for the visitor digest and never stored."""

    method: str
    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a genuine token leads, and what the launch and the piece are."""

    url: str
    launch_id: UUID
    kind: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Touched:
    """One delivered message, for `record_deliveries`."""

    launch_id: UUID
    programme_id: UUID
    partner_id: UUID
    delivery_id: int
    contact_id: UUID
    asset_id: str
    step_id: str
    locale: str
    sent_at: datetime


def visitor_digest(secret_key: str, launch_id: UUID, facts: RequestFacts) -> str:
    """A name for a visitor within one launch: it says nothing in another, and nothing of the address."""
    return keyed_digest(secret_key, f"visitor:{launch_id}", facts.address, facts.user_agent, chars=24)


def follow(uow: UnitOfWork, settings: PublicSettings, token: str, facts: RequestFacts) -> Target | None:
    """Record the visit and say where the link leads; None for an unknown token, of which nothing is kept."""
    followed = read_link_token(settings.secret_key, token)
    if followed is None:
        return None
    session = uow.session
    link = session.get(TrackedLink, followed.link_id)
    if link is None:
        return None
    sent = _delivery(session, link.launch_id, followed.delivery_id)
    visitor = visitor_digest(settings.secret_key, link.launch_id, facts)
    recent = _recent(session, link, followed.delivery_id, visitor, uow.now)
    since: float | None = None
    if followed.delivery_id is not None:
        # a click before the delivery is on record came while the server still had the message in hand
        since = (uow.now - sent.occurred_at).total_seconds() if sent else 0.0
    distinct = len({row.link_id for row in recent} | {link.id})
    verdict, reasons = judge(Facts(facts.method, facts.user_agent, since_delivery_s=since, distinct_links=distinct))
    session.execute(
        insert(Touchpoint).values(
            launch_id=link.launch_id,
            programme_id=link.programme_id,
            partner_id=link.partner_id,
            kind="download" if link.kind == "file" else "click",
            link_id=link.id,
            delivery_id=followed.delivery_id,
            contact_id=sent.contact_id if sent else None,
            asset_id=link.asset_id,
            step_id=link.step_id,
            channel=link.channel,
            locale=link.locale,
            visitor=visitor,
            verdict=verdict,
            reasons=list(reasons),
            occurred_at=uow.now,
        )
    )
    if distinct >= BURST_LINKS:
        _revise(session, [row.id for row in recent if row.verdict != "bot"], "bot", "burst")
    # the page reads the token again, so that a lead is traced to its piece without a cookie
    url = f"{link.target}?via={token}" if link.kind == "landing" else link.target
    return Target(url, link.launch_id, link.kind, verdict)


def _delivery(session: Session, launch_id: UUID, delivery_id: int | None) -> Row[tuple[datetime, UUID | None]] | None:
    if delivery_id is None:
        return None
    return session.execute(
        select(Touchpoint.occurred_at, Touchpoint.contact_id)
        .where(Touchpoint.delivery_id == delivery_id, Touchpoint.launch_id == launch_id, Touchpoint.kind == "delivery")
        .limit(1)
    ).one_or_none()


def _recent(
    session: Session, link: TrackedLink, delivery_id: int | None, visitor: str, now: datetime
) -> Sequence[Row[tuple[int, int | None, str]]]:
    """What was followed of the same message just now; files in a mail are told by their step and the visitor."""
    if link.channel != "mail":
        return []
    same = and_(Touchpoint.visitor == visitor, Touchpoint.step_id == link.step_id, Touchpoint.channel == "mail")
    return session.execute(
        select(Touchpoint.id, Touchpoint.link_id, Touchpoint.verdict).where(
            or_(Touchpoint.delivery_id == delivery_id, same) if delivery_id is not None else same,
            Touchpoint.launch_id == link.launch_id,
            Touchpoint.kind.in_(CLICKS),
            Touchpoint.occurred_at >= now - timedelta(seconds=BURST_S),
            effective(),
        )
    ).all()


def _revise(session: Session, ids: Sequence[int], verdict: str, reason: str) -> int:
    """New rows with another verdict that revise these; a row somebody else has just revised is left."""
    if not ids:
        return 0
    copied = [
        column
        for column in Touchpoint.__table__.columns
        if column.key not in ("id", "created_at", "verdict", "reasons", "revises")
    ]
    rows = session.execute(
        select(*copied, Touchpoint.id.label("revises"), Touchpoint.reasons).where(Touchpoint.id.in_(ids), effective())
    ).mappings()
    values: list[dict[str, Any]] = [{**row, "verdict": verdict, "reasons": [*row["reasons"], reason]} for row in rows]
    if not values:
        return 0
    made = session.execute(upsert(Touchpoint).values(values).on_conflict_do_nothing().returning(Touchpoint.id))
    return len(made.all())


def upgrade(session: Session, launch_id: UUID, visitor: str, delivery_id: int | None, reason: str) -> int:
    """What a person's act proves: the visitor's doubtful clicks were human. Rows added.

    A click whose method, agent or hidden link gave it away stays a bot's.
    """
    of_visitor = Touchpoint.visitor == visitor
    mine = or_(of_visitor, Touchpoint.delivery_id == delivery_id) if delivery_id is not None else of_visitor
    rows = session.execute(
        select(Touchpoint.id, Touchpoint.verdict, Touchpoint.reasons, of_visitor.label("same")).where(
            Touchpoint.launch_id == launch_id,
            Touchpoint.kind.in_(CLICKS),
            Touchpoint.verdict != "human",
            mine,
            effective(),
        )
    )
    sure = {"head", "no_user_agent", "scanner", "hidden_link"}
    ids = [row.id for row in rows if row.verdict == "suspect" or (row.same and not sure & set(row.reasons))]
    return _revise(session, ids, "human", reason)


def record_touch(
    uow: UnitOfWork,
    settings: PublicSettings,
    *,
    launch_id: UUID,
    programme_id: UUID,
    partner_id: UUID,
    kind: str,
    locale: str,
    facts: RequestFacts,
    via: Followed | None = None,
    contact_id: UUID | None = None,
    asset_id: str = "",
) -> str:
    """Record that a person did something on a page (`page` by the beacon, `form`) and upgrade what led there.

    Returns the visitor's digest. `via` must have been checked by `read_link_token`.
    """
    visitor = visitor_digest(settings.secret_key, launch_id, facts)
    link = uow.session.get(TrackedLink, via.link_id) if via else None
    if link is not None and link.launch_id != launch_id:
        link = None
    delivery_id = via.delivery_id if via and link else None
    verdict, reasons = judge(Facts(facts.method, facts.user_agent))
    uow.session.execute(
        insert(Touchpoint).values(
            launch_id=launch_id,
            programme_id=programme_id,
            partner_id=partner_id,
            kind=kind,
            link_id=link.id if link else None,
            delivery_id=delivery_id,
            contact_id=contact_id,
            asset_id=asset_id,
            step_id=link.step_id if link else "",
            channel=link.channel if link else "",
            locale=locale,
            visitor=visitor,
            verdict=verdict,
            reasons=list(reasons),
            occurred_at=uow.now,
        )
    )
    if verdict == "human":
        upgrade(uow.session, launch_id, visitor, delivery_id, f"upgraded_by_{kind}")
    return visitor


def record_deliveries(session: Session, sent: Sequence[Touched]) -> None:
    """One `delivery` touchpoint per message the server took, in one statement."""
    if not sent:
        return
    session.execute(
        insert(Touchpoint),
        [
            {
                "launch_id": one.launch_id,
                "programme_id": one.programme_id,
                "partner_id": one.partner_id,
                "kind": "delivery",
                "delivery_id": one.delivery_id,
                "contact_id": one.contact_id,
                "asset_id": one.asset_id,
                "step_id": one.step_id,
                "channel": "mail",
                "locale": one.locale,
                "occurred_at": one.sent_at,
            }
            for one in sent
        ],
    )


def count_since(session: Session, launch_id: UUID, visitor: str, kind: str, since: datetime) -> int:
    """How often a visitor did something in a launch since then; for rate limits."""
    return session.execute(
        select(func.count())
        .select_from(Touchpoint)
        .where(
            Touchpoint.launch_id == launch_id,
            Touchpoint.visitor == visitor,
            Touchpoint.kind == kind,
            Touchpoint.occurred_at >= since,
        )
    ).scalar_one()
