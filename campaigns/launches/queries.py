"""Reads of launches: lists, one launch with its pieces and files, progress, who runs a kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from campaigns.artifacts.queries import StoredFile, stored_files
from campaigns.core.actor import Actor
from campaigns.core.errors import not_found
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, scoped
from campaigns.kits.models import Kit, KitVersion
from campaigns.kits.rules import day
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.launches.rules import Event, State, events_of, open_until
from campaigns.partners.models import Partner, Programme

PAGE = 50


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """A launch in a list."""

    id: UUID
    slug: str
    title: str
    programme_name: str
    programme_slug: str
    kit_version_id: UUID
    number: int
    state: str
    locales: tuple[str, ...]
    starts_at: datetime
    created_at: datetime
    audience_total: int


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece of a launch and, once it is ready, its file."""

    id: UUID
    position: int
    asset_id: str
    kind: str
    title: str
    output: str
    locale: str
    state: str
    error: Mapping[str, Any] | None
    file: StoredFile | None


@dataclass(frozen=True, slots=True)
class LaunchPage:
    """One launch with everything that its page shows."""

    line: LaunchLine
    kit_id: UUID
    newer_number: int | None
    brand_revision_id: UUID
    audience_skipped: Mapping[str, int]
    failure: Mapping[str, Any] | None
    ready_at: datetime | None
    finished_at: datetime | None
    pieces: tuple[PieceLine, ...]
    may: frozenset[Event]
    open_until: datetime | None = None  # when it is over by itself; None where its last mail decides

    @property
    def ready(self) -> int:
        """How many pieces are ready."""
        return sum(1 for piece in self.pieces if piece.state == "ready")


@dataclass(frozen=True, slots=True)
class PieceState:
    """A piece as progress reports it."""

    id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a launch is. `settled` once nothing more will change by itself."""

    state: str
    version: int
    ready: int
    failed: int
    total: int
    pieces: tuple[PieceState, ...]

    @property
    def settled(self) -> bool:
        """True when rendering is over, well or not."""
        return self.state not in (State.DRAFT, State.RENDERING, State.READY)


def _lines() -> Select[Any]:
    return (
        select(
            Launch.id,
            Launch.slug,
            KitVersion.manifest["title"].astext,
            Programme.name,
            Programme.slug,
            Launch.kit_version_id,
            KitVersion.number,
            Launch.state,
            Launch.locales,
            Launch.starts_at,
            Launch.created_at,
            Launch.audience_total,
        )
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .join(Programme, Programme.id == Launch.programme_id)
    )


def _line(row: Any) -> LaunchLine:
    values = list(row)
    values[8] = tuple(values[8])
    return LaunchLine(*values[:12])


def launches_for(
    session: Session, actor: Actor, *, before: UUID | None = None, states: Sequence[str] = (), limit: int = PAGE
) -> list[LaunchLine]:
    """A partner's own launches, newest first; `before` is the last id of the page before."""
    require(actor, "launch.read")
    query = scoped(_lines(), actor, Launch).order_by(Launch.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Launch.id < before)
    if states:
        query = query.where(Launch.state.in_(states))
    return [_line(row) for row in session.execute(query)]


def launch_page(session: Session, actor: Actor, launch_id: UUID) -> LaunchPage:
    """A partner's own launch; DomainError `launch.not_found`."""
    require(actor, "launch.read")
    query = scoped(
        _lines().add_columns(Launch, KitVersion.kit_id, KitVersion.manifest["valid_until"].astext), actor, Launch
    ).where(Launch.id == launch_id)
    row = must_exist(session.execute(query.execution_options(populate_existing=True)).one_or_none(), "launch")
    launch: Launch = row[12]
    newest = session.scalar(
        select(func.max(KitVersion.number)).where(KitVersion.kit_id == row[13], KitVersion.state == "published")
    )
    return LaunchPage(
        line=_line(row),
        kit_id=row[13],
        newer_number=newest if newest and newest > row[6] else None,
        brand_revision_id=launch.brand_revision_id,
        audience_skipped=launch.audience_skipped,
        failure=launch.failure,
        ready_at=launch.ready_at,
        finished_at=launch.finished_at,
        pieces=_pieces(session, launch_id),
        may=events_of(State(launch.state)),
        open_until=None if launch.audience_total else open_until(launch.starts_at, day(row[14])),
    )


def _pieces(session: Session, launch_id: UUID) -> tuple[PieceLine, ...]:
    rows = session.scalars(
        select(LaunchPiece)
        .where(LaunchPiece.launch_id == launch_id)
        .order_by(LaunchPiece.position)
        .execution_options(populate_existing=True)
    ).all()
    files = stored_files(session, [row.artifact_id for row in rows if row.artifact_id])
    return tuple(
        PieceLine(
            row.id,
            row.position,
            row.asset_id,
            row.kind,
            row.title,
            row.output,
            row.locale,
            row.state,
            row.error,
            files.get(row.artifact_id) if row.artifact_id else None,
        )
        for row in rows
    )


def piece_file(session: Session, actor: Actor, launch_id: UUID, piece_id: UUID) -> tuple[PieceLine, StoredFile]:
    """A ready piece of a partner's own launch and its file; DomainError `piece.not_found`."""
    require(actor, "launch.read")
    own = scoped(select(Launch.id).where(Launch.id == launch_id), actor, Launch)
    must_exist(session.scalar(own), "launch")
    for piece in _pieces(session, launch_id):
        if piece.id == piece_id and piece.file is not None:
            return piece, piece.file
    raise not_found("piece")


def progress(session: Session, actor: Actor, launch_id: UUID) -> Progress:
    """How far a partner's own launch is; two small queries."""
    require(actor, "launch.read")
    own = scoped(select(Launch.state, Launch.version).where(Launch.id == launch_id), actor, Launch)
    row = must_exist(session.execute(own).one_or_none(), "launch")
    pieces = session.execute(
        select(LaunchPiece.id, LaunchPiece.state)
        .where(LaunchPiece.launch_id == launch_id)
        .order_by(LaunchPiece.position)
    ).all()
    states = [piece.state for piece in pieces]
    return Progress(
        row.state,
        row.version,
        states.count("ready"),
        states.count("failed"),
        len(states),
        tuple(PieceState(piece.id, piece.state) for piece in pieces),
    )


@dataclass(frozen=True, slots=True)
class Users:
    """Which partners run a kit version: how many, and the first few by name."""

    version_id: UUID
    partners: int
    names: tuple[str, ...]


def users_of_kit(session: Session, actor: Actor, kit_id: UUID, *, names: int = 3) -> dict[UUID, Users]:
    """By version, the partners with a launch that is not over; for the vendor's kit page."""
    require(actor, "kit.read")
    running = Launch.state.in_(("rendering", "ready", "running", "paused"))
    query = scoped(
        select(Launch.kit_version_id, Partner.name, func.max(Launch.created_at))
        .join(Partner, Partner.id == Launch.partner_id)
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .join(Kit, Kit.id == KitVersion.kit_id)
        .where(Kit.id == kit_id, running)
        .group_by(Launch.kit_version_id, Partner.id)
        .order_by(func.max(Launch.created_at).desc()),
        actor,
        Launch,
    )
    found: dict[UUID, list[str]] = {}
    for version_id, name, _ in session.execute(query):
        found.setdefault(version_id, []).append(name)
    return {key: Users(key, len(who), tuple(who[:names])) for key, who in found.items()}


def partners_running(session: Session, version_id: UUID) -> list[UUID]:
    """Which partners have a launch of the version that was not cancelled; for the vendor who owns it."""
    query = select(Launch.partner_id).where(Launch.kit_version_id == version_id, Launch.state != State.CANCELLED.value)
    return list(session.scalars(query.distinct()))
