"""One run: read, compute, write; everything of it in one transaction, and nothing of it ever changed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from campaigns.attribution.crediting import attribute_deal
from campaigns.attribution.digest import RunDigest, report_digest
from campaigns.attribution.involvement import involvement
from campaigns.attribution.models import AttributionRun, AttributionShare
from campaigns.attribution.rules import Model, ModelName, RunSpec, read_model, read_rules
from campaigns.attribution.service.gathering import journeys, prepare
from campaigns.attribution.service.programme_models import MODELS, Programme
from campaigns.attribution.service.writing import Writer
from campaigns.core.ids import new_id

TELL_EVERY = 2000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Which model by which rules, up to when; `programme_model` is markov or shapley, else "" and the spec's counts."""

    spec: RunSpec
    programme_model: str = ""

    @property
    def model(self) -> str:
        return self.programme_model or self.spec.model.name.value

    def as_json(self) -> dict[str, Any]:
        """Model and rules as the run keeps them."""
        model = {"name": self.programme_model} if self.programme_model else self.spec.model.as_json()
        return {"model": model, "rules": self.spec.rules.as_json()}


def read_plan(settings: dict[str, Any], cut_off: datetime) -> RunPlan:
    """What `RunPlan.as_json` wrote. Raises `attribution.rules`."""
    model, rules = dict(settings.get("model", {})), read_rules(settings.get("rules", {}))
    if model.get("name") in MODELS and set(model) == {"name"}:
        return RunPlan(RunSpec(Model(ModelName.LINEAR), rules, cut_off), str(model["name"]))
    return RunPlan(RunSpec(read_model(model), rules, cut_off))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Without the search for circles of objects: a run makes millions of objects and no circle among them, and looking
    for one again and again is time for nothing. What is not needed goes at once all the same."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def make_run(
    session: Session,
    programme_id: UUID,
    plan: RunPlan,
    *,
    run_id: UUID | None = None,
    made_by: UUID | None = None,
    progress: Progress | None = None,
) -> UUID:
    """Compute and write a run; its id. The caller's transaction makes it visible as a whole.

    Two runs of a programme at once wait for each other, so that numbers neither skip nor meet. `progress(done, of)`
    counts deals. Raises `attribution.*` for data no path can be made of.
    """
    begun = time.monotonic()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"attribution:{programme_id}", 0))))
    deals, _ = prepare(session, programme_id, plan.spec)
    run_id = run_id or new_id()
    # a run's totals are known at its end and its row is never changed: the keys wait for it until then
    session.execute(text("SET CONSTRAINTS fk_attribution_deal_run_id DEFERRED"))
    writer, digest, programme = Writer(session, run_id), RunDigest(plan.spec), Programme(plan.programme_model)
    touches = done = 0
    with _no_collecting():
        for done, found in enumerate(journeys(session, programme_id, plan.spec), 1):
            credited = attribute_deal(found.journey, plan.spec)
            digest.add(credited)
            touches += len(credited.path.touches)
            part = involvement(found.journey, credited.path, "partner")
            writer.add(credited, found.state, part, credited=not plan.programme_model)
            if plan.programme_model:
                programme.add(credited, found.state)
            if progress is not None and done % TELL_EVERY == 0:
                progress(done, deals)
        writer.flush()
    shares = list(programme.shares(run_id)) if plan.programme_model else []
    # states are not part of a path, yet won and lost are different findings
    whole = report_digest(plan.model, digest.hexdigest(), [writer.totals, [_share(row) for row in shares]])
    _write_run(
        session, run_id, programme_id, plan, whole, left_out=programme.left_out, made_by=made_by,
        deals=done, touches=touches, unattributed=writer.unattributed, totals=writer.totals,
        seconds=round(time.monotonic() - begun, 3),
    )  # fmt: skip
    session.flush()
    session.add_all(shares)
    session.flush()
    return run_id


def _share(row: AttributionShare) -> list[str | int]:
    return [row.dimension, row.key, row.currency, row.amount_minor]


def _write_run(
    session: Session, run_id: UUID, programme_id: UUID, plan: RunPlan, digest: str, *, left_out: list[str], **row: Any
) -> None:
    last = select(func.coalesce(func.max(AttributionRun.number), 0)).where(AttributionRun.programme_id == programme_id)
    session.execute(
        insert(AttributionRun).values(
            id=run_id,
            programme_id=programme_id,
            number=session.execute(last).scalar_one() + 1,
            model=plan.model,
            parameters=plan.as_json() | ({"left_out": left_out} if left_out else {}),
            cut_off=plan.spec.cut_off,
            digest=digest,
            **row,
        )
    )
