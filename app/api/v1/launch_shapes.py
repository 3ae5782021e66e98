"""What the API shows of launches: lines, pieces, offers, shares, totals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.api.operation import Shape
from app.api.paging import Page
from campaigns.launches.offer import LaunchOffer
from campaigns.launches.queries import LaunchLine, LaunchPage, PieceLine


class LaunchOut(Shape):
    """A launch. Times are UTC."""

    id: UUID
    slug: str
    title: str
    programme: str
    kit_version_id: UUID
    kit_number: int
    state: str
    locales: list[str]
    starts_at: datetime
    created_at: datetime
    audience_total: int


class LaunchList(Page[LaunchOut]):
    """A page of launches, newest first."""


class FileOut(Shape):
    """A finished file; `href` downloads it. Sizes in bytes and pixels."""

    filename: str
    media_type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    pages: int | None
    href: str


class PieceOut(Shape):
    """A piece of a launch and, once it is ready, its file."""

    id: UUID
    asset_id: str
    kind: str
    title: str
    output: str
    locale: str
    state: str
    error: dict[str, Any] | None
    file: FileOut | None


class ProgressOut(Shape):
    """How far rendering is; `settled` once nothing more changes by itself."""

    state: str
    ready: int
    failed: int
    total: int
    settled: bool


class LaunchDetail(LaunchOut):
    """A launch with its pieces, its landing pages by locale, and what may happen to it now."""

    progress: ProgressOut
    pieces: list[PieceOut]
    landing_pages: dict[str, str]
    audience_skipped: dict[str, int]
    failure: dict[str, Any] | None
    newer_kit_number: int | None
    may: list[str]
    ready_at: datetime | None
    finished_at: datetime | None


class ShareOut(Shape):
    """One way to share a post: `url` is tracked, `intent` opens the channel with text and address filled in."""

    channel: str
    locale: str
    asset_id: str
    title: str
    text: str
    url: str
    intent: str


class ShareList(Shape):
    """The shares of a launch; none before its posts are ready."""

    items: list[ShareOut]


class OfferPieceOut(Shape):
    """A file that a launch would make per locale."""

    asset_id: str
    kind: str
    title: str
    output: str


class OfferFieldOut(Shape):
    """A value beyond the brand that you may set."""

    id: str
    type: str
    label: str
    required: bool
    locked: bool
    max_chars: int
    value: str


class OfferStepOut(Shape):
    """A mail of the sequence, so many seconds after the one before."""

    title: str
    wait_s: int
    send_if: str


class AudienceOut(Shape):
    """Whom the list would reach; `skipped` counts by reason."""

    list_id: UUID | None
    list_name: str | None
    total: int
    mailable: int
    skipped: dict[str, int]
    by_locale: dict[str, int]


class OfferOut(Shape):
    """What a click would do; `blockers` stop a launch now, `problems` are of the fields."""

    kit_version_id: UUID
    title: str
    summary: str
    programme: str
    locales: list[str]
    chosen_locales: list[str]
    pieces: list[OfferPieceOut]
    steps: list[OfferStepOut]
    fields: list[OfferFieldOut]
    audience: AudienceOut
    proposed_start: datetime
    time_zone: str
    newer_kit_number: int | None
    blockers: list[dict[str, Any]]
    problems: list[dict[str, Any]]


def line(row: LaunchLine) -> dict[str, Any]:
    """The members of `LaunchOut`."""
    return {
        "id": row.id,
        "slug": row.slug,
        "title": row.title,
        "programme": row.programme_name,
        "kit_version_id": row.kit_version_id,
        "kit_number": row.number,
        "state": row.state,
        "locales": list(row.locales),
        "starts_at": row.starts_at,
        "created_at": row.created_at,
        "audience_total": row.audience_total,
    }


def _piece(launch_id: UUID, piece: PieceLine) -> PieceOut:
    file = piece.file
    shown = file and FileOut(
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
        pages=file.pages,
        href=f"/api/v1/launches/{launch_id}/pieces/{piece.id}/file",
    )
    return PieceOut(
        id=piece.id,
        asset_id=piece.asset_id,
        kind=piece.kind,
        title=piece.title,
        output=piece.output,
        locale=piece.locale,
        state=piece.state,
        error=dict(piece.error) if piece.error else None,
        file=shown or None,
    )


def detail(page: LaunchPage, landing_pages: Mapping[str, str]) -> LaunchDetail:
    """A launch with everything its page shows."""
    states = [piece.state for piece in page.pieces]
    return LaunchDetail(
        **line(page.line),
        progress=ProgressOut(
            state=page.line.state,
            ready=states.count("ready"),
            failed=states.count("failed"),
            total=len(states),
            settled=page.line.state not in ("draft", "rendering", "ready"),
        ),
        pieces=[_piece(page.line.id, piece) for piece in page.pieces],
        landing_pages=dict(landing_pages),
        audience_skipped=dict(page.audience_skipped),
        failure=dict(page.failure) if page.failure else None,
        newer_kit_number=page.newer_number,
        may=sorted(event.value for event in page.may),
        ready_at=page.ready_at,
        finished_at=page.finished_at,
    )


def offer(made: LaunchOffer) -> OfferOut:
    """The launch panel as values."""
    chosen = made.chosen_list
    return OfferOut(
        kit_version_id=made.version.id,
        title=made.title,
        summary=made.summary,
        programme=made.programme_name,
        locales=list(made.locales),
        chosen_locales=list(made.chosen),
        pieces=[
            OfferPieceOut(asset_id=piece.asset_id, kind=piece.kind, title=piece.title, output=piece.output)
            for piece in made.pieces
        ],
        steps=[
            OfferStepOut(title=step.title, wait_s=int(step.wait.total_seconds()), send_if=step.send_if)
            for step in made.steps
        ],
        fields=[
            OfferFieldOut(
                id=item.id,
                type=item.type,
                label=item.label,
                required=item.required,
                locked=item.locked,
                max_chars=item.max_chars,
                value=made.values[item.id],
            )
            for item in made.fields
        ],
        audience=AudienceOut(
            list_id=chosen.id if chosen else None,
            list_name=chosen.name if chosen else None,
            total=made.plan.total,
            mailable=made.plan.mailable,
            skipped=made.plan.skipped,
            by_locale=made.plan.by_locale,
        ),
        proposed_start=made.starts_at,
        time_zone=made.zone,
        newer_kit_number=made.newer.number if made.newer else None,
        blockers=[problem.as_dict() for problem in made.blockers],
        problems=[problem.as_dict() for problem in made.field_problems],
    )
