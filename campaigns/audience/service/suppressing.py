"""Suppressions: an address that must not be mailed within a scope, from this instant on. All of it may be repeated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import Suppression
from campaigns.audience.rules import normalise
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork

MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class SuppressedMany:
    """What became of a pasted list: new ones, ones already there, and the lines that are no address."""

    added: int
    known: int
    refused: tuple[str, ...]


def suppress_key(
    uow: UnitOfWork,
    email_key: str,
    *,
    partner_id: UUID | None,
    programme_id: UUID | None,
    reason: str,
    source: str,
) -> int:
    """Suppress an address for the partner and for the programme (whichever is given). Rows added."""
    added = 0
    for scope, column, owner in (("partner", "partner_id", partner_id), ("programme", "programme_id", programme_id)):
        if owner is not None:
            added += _insert(uow, [{"scope": scope, "email_key": email_key, column: owner}], reason, source)
    return added


def _insert(uow: UnitOfWork, rows: list[dict[str, object]], reason: str, source: str) -> int:
    if not rows:
        return 0
    values = [{**row, "id": new_id(), "created_at": uow.now, "reason": reason, "source": source[:200]} for row in rows]
    made = uow.session.execute(insert(Suppression).values(values).on_conflict_do_nothing().returning(Suppression.id))
    return len(made.all())


def suppress_addresses(uow: UnitOfWork, actor: Actor, lines: Iterable[str], *, source: str) -> SuppressedMany:
    """The partner's own decision: never mail these. `suppression.too_many` over 10,000 at once."""
    require(actor, "contact.write")
    partner_id = partner_of(actor)
    wanted = [line.strip() for line in lines if line.strip()]
    if len(wanted) > MOST_AT_ONCE:
        raise invalid(
            "suppression.too_many",
            f"{len(wanted)} addresses were given, at most {MOST_AT_ONCE} are taken at once.",
            measured=len(wanted),
            needed=MOST_AT_ONCE,
        )
    found = [(line, normalise(line)) for line in wanted]
    keys = sorted({address.key for _, address in found if address})  # in one order, as everybody who writes them does
    rows: list[dict[str, object]] = [{"scope": "partner", "email_key": key, "partner_id": partner_id} for key in keys]
    added = sum(_insert(uow, rows[start : start + 1000], "manual", source) for start in range(0, len(rows), 1000))
    refused = tuple(line for line, address in found if address is None)
    audit.record(uow, actor, "suppression.add", "partner", partner_id, {"added": added})
    return SuppressedMany(added, len(keys) - added, refused)


def lift_suppression(uow: UnitOfWork, actor: Actor, suppression_id: UUID) -> None:
    """Take back the partner's own decision. What a recipient or a server said is not the partner's to lift."""
    require(actor, "contact.write")
    row = must_exist(
        uow.session.execute(
            select(Suppression)
            .where(Suppression.id == suppression_id, Suppression.partner_id == partner_of(actor))
            .with_for_update()
        ).scalar_one_or_none(),
        "suppression",
    )
    if row.reason != "manual":
        raise DomainError(
            "suppression.not_yours",
            Kind.CONFLICT,
            "Only an address you blocked yourself can be allowed again; here the recipient or their server said no.",
            reason=row.reason,
        )
    if row.lifted_at is None:
        row.lifted_at = uow.now
        audit.record(uow, actor, "suppression.lift", "suppression", row.id)


def lift_unsubscribe(uow: UnitOfWork, email_key: str, *, partner_id: UUID, programme_id: UUID) -> int:
    """The recipient takes their own unsubscribe back. Rows lifted; bounces and complaints stay."""
    lifted = uow.session.execute(
        update(Suppression)
        .where(
            Suppression.email_key == email_key,
            Suppression.reason == "unsubscribe",
            Suppression.lifted_at.is_(None),
            or_(
                and_(Suppression.scope == "partner", Suppression.partner_id == partner_id),
                and_(Suppression.scope == "programme", Suppression.programme_id == programme_id),
            ),
        )
        .values(lifted_at=uow.now)
        .returning(Suppression.id)
    )
    return len(lifted.all())
