"""Reads of touchpoints: the ones that count, totals per launch, and what a visitor came through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.tracking.models import Touchpoint, TrackedLink


def effective() -> ColumnElement[bool]:
    """The condition for touchpoints that no later row revises."""
    later = aliased(Touchpoint)
    return ~select(later.id).where(later.revises == Touchpoint.id).exists()


@dataclass(frozen=True, slots=True)
class TouchCount:
    """How many effective touchpoints of a kind, channel and verdict a launch has, and of how many visitors."""

    launch_id: UUID
    kind: str
    channel: str
    asset_id: str
    step_id: str
    locale: str
    verdict: str
    count: int
    visitors: int


def touch_counts(session: Session, launch_ids: Sequence[UUID]) -> list[TouchCount]:
    """Totals of the launches, finest useful grain; the caller has checked whose launches they are."""
    grain = (
        Touchpoint.launch_id,
        Touchpoint.kind,
        Touchpoint.channel,
        Touchpoint.asset_id,
        Touchpoint.step_id,
        Touchpoint.locale,
        Touchpoint.verdict,
    )
    rows = session.execute(
        select(*grain, func.count(), func.count(Touchpoint.visitor.distinct()))
        .where(Touchpoint.launch_id.in_(launch_ids), effective())
        .group_by(*grain)
        .order_by(*grain)
    )
    return [TouchCount(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Source:
    """The piece somebody came from."""

    link_id: int
    channel: str
    asset_id: str
    step_id: str
    locale: str


def source_of(session: Session, launch_id: UUID, link_id: int) -> Source | None:
    """The link's piece if the link is the launch's own."""
    row = session.execute(
        select(
            TrackedLink.id, TrackedLink.channel, TrackedLink.asset_id, TrackedLink.step_id, TrackedLink.locale
        ).where(TrackedLink.id == link_id, TrackedLink.launch_id == launch_id)
    ).one_or_none()
    return Source(*row) if row else None


def last_source(session: Session, launch_id: UUID, visitor: str) -> Source | None:
    """The piece whose link this visitor followed last; for forms that came without a `via`."""
    row = session.execute(
        select(Touchpoint.link_id, Touchpoint.channel, Touchpoint.asset_id, Touchpoint.step_id, Touchpoint.locale)
        .where(
            Touchpoint.launch_id == launch_id,
            Touchpoint.visitor == visitor,
            Touchpoint.kind.in_(("click", "download")),
            Touchpoint.link_id.is_not(None),
            Touchpoint.verdict != "bot",
        )
        .order_by(Touchpoint.occurred_at.desc(), Touchpoint.id.desc())
        .limit(1)
    ).one_or_none()
    return Source(*row) if row else None
