"""The spine of every use case: load a deal one may act on, move it once, write its timeline, tell who must know.

Locks are taken in one order, so that none waits for another crosswise: the programme's accounts, the account,
deals by id, and last the chain of the audit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from campaigns.accounts.models import Account
from campaigns.accounts.service import lock_accounts
from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.tenancy import must_exist, partner_of, programme_of
from campaigns.core.text import clean_lines
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealEvent
from campaigns.deals.rules import KINDS, STEPS, Side
from campaigns.deals.service.requests import drop_requests
from campaigns.outbound.events import record_event

TELL = "deals.tell"
MOST_WORDS = 4000


def side_of(actor: Actor) -> Side:
    """Whose side the actor is on."""
    if actor.partner_id is not None:
        return "partner"
    return "vendor" if actor.programme_id is not None else "system"


def stale() -> DomainError:
    """The answer when a deal is not in the state, or not at the version, that a step needs."""
    return DomainError("deal.state", Kind.CONFLICT, "The deal has changed meanwhile. Load the page again.")


def load(uow: UnitOfWork, actor: Actor, deal_id: UUID, *, lock: bool = False) -> Deal:
    """The deal as the database has it now: a partner's own, a vendor's programme's, any for the system.

    Drafts are the partner's alone. `deal.not_found` for another's.
    """
    query = select(Deal).where(Deal.id == deal_id)
    side = side_of(actor)
    if side == "partner":
        query = query.where(Deal.partner_id == partner_of(actor))
    elif side == "vendor":
        query = query.where(Deal.programme_id == programme_of(actor), Deal.submitted_at.is_not(None))
    if lock:
        query = query.with_for_update(key_share=True)
    return must_exist(  # type: ignore[no-any-return]
        uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none(), "deal"
    )


def lock_deals(uow: UnitOfWork, deal_ids: Iterable[UUID]) -> dict[UUID, Deal]:
    """The deals, held until commit, locked in the order of their ids."""
    rows = uow.session.scalars(
        select(Deal)
        .where(Deal.id.in_(list(deal_ids)))
        .order_by(Deal.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def hold_key(uow: UnitOfWork, programme_id: UUID, account_key: UUID | None) -> None:
    """Hold an account until commit: registrations and decisions about one company happen one after the other."""
    lock_accounts(uow, programme_id, shared=True)
    if account_key is not None:
        uow.session.execute(select(Account.id).where(Account.id == account_key).with_for_update(key_share=True))


def expect(deal: Deal, actor: Actor, version: int | None) -> None:
    """Raise `deal.state` unless the deal is at the version that the actor's side has seen (None: as it is now)."""
    seen = deal.partner_version if side_of(actor) == "partner" else deal.version
    if version is not None and version != seen:
        raise stale()


def check_reason(code: str, allowed: tuple[str, ...]) -> None:
    """`deal.reason` (invalid) for a reason that is none of these."""
    if code not in allowed:
        raise invalid("deal.reason", "Choose a reason from the list.", allowed=", ".join(allowed))


def clean_words(words: str, *, needed: bool = False) -> str:
    """Words of a person; `deal.words` (invalid) when there are too many, or none where some are needed."""
    text = clean_lines(words)
    if len(text) > MOST_WORDS or (needed and not text):
        raise invalid("deal.words", f"Write 1 to {MOST_WORDS} characters.", measured=len(text), needed=MOST_WORDS)
    return text


@dataclass(slots=True)
class Step:
    """What goes with a move. `kind` is the timeline's word for it where a partner must not read the step's own name.

    `sight` vendor hides it from the partner wholly: no line, no event, no change of its version. `letter` names a
    letter to send. `origin` is the outside system that caused it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    sight: str = "both"
    letter: str = ""
    origin: str = ""


def move(
    uow: UnitOfWork, actor: Actor, deal: Deal, name: str, step: Step, *, where: tuple[ColumnElement[bool], ...] = ()
) -> int:
    """Take a step of the state table once, guarded by the state and the version `deal` was read with.

    The number of its line in the timeline. `deal.state` (conflict) if it may not happen now, for this side, or if
    somebody was quicker; `where` adds guards of its own. Nothing is written then.
    """
    rule = STEPS[name]
    side = side_of(actor)
    if deal.state not in rule.sources or side not in rule.sides:
        raise stale()
    before, to = deal.state, rule.to or deal.state
    seen = step.sight != "vendor"
    moved = uow.session.execute(
        update(Deal)
        .where(Deal.id == deal.id, Deal.state == deal.state, Deal.version == deal.version, *where)
        .values(
            state=to,
            version=Deal.version + 1,
            partner_version=Deal.partner_version + (1 if seen else 0),
            **step.values,
        )
        .returning(Deal.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise stale()
    uow.session.refresh(deal)
    kind = step.kind or name
    number = write_event(
        uow, actor, deal, kind, sight=step.sight, from_state=before, to_state=to, words=step.words, data=step.data
    )
    publish(uow, deal, kind, seen=seen, origin=step.origin, data={"from": before} if not seen else {})
    if step.letter:
        tell(uow, deal, step.letter, number)
    shown = shown_state if side == "partner" else str  # its own chain is the partner's to read
    record_audit(uow, actor, deal, name, {"from": shown(before), "to": shown(to), **step.data})
    return number


def change(uow: UnitOfWork, deal: Deal, values: dict[str, Any], *, seen: bool = True) -> None:
    """Change a deal without a step, guarded the same way; the caller writes the timeline."""
    changed = uow.session.execute(
        update(Deal)
        .where(Deal.id == deal.id, Deal.state == deal.state, Deal.version == deal.version)
        .values(version=Deal.version + 1, partner_version=Deal.partner_version + (1 if seen else 0), **values)
        .returning(Deal.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if changed is None:
        raise stale()
    uow.session.refresh(deal)


def write_event(
    uow: UnitOfWork,
    actor: Actor,
    deal: Deal,
    kind: str,
    *,
    sight: str = "both",
    from_state: str = "",
    to_state: str = "",
    words: str = "",
    data: dict[str, Any] | None = None,
) -> int:
    """Append a line to the timeline and return its number. The caller holds the deal's row, so numbers have no gaps.

    A kind that is not in `rules.KINDS` is a mistake of the caller (LookupError): no page could say what it means.
    """
    if kind not in KINDS:
        raise LookupError(f"{kind} is not a kind of line")
    number = int(
        uow.session.scalar(select(func.coalesce(func.max(DealEvent.number), 0) + 1).where(DealEvent.deal_id == deal.id))
        or 1
    )
    uow.session.add(
        DealEvent(
            created_at=uow.now, deal_id=deal.id, number=number, kind=kind, sight=sight, by_side=side_of(actor),
            person_id=actor.person_id, from_state=from_state, to_state=to_state, words=words, data=data or {},
        )
    )  # fmt: skip
    uow.session.flush()
    return number


def publish(
    uow: UnitOfWork,
    deal: Deal,
    kind: str,
    *,
    seen: bool = True,
    origin: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Write the business event `deal.<kind>`. Only what the vendor sees alone goes without the partner."""
    record_event(
        uow, f"deal.{kind}", "deal", deal.id,
        programme_id=deal.programme_id, partner_id=deal.partner_id if seen else None, origin=origin,
        data={
            "reference": deal.reference, "product_line": deal.product_line, "amount_minor": deal.amount_minor,
            "currency": deal.currency, "stage": deal.stage, **(data or {}),
        },
        vendor_data={"state": deal.state, "version": deal.version, "company": deal.company.get("name", "")},
        partner_data={"state": shown_state(deal.state), "version": deal.partner_version},
    )  # fmt: skip


def shown_state(state: str) -> str:
    """A state as the partner is told it. Review, conflict and waiting for review are one: which of them it is would
    tell of others' registrations."""
    return "in_review" if state in ("submitted", "under_review", "in_conflict") else state


def tell(uow: UnitOfWork, deal: Deal, letter: str, number: int | str) -> None:
    """Ask for a letter about a line of the timeline; it is written after commit, once."""
    jobs.enqueue(
        uow, TELL, f"{deal.id}:{letter}:{number}", {"deal_id": str(deal.id), "letter": letter, "about": str(number)}
    )


def record_audit(uow: UnitOfWork, actor: Actor, deal: Deal, what: str, data: dict[str, Any] | None = None) -> None:
    """In the partner's chain what the partner did, in the programme's what anybody else did."""
    theirs = side_of(actor) == "partner"
    audit.record(uow, actor, f"deal.{what}", "deal", deal.id, data, programme_id=None if theirs else deal.programme_id)


def expire_stale(uow: UnitOfWork, deal: Deal) -> None:
    """End the protection of whatever holds the deal's key and is past its time."""
    held = uow.session.scalars(
        select(Deal.id).where(
            Deal.programme_id == deal.programme_id,
            Deal.account_key == deal.account_key,
            Deal.product_line == deal.product_line,
            Deal.state == "approved",
            Deal.protected_until <= uow.now,
            Deal.id != deal.id,
        )
    ).all()
    for old in lock_deals(uow, held).values():
        if old.state == "approved" and old.protected_until is not None and old.protected_until <= uow.now:
            expire_one(uow, old)


def expire_one(uow: UnitOfWork, deal: Deal) -> None:
    """Take the step to expired for a deal whose protection is over."""
    move(
        uow, SYSTEM, deal, "expire",
        Step(values={"closed_at": uow.now, "warn_at": None}, kind="expired", letter="expired"),
        where=(Deal.protected_until <= uow.now,),
    )  # fmt: skip
    drop_requests(uow, deal)
