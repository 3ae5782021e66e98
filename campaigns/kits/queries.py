"""Reads of kits: what a vendor has, what a partner may launch, and one version for other contexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.kits.manifest_json import manifest_from_json
from campaigns.kits.models import Kit, KitVersion
from campaigns.kits.rules import VersionRef, day, errors_among
from campaigns.partners.models import Membership, Programme
from renderer.kit.manifest import Manifest

_REF = (
    KitVersion.id,
    KitVersion.kit_id,
    KitVersion.programme_id,
    Kit.slug,
    Kit.title,
    KitVersion.number,
    KitVersion.label,
    KitVersion.digest,
    KitVersion.archive_key,
    KitVersion.state,
    KitVersion.manifest["valid_from"].astext,
    KitVersion.manifest["valid_until"].astext,
)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the line of a kit's versions."""

    id: UUID
    number: int
    label: str
    state: str
    at: datetime
    checked: bool
    check_done: int
    check_total: int
    errors: int
    reason: str
    locales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KitCard:
    """A kit in a list: its newest version that the actor may use, and how many pieces it has."""

    kit_id: UUID
    slug: str
    title: str
    summary: str
    programme_id: UUID
    programme_name: str
    programme_slug: str
    version_id: UUID
    number: int
    state: str
    checked: bool
    errors: int
    locales: tuple[str, ...]
    assets: tuple[dict[str, Any], ...]
    since: datetime
    valid_from: date | None
    valid_until: date | None
    source_locale: str
    labels: tuple[str, ...]
    mails: int
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, name: str, locale: str) -> str:
        """`title` or `summary` in a language, the source's where the kit has none."""
        return self.texts.get(locale, {}).get(name) or str(getattr(self, name))


@dataclass(frozen=True, slots=True)
class KitPage:
    """Everything the studio shows of a kit, for one chosen version."""

    kit_id: UUID
    slug: str
    title: str
    summary: str
    ref: VersionRef
    manifest: dict[str, Any]
    problems: tuple[dict[str, Any], ...]
    coverage: dict[str, Any]
    line: tuple[VersionLine, ...]
    chosen: VersionLine


def _ref(row: Row[Any]) -> VersionRef:
    values: list[Any] = list(row)
    return VersionRef(*[*values[:10], day(values[10]), day(values[11])])


def title_in(locale: str) -> ColumnElement[str]:
    """A version's title in a language, the source's where it has none; for queries that join `KitVersion`."""
    translated = KitVersion.coverage["texts"][locale]["title"].astext
    return func.coalesce(func.nullif(translated, ""), KitVersion.manifest["title"].astext)


def titles_in(session: Session, version_ids: Sequence[UUID], locale: str) -> dict[UUID, str]:
    """By version, the title in a language; for callers that hold rows of the actor's own which point to them."""
    rows = session.execute(select(KitVersion.id, title_in(locale)).where(KitVersion.id.in_(version_ids)))
    return dict(rows.tuples().all())


def visible(actor: Actor) -> ColumnElement[bool]:
    """Which versions an actor may see: a vendor its own, a partner what its programmes published.

    The system sees all: it addresses versions by key.
    """
    if actor.kind == "system":
        return KitVersion.id.is_not(None)
    if actor.programme_id is not None:
        return KitVersion.programme_id == actor.programme_id
    if actor.partner_id is None:
        return false()
    mine = select(Membership.programme_id).where(
        Membership.partner_id == actor.partner_id, Membership.ended_at.is_(None)
    )
    return and_(KitVersion.state != "draft", KitVersion.programme_id.in_(mine))


def version_ref(session: Session, actor: Actor, version_id: UUID) -> VersionRef:
    """The version if the actor may see it; DomainError `kit_version.not_found` otherwise."""
    query = select(*_REF).join(Kit, Kit.id == KitVersion.kit_id).where(KitVersion.id == version_id, visible(actor))
    return _ref(must_exist(session.execute(query).one_or_none(), "kit_version"))


def pinned_version(session: Session, version_id: UUID) -> VersionRef:
    """The version a row already points to; for services that hold such a row of the actor's own."""
    query = select(*_REF).join(Kit, Kit.id == KitVersion.kit_id).where(KitVersion.id == version_id)
    return _ref(session.execute(query).one())


def manifest_of(session: Session, version_id: UUID) -> Manifest:
    """The manifest of a version that the caller was allowed to find."""
    return manifest_from_json(
        session.execute(select(KitVersion.manifest).where(KitVersion.id == version_id)).scalar_one()
    )


def newest_published(session: Session, actor: Actor, kit_id: UUID) -> VersionRef | None:
    """The published version of the highest number, if the actor may see one."""
    query = (
        select(*_REF)
        .join(Kit, Kit.id == KitVersion.kit_id)
        .where(KitVersion.kit_id == kit_id, KitVersion.state == "published", visible(actor))
        .order_by(KitVersion.number.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return _ref(row) if row else None


def _newest(actor: Actor) -> Select[Any]:
    """Per kit the version of the highest number among those shown: published for a partner, any for a vendor."""
    shown = visible(actor) if actor.partner_id is None else and_(visible(actor), KitVersion.state == "published")
    return (
        select(KitVersion.kit_id, func.max(KitVersion.number).label("number")).where(shown).group_by(KitVersion.kit_id)
    )


def kits_for(
    session: Session, actor: Actor, *, programme_id: UUID | None = None, on: date | None = None
) -> list[KitCard]:
    """A vendor's own kits, or those a partner may launch (in season on `on`), newest first."""
    require(actor, "campaign.read" if actor.partner_id is not None else "kit.read")
    newest = _newest(actor).subquery()
    query = (
        select(KitVersion, Kit, Programme.name, Programme.slug)
        .join(Kit, Kit.id == KitVersion.kit_id)
        .join(Programme, Programme.id == Kit.programme_id)
        .join(newest, and_(newest.c.kit_id == KitVersion.kit_id, newest.c.number == KitVersion.number))
        .order_by(KitVersion.created_at.desc())
    )
    if programme_id is not None:
        query = query.where(Kit.programme_id == programme_id)
    if on is not None:
        until, start = KitVersion.manifest["valid_until"].astext, KitVersion.manifest["valid_from"].astext
        query = query.where(
            or_(until.is_(None), until >= on.isoformat()), or_(start.is_(None), start <= on.isoformat())
        )
    return [_card(*row) for row in session.execute(query)]


def _card(version: KitVersion, kit: Kit, programme_name: str, programme_slug: str) -> KitCard:
    manifest = version.manifest
    return KitCard(
        kit_id=kit.id,
        slug=kit.slug,
        title=manifest["title"],
        summary=manifest["summary"],
        programme_id=kit.programme_id,
        programme_name=programme_name,
        programme_slug=programme_slug,
        version_id=version.id,
        number=version.number,
        state=version.state,
        checked=version.checked_at is not None,
        errors=errors_among(version.problems),
        locales=tuple(manifest["locales"]),
        assets=tuple(manifest["assets"]),
        since=version.published_at or version.created_at,
        valid_from=day(manifest["valid_from"]),
        valid_until=day(manifest["valid_until"]),
        source_locale=manifest["source_locale"],
        labels=tuple(manifest["labels"]),
        mails=len(manifest["steps"]),
        texts=version.coverage.get("texts", {}),
    )


def _line(versions: Sequence[KitVersion]) -> tuple[VersionLine, ...]:
    return tuple(
        VersionLine(
            id=version.id,
            number=version.number,
            label=version.label,
            state=version.state,
            at=version.withdrawn_at or version.published_at or version.created_at,
            checked=version.checked_at is not None,
            check_done=version.check_done,
            check_total=version.check_total,
            errors=errors_among(version.problems),
            reason=version.withdrawn_reason or "",
            locales=tuple(version.manifest["locales"]),
        )
        for version in versions
    )


def kit_page(session: Session, actor: Actor, kit_id: UUID, version_id: UUID | None = None) -> KitPage:
    """A kit with its line of versions and one chosen version (the newest if none is named)."""
    require(actor, "kit.read")
    versions = session.scalars(
        select(KitVersion)
        .where(KitVersion.kit_id == kit_id, visible(actor))
        .order_by(KitVersion.number)
        .execution_options(populate_existing=True)
    ).all()
    must_exist(versions or None, "kit")
    line = _line(versions)
    index = next((at for at, item in enumerate(versions) if item.id == version_id), None)
    if version_id is None:
        index = len(versions) - 1
    chosen = versions[must_exist(index, "kit_version")]
    return KitPage(
        kit_id=kit_id,
        slug=chosen.manifest["slug"],
        title=chosen.manifest["title"],
        summary=chosen.manifest["summary"],
        ref=version_ref(session, actor, chosen.id),
        manifest=chosen.manifest,
        problems=tuple(chosen.problems),
        coverage=chosen.coverage,
        line=line,
        chosen=line[index or 0],
    )


def checked_problems(session: Session, version_id: UUID) -> list[dict[str, Any]]:
    """What the check found, for jobs that hold the version's id."""
    return list(session.execute(select(KitVersion.problems).where(KitVersion.id == version_id)).scalar_one())


def kit_by_slug(session: Session, programme_id: UUID, slug: str) -> UUID:
    """The kit of a slug in a programme; DomainError `kit.not_found`."""
    found = session.scalar(select(Kit.id).where(Kit.programme_id == programme_id, Kit.slug == slug))
    kit_id: UUID = must_exist(found, "kit")
    return kit_id
