"""Reads of tokens, audit entries and the programme's settings, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows, programme_of
from campaigns.db.models import AuditEntry
from campaigns.partners.models import ApiToken, Grant, Person, Programme
from campaigns.partners.service.programmes import ProgrammeForm

PAGE = 50


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it is listed; its secret is not kept."""

    id: UUID
    name: str
    prefix: str
    owner: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to what, and when. `who` is a person's name, empty without one; `kind` is the actor's."""

    number: int
    at: datetime
    who: str
    kind: str
    action: str
    subject: str
    subject_id: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the chain, latest first; `before` is the cursor of the next page, None at the end."""

    lines: tuple[AuditLine, ...]
    actions: tuple[str, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """The settings, and the version that guards an edit."""

    form: ProgrammeForm
    slug: str
    version: int


def tokens_of(session: DbSession, actor: Actor) -> list[TokenLine]:
    """The tokens of the actor's company, living ones first."""
    require(actor, "token.manage")
    rows = session.execute(
        select(ApiToken, Person.name)
        .join(Grant, Grant.id == ApiToken.grant_id)
        .join(Person, Person.id == Grant.person_id)
        .where(own_rows(actor, Grant))
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
        .limit(200)
    )
    return [
        TokenLine(
            token.id, token.name, token.prefix, owner, tuple(token.scopes), token.created_at,
            token.expires_at, token.last_used_at, token.revoked_at,
        )
        for token, owner in rows
    ]  # fmt: skip


def audit_page(session: DbSession, actor: Actor, *, action: str = "", before: int | None = None) -> AuditPage:
    """What was done in the actor's company; `action` filters, `before` pages."""
    require(actor, "audit.read")
    chain = f"partner:{actor.partner_id}" if actor.partner_id else f"programme:{actor.programme_id}"
    query = (
        select(AuditEntry, Person.name)
        .outerjoin(Person, AuditEntry.actor["person"].astext == func.cast(Person.id, AuditEntry.subject_id.type))
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.number.desc())
        .limit(PAGE + 1)
    )
    if action:
        query = query.where(AuditEntry.action == action)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    rows = session.execute(query).all()
    lines = tuple(
        AuditLine(
            entry.number, entry.created_at, name or "", str(entry.actor.get("kind", "")), entry.action,
            entry.subject_type, entry.subject_id, entry.data,
        )
        for entry, name in rows[:PAGE]
    )  # fmt: skip
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.chain == chain).distinct().order_by(AuditEntry.action)
    )
    return AuditPage(lines, tuple(actions), lines[-1].number if len(rows) > PAGE else None)


def programme_page(session: DbSession, actor: Actor) -> ProgrammePage:
    """The actor's programme as it is set."""
    require(actor, "programme.read")
    row: Programme = must_exist(session.get(Programme, programme_of(actor)), "programme")
    form = ProgrammeForm(row.name, row.accent, row.postal_address, row.sender_email, row.time_zone)
    return ProgrammePage(form, row.slug, row.version)
