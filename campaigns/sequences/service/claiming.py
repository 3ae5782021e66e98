"""Claiming due deliveries: at most 20, checked once more in the transaction that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, exists, null, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.artifacts.models import Artifact
from campaigns.audience.models import Consent, Contact, Suppression
from campaigns.audience.queries import consent_valid, in_scope
from campaigns.core.ids import new_id
from campaigns.core.signing import keyed_digest
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandRevision, Partner, Programme
from campaigns.sequences.models import Delivery, Enrolment, StepMail
from campaigns.sequences.rules import BATCH, LEASE, parse_send_if
from campaigns.sequences.service.leaving import end_enrolments, next_deliveries
from campaigns.sequences.service.settings import SendSettings
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective

# why a check fails → whether the contact leaves the sequence
_LEAVES = {
    "erased", "unsubscribed", "no_basis", "stop_unsubscribe", "stop_form", "stop_click", "enrolment_ended",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery this process may send until its lease runs out; everything a message is made of."""

    id: int
    lease_token: UUID
    message_id: str
    attempts: int
    launch_id: UUID
    programme_id: UUID
    partner_id: UUID
    enrolment_id: UUID
    contact_id: UUID
    step_id: str
    asset_id: str
    locale: str
    position: int
    artifact_key: str
    email: str
    email_key: str
    first_name: str
    last_name: str
    company: str
    sender_email: str
    sender_name: str
    reply_to: str
    slug: str


def message_id(settings: SendSettings, launch_id: UUID, step_id: str, contact_id: UUID) -> str:
    """The Message-ID of a delivery (RFC 5322, 3.6.4): the same at every attempt, guessable by nobody."""
    name = keyed_digest(settings.secret_key, "message-id", str(launch_id), step_id, str(contact_id))
    return f"<{name}@{settings.sender_domain}>"


def claim_batch(
    uow: UnitOfWork, settings: SendSettings, launch_id: UUID, *, limit: int = BATCH
) -> tuple[list[Claimed], bool]:
    """Take due deliveries of a running launch. Returns them and whether there may be more.

    Suppression, consent, erasure, the enrolment, the launch and the step's condition are checked with the
    rows locked; what fails is skipped with its reason. Rows another process holds are passed over.
    """
    session = uow.session
    picked = session.execute(
        select(Delivery.id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .where(
            Delivery.launch_id == launch_id,
            Delivery.state == "due",
            Delivery.due_at <= uow.now,
            Launch.state == "running",
            Launch.starts_at <= uow.now,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    ).scalars()
    ids = list(picked)
    if not ids:
        return [], False
    rows = _checked(uow, ids)
    good = [row for row in rows if row.reason is None]
    skipped = [row for row in rows if row.reason is not None]
    _skip(uow, skipped)
    token = new_id()
    claimed = [_claimed(settings, row, token) for row in good]
    if claimed:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_([one.id for one in claimed]))
            .values(
                state="claimed",
                lease_until=uow.now + LEASE,
                lease_token=token,
                attempts=Delivery.attempts + 1,
                message_id=case({one.id: one.message_id for one in claimed}, value=Delivery.id),
            )
            .execution_options(synchronize_session=False)
        )
    return claimed, len(ids) == limit


def still_to_send(session: Session, now: datetime, claimed: Sequence[Claimed]) -> set[int]:
    """Which of the claimed deliveries may still go out, asked right before a server is talked to.

    Between claim and sending a storage may have been slow or the process asleep: whoever has unsubscribed or was
    erased since, whose launch was stopped, or whose lease has gone to another process gets nothing from this one.
    """
    suppressed = exists(
        select(Suppression.id).where(
            Suppression.email_key == Contact.email_key, in_scope(Delivery.partner_id, Delivery.programme_id)
        )
    )
    tokens = {one.lease_token for one in claimed}
    rows = session.execute(
        select(Delivery.id)
        .join(Contact, Contact.id == Delivery.contact_id)
        .join(Enrolment, Enrolment.id == Delivery.enrolment_id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .where(
            Delivery.id.in_([one.id for one in claimed]),
            Delivery.lease_token.in_(tokens),
            Delivery.state == "claimed",
            Delivery.lease_until > now,
            Contact.erased_at.is_(None),
            Enrolment.state == "active",
            Launch.state == "running",
            ~suppressed,
        )
    )
    return set(rows.scalars())


def _clicked(step_id: str | None = None) -> ColumnElement[bool]:
    """Whether a person followed a link of the step's mail (of any step without one) in this enrolment."""
    earlier = aliased(Delivery)
    clicks = (
        select(Touchpoint.id)
        .join(earlier, earlier.id == Touchpoint.delivery_id)
        .where(
            earlier.enrolment_id == Delivery.enrolment_id,
            Touchpoint.kind.in_(("click", "download")),
            Touchpoint.verdict == "human",
            effective(),
        )
    )
    if step_id is not None:
        clicks = clicks.where(earlier.step_id == step_id)
    return clicks.correlate(Delivery).exists()


def _submitted() -> ColumnElement[bool]:
    """Whether the contact has sent the form of this launch."""
    forms = select(Touchpoint.id).where(
        Touchpoint.launch_id == Delivery.launch_id,
        Touchpoint.contact_id == Delivery.contact_id,
        Touchpoint.kind == "form",
        Touchpoint.verdict == "human",
        effective(),
    )
    return forms.correlate(Delivery).exists()


def _checked(uow: UnitOfWork, ids: Sequence[int]) -> list[Any]:
    basis = exists(
        select(Consent.id).where(
            Consent.contact_id == Delivery.contact_id, consent_valid(uow.now, Delivery.programme_id)
        )
    )
    suppressed = exists(
        select(Suppression.id).where(
            Suppression.email_key == Contact.email_key, in_scope(Delivery.partner_id, Delivery.programme_id)
        )
    )
    reason = case(
        (Contact.erased_at.is_not(None), "erased"),
        (suppressed, "unsubscribed"),
        (Enrolment.state != "active", "enrolment_ended"),
        (~basis, "no_basis"),
        (and_(StepMail.stop_on.any("form"), _submitted()), "stop_form"),  # type: ignore[arg-type]
        (and_(StepMail.stop_on.any("click"), _clicked()), "stop_click"),  # type: ignore[arg-type]
        else_=null(),
    )
    rows = uow.session.execute(
        select(
            Delivery.id,
            Delivery.attempts,
            Delivery.message_id,
            Delivery.launch_id,
            Delivery.programme_id,
            Delivery.partner_id,
            Delivery.enrolment_id,
            Delivery.contact_id,
            Delivery.step_id,
            Delivery.locale,
            Contact.email,
            Contact.email_key,
            Contact.first_name,
            Contact.last_name,
            Contact.company,
            StepMail.asset_id,
            StepMail.position,
            StepMail.send_if,
            Artifact.storage_key.label("artifact_key"),
            Programme.sender_email,
            Partner.name.label("partner_name"),
            BrandRevision.data.label("brand"),
            Launch.slug,
            reason.label("reason"),
        )
        .join(Contact, Contact.id == Delivery.contact_id)
        .join(Enrolment, Enrolment.id == Delivery.enrolment_id)
        .join(Launch, Launch.id == Delivery.launch_id)
        .join(
            StepMail,
            and_(
                StepMail.launch_id == Delivery.launch_id,
                StepMail.step_id == Delivery.step_id,
                StepMail.locale == Delivery.locale,
            ),
        )
        .join(Artifact, Artifact.id == StepMail.artifact_id)
        .join(Programme, Programme.id == Delivery.programme_id)
        .join(Partner, Partner.id == Delivery.partner_id)
        .join(BrandRevision, BrandRevision.id == Launch.brand_revision_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.due_at, Delivery.id)
    ).all()
    return _with_conditions(uow, rows)


def _with_conditions(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[Any]:
    """The rows, `reason` set to `condition` where the step's send_if does not hold."""
    asked: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        wanted = parse_send_if(row.send_if)
        if row.reason is None and wanted.condition != "always":
            asked.setdefault((wanted.condition, wanted.step_id), []).append(row.id)
    failed: set[int] = set()
    for (condition, step_id), ids in asked.items():
        holds = _submitted() if condition == "not_submitted" else _clicked(step_id)
        happened = set(uow.session.execute(select(Delivery.id).where(Delivery.id.in_(ids), holds)).scalars())
        failed |= happened if condition.startswith("not_") else set(ids) - happened
    return [_Marked(row, "condition") if row.id in failed else row for row in rows]


class _Marked:
    """A row with another reason."""

    def __init__(self, row: Row[Any], reason: str) -> None:
        self._row, self.reason = row, reason

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def _skip(uow: UnitOfWork, rows: Sequence[Any]) -> None:
    if not rows:
        return
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id.in_([row.id for row in rows]))
        .values(state="skipped", reason=case({row.id: row.reason for row in rows}, value=Delivery.id))
        .execution_options(synchronize_session=False)
    )
    for reason in {row.reason for row in rows if row.reason in _LEAVES}:
        end_enrolments(uow, [row.enrolment_id for row in rows if row.reason == reason], reason)
    # a step whose condition does not hold is passed over: the next one counts from here
    passed = [row.id for row in rows if row.reason == "condition"]
    next_deliveries(uow, passed, uow.now)


def _claimed(settings: SendSettings, row: Any, token: UUID) -> Claimed:
    brand = row.brand or {}
    return Claimed(
        id=row.id,
        lease_token=token,
        message_id=row.message_id or message_id(settings, row.launch_id, row.step_id, row.contact_id),
        attempts=row.attempts + 1,
        launch_id=row.launch_id,
        programme_id=row.programme_id,
        partner_id=row.partner_id,
        enrolment_id=row.enrolment_id,
        contact_id=row.contact_id,
        step_id=row.step_id,
        asset_id=row.asset_id,
        locale=row.locale,
        position=row.position,
        artifact_key=row.artifact_key,
        email=row.email,
        email_key=row.email_key,
        first_name=row.first_name,
        last_name=row.last_name,
        company=row.company,
        sender_email=row.sender_email or f"mail@{settings.sender_domain}",
        sender_name=str(brand.get("name") or row.partner_name),
        reply_to=str(brand.get("email") or ""),
        slug=row.slug,
    )
