"""A sequence begins: compiled mails by step, an enrolment and a first delivery per contact, all set-based."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.db.upkeep import MANY_ROWS, ask_analyze
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch, LaunchContact, LaunchPiece
from campaigns.launches.service import mark_running
from campaigns.sequences.models import Delivery, Enrolment, StepMail
from campaigns.sequences.rules import parse_send_if


def start_sequence(uow: UnitOfWork, launch_id: UUID) -> int:
    """Enrol the launch's audience and make the first deliveries due; the launch then runs. Returns how many.

    Safe to repeat: every row has a unique key. `sequence.mail_missing` (conflict) if a step's mail was
    not rendered in a locale somebody is to get; nothing is begun then.
    """
    session = uow.session
    launch = must_exist(session.get(Launch, launch_id, with_for_update=True), "launch")
    if launch.state not in ("ready", "running"):
        return 0
    manifest = session.execute(select(KitVersion.manifest).where(KitVersion.id == launch.kit_version_id)).scalar_one()
    steps = list(manifest.get("steps") or [])
    if steps:
        _step_mails(uow, launch, steps)
        _enrol(uow, launch)
        _first_deliveries(uow, launch, steps[0])
    mark_running(uow, launch_id)
    if launch.audience_total >= MANY_ROWS:
        ask_analyze(uow, ("launch_contact", "enrolment", "delivery"))
    return session.execute(
        select(func.count()).select_from(Delivery).where(Delivery.launch_id == launch_id, Delivery.state == "due")
    ).scalar_one()


def _step_mails(uow: UnitOfWork, launch: Launch, steps: list[dict[str, Any]]) -> None:
    pieces = {
        (row.asset_id, row.locale): row.artifact_id
        for row in uow.session.execute(
            select(LaunchPiece.asset_id, LaunchPiece.locale, LaunchPiece.artifact_id).where(
                LaunchPiece.launch_id == launch.id, LaunchPiece.kind == "email", LaunchPiece.state == "ready"
            )
        )
    }
    needed = set(
        uow.session.execute(
            select(LaunchContact.locale).where(LaunchContact.launch_id == launch.id).distinct()
        ).scalars()
    )
    rows: list[dict[str, Any]] = []
    for position, step in enumerate(steps):
        parse_send_if(step.get("send_if", "always"))
        for locale in launch.locales:
            artifact_id = pieces.get((step["asset"], locale))
            if artifact_id is None:
                if locale in needed:
                    raise DomainError(
                        "sequence.mail_missing",
                        Kind.CONFLICT,
                        f"The mail {step['asset']} was not rendered in {locale}.",
                        asset=step["asset"],
                        locale=locale,
                    )
                continue
            rows.append(
                {
                    "id": new_id(),
                    "launch_id": launch.id,
                    "step_id": step["id"],
                    "position": position,
                    "locale": locale,
                    "asset_id": step["asset"],
                    "artifact_id": artifact_id,
                    "wait_s": int(step.get("wait") or 0),
                    "send_if": step.get("send_if", "always"),
                    "stop_on": list(step.get("stop_on") or []),
                }
            )
    if rows:
        uow.session.execute(insert(StepMail).values(rows).on_conflict_do_nothing())


def _enrol(uow: UnitOfWork, launch: Launch) -> None:
    chosen = select(
        func.gen_random_uuid(), LaunchContact.launch_id, LaunchContact.contact_id, LaunchContact.locale
    ).where(LaunchContact.launch_id == launch.id)
    uow.session.execute(
        insert(Enrolment)
        .from_select(["id", "launch_id", "contact_id", "locale"], chosen)
        .on_conflict_do_nothing(index_elements=["launch_id", "contact_id"])
    )


def _first_deliveries(uow: UnitOfWork, launch: Launch, first: dict[str, Any]) -> None:
    due_at = max(launch.starts_at, uow.now) + timedelta(seconds=int(first.get("wait") or 0))
    rows = (
        select(
            Enrolment.launch_id,
            literal(launch.programme_id),
            literal(launch.partner_id),
            Enrolment.id,
            Enrolment.contact_id,
            literal(first["id"]),
            Enrolment.locale,
            literal(due_at),
        )
        .where(Enrolment.launch_id == launch.id, Enrolment.state == "active")
    )  # fmt: skip
    columns = ["launch_id", "programme_id", "partner_id", "enrolment_id", "contact_id", "step_id", "locale", "due_at"]
    uow.session.execute(
        insert(Delivery)
        .from_select(columns, rows)
        .on_conflict_do_nothing(index_elements=["launch_id", "step_id", "contact_id"])
    )
