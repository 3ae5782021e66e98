"""The model and path rules a programme goes by: what the night computes, and what reports show unless asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.attribution.models import AttributionSetting
from campaigns.attribution.rules import Model, ModelName, PathRules
from campaigns.attribution.service.programme_models import MODELS
from campaigns.attribution.service.running import read_plan
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork

USUAL = Model(ModelName.W_SHAPED)


@dataclass(frozen=True, slots=True)
class Defaults:
    """Model and rules as `RunPlan.as_json` writes them; `number` 0 where none were saved and the usual ones hold."""

    number: int
    model: dict[str, Any]
    rules: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """What `read_plan` reads."""
        return {"model": self.model, "rules": self.rules}


def defaults_of(session: Session, programme_id: UUID) -> Defaults:
    """The newest saved ones."""
    row = session.execute(
        select(AttributionSetting.number, AttributionSetting.model, AttributionSetting.rules)
        .where(AttributionSetting.programme_id == programme_id)
        .order_by(AttributionSetting.number.desc())
        .limit(1)
    ).one_or_none()
    return Defaults(*row) if row else Defaults(0, USUAL.as_json(), PathRules().as_json())


def save_defaults(
    uow: UnitOfWork, actor: Actor, model: Mapping[str, Any], rules: Mapping[str, Any], *, after: int
) -> int:
    """Save a version after version `after` (0: the first); its number.

    Raises `attribution.rules`, `attribution.default_model` for Markov and Shapley, which draw no deal's path, and
    `settings.changed` (conflict) where somebody else saved meanwhile.
    """
    require(actor, "report.run")
    if model.get("name") in MODELS:
        raise invalid("attribution.default_model", "Markov and Shapley value programmes and draw no deal's path.")
    programme_id = programme_of(actor)
    plan = read_plan({"model": dict(model), "rules": dict(rules)}, uow.now).as_json()
    changed = DomainError("settings.changed", Kind.CONFLICT, "Somebody else saved meanwhile. Look at theirs first.")
    if defaults_of(uow.session, programme_id).number != after:
        raise changed
    row = AttributionSetting(
        id=new_id(), created_at=uow.now, programme_id=programme_id, number=after + 1, made_by=actor.person_id, **plan
    )
    try:
        with uow.savepoint():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise changed from error
    audit.record(uow, actor, "attribution.settings", "attribution_setting", row.id, plan)
    return row.number
