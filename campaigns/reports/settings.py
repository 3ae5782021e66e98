"""A programme's settings of reports: the currency of sums, when its fiscal year begins, what open deals weigh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import programme_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners.models import Programme
from campaigns.reports.models import ReportSetting
from renderer.currency import exponent

OPEN_STATES = ("submitted", "approved", "converted")
USUAL_WEIGHTS = {"submitted": 10, "approved": 30, "converted": 60}
MOST_STAGES = 40


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """`weights` are percent by state of a deal (submitted: anything still under review), `stages` by the name of its
    stage, in small letters, which weighs more than the state. `number` 0: nobody saved any, the usual ones hold.
    """

    number: int = 0
    zone: str = "UTC"
    currency: str = "EUR"
    fiscal_month: int = 1
    weights: Mapping[str, int] = field(default_factory=lambda: dict(USUAL_WEIGHTS))
    stages: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What is saved: all but the number and the programme's zone."""
        return {name: value for name, value in asdict(self).items() if name not in ("number", "zone")}

    def weight(self, state: str, stage: str) -> int:
        """Percent an open deal counts for."""
        known = self.stages.get(stage.strip().casefold())
        return self.weights[state if state in OPEN_STATES else "submitted"] if known is None else known


def settings_of(session: Session, programme_id: UUID) -> ReportSettings:
    """The newest saved ones."""
    zone = session.scalars(select(Programme.time_zone).where(Programme.id == programme_id)).one()
    row = session.execute(
        select(ReportSetting.number, ReportSetting.data)
        .where(ReportSetting.programme_id == programme_id)
        .order_by(ReportSetting.number.desc())
        .limit(1)
    ).one_or_none()
    return ReportSettings(row.number, zone, **row.data) if row else ReportSettings(0, zone)


def save_settings(uow: UnitOfWork, actor: Actor, data: Mapping[str, Any], *, after: int) -> int:
    """Save a version after version `after` (0: the first); its number.

    Raises `settings.invalid` with every problem, `settings.changed` (conflict) where somebody else saved meanwhile.
    """
    require(actor, "report.set")
    programme_id = programme_of(actor)
    raise_if_any("settings.invalid", "Please look at the marked settings.", _problems(data))
    stages = {one_line(name).casefold()[:80]: share for name, share in data.get("stages", {}).items()}
    taken = ReportSettings(
        after + 1, "", str(data.get("currency", "EUR")), data.get("fiscal_month", 1),
        USUAL_WEIGHTS | dict(data.get("weights", {})), stages,
    )  # fmt: skip
    changed = DomainError("settings.changed", Kind.CONFLICT, "Somebody else saved meanwhile. Look at theirs first.")
    if settings_of(uow.session, programme_id).number != after:
        raise changed
    row = ReportSetting(
        id=new_id(), created_at=uow.now, programme_id=programme_id, number=taken.number, data=taken.as_json(),
        made_by=actor.person_id,
    )  # fmt: skip
    try:
        with uow.savepoint():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise changed from error
    audit.record(uow, actor, "report.settings", "report_setting", row.id, taken.as_json())
    return taken.number


def _problems(data: Mapping[str, Any]) -> list[Problem]:
    found = [
        Problem("settings.unknown", f"There is no setting {name!r}.", slot=str(name)[:80])
        for name in sorted(set(data) - {"currency", "fiscal_month", "weights", "stages"})
    ]
    if exponent(str(data.get("currency", "EUR"))) is None:
        found.append(Problem("settings.currency", "An ISO 4217 code such as EUR is needed.", slot="currency"))
    month = data.get("fiscal_month", 1)
    if type(month) is not int or not 1 <= month <= 12:
        found.append(Problem("settings.month", "A month from 1 to 12 is needed.", slot="fiscal_month"))
    for name in ("weights", "stages"):
        shares = data.get(name, {})
        whole = isinstance(shares, Mapping) and len(shares) <= MOST_STAGES
        if not whole or any(type(one) is not int or not 0 <= one <= 100 for one in shares.values()):
            found.append(Problem("settings.weight", "Weights are whole percents from 0 to 100.", slot=name))
        elif name == "weights" and set(shares) - set(OPEN_STATES):
            found.append(Problem("settings.unknown", f"States are {', '.join(OPEN_STATES)}.", slot=name))
        elif any(not isinstance(key, str) or not one_line(key) for key in shares):
            found.append(Problem("settings.stage", "A stage has a name.", slot=name))
    return found
