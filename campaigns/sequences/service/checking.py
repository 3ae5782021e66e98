"""Whether due deliveries may go out: asked in the transaction that takes them, with the rows locked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, null, select
from sqlalchemy.orm import aliased

from campaigns.artifacts.models import Artifact
from campaigns.audience.models import Consent, Contact, Suppression
from campaigns.audience.queries import consent_valid, in_scope
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandRevision, Partner, Programme
from campaigns.sequences.models import Delivery, Enrolment, StepMail
from campaigns.sequences.rules import parse_send_if
from campaigns.tracking.models import Touchpoint
from campaigns.tracking.queries import effective


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


def checked(uow: UnitOfWork, ids: Sequence[int]) -> list[Any]:
    """The deliveries of these ids with what a message is made of; `reason` says why one must not go out, or None."""
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
