"""Publishing and withdrawing versions: the state moves once, the files never."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, scoped
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.models import KitVersion
from campaigns.kits.rules import errors_among, problem_of
from campaigns.kits.service.uploading import PICTURE_ATTEMPTS, PICTURE_TASK

REASON_CHARS = 300


def _own_version(uow: UnitOfWork, actor: Actor, version_id: UUID) -> KitVersion:
    found = uow.session.scalar(
        scoped(select(KitVersion).where(KitVersion.id == version_id), actor, KitVersion).with_for_update()
    )
    version: KitVersion = must_exist(found, "kit_version")
    return version


def publish(uow: UnitOfWork, actor: Actor, version_id: UUID) -> None:
    """draft → published. Publishing what is published changes nothing.

    DomainError `kit.unchecked` while the check runs, `kit.has_errors` with the problems, `kit.withdrawn`.
    """
    require(actor, "kit.publish")
    version = _own_version(uow, actor, version_id)
    if version.state == "published":
        return
    if version.state == "withdrawn":
        raise DomainError(
            "kit.withdrawn_already", Kind.CONFLICT, "A withdrawn version stays withdrawn; upload a new one."
        )
    if version.checked_at is None:
        raise DomainError("kit.unchecked", Kind.CONFLICT, "The check of this version is not done yet; wait for it.")
    errors = errors_among(version.problems)
    if errors:
        raise DomainError(
            "kit.has_errors",
            Kind.INVALID,
            f"{errors} errors stand between this version and your partners; none may be left.",
            problems=[problem_of(item) for item in version.problems],
            measured=errors,
            needed=0,
        )
    uow.session.execute(
        update(KitVersion)
        .where(KitVersion.id == version_id, KitVersion.state == "draft")
        .values(state="published", published_at=uow.now)
    )
    jobs.enqueue(
        uow,
        PICTURE_TASK,
        str(version_id),
        {"version_id": str(version_id)},
        queue="check",
        max_attempts=PICTURE_ATTEMPTS,
    )
    audit.record(uow, actor, "kit.publish", "kit_version", version_id, {"number": version.number})


def withdraw(uow: UnitOfWork, actor: Actor, version_id: UUID, reason: str) -> None:
    """published or draft → withdrawn: no new launches; running ones keep it. It cannot be undone.

    DomainError `kit.reason_needed`, `kit.withdrawn`.
    """
    require(actor, "kit.publish")
    given = " ".join(reason.split())
    if not given or len(given) > REASON_CHARS:
        raise invalid(
            "kit.reason_needed",
            f"Say in 1 to {REASON_CHARS} characters why; your partners read it.",
            measured=len(given),
            needed=REASON_CHARS,
        )
    version = _own_version(uow, actor, version_id)
    if version.state == "withdrawn":
        raise DomainError("kit.withdrawn_already", Kind.CONFLICT, "This version is withdrawn already.")
    uow.session.execute(
        update(KitVersion)
        .where(KitVersion.id == version_id)
        .values(state="withdrawn", withdrawn_at=uow.now, withdrawn_reason=given)
    )
    audit.record(uow, actor, "kit.withdraw", "kit_version", version_id, {"reason": given})
