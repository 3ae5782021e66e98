"""What reports are asked and answered as."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.api.operation import Body, Shape

Dimension = Literal["channel", "kind", "activity", "locale", "kit", "asset", "step", "launch", "partner"]
State = Literal["won", "open", "lost"]
Grouping = Literal["partner", "region", "product", "month"]
ModelName = Literal[
    "first", "last", "linear", "u_shaped", "w_shaped", "full_path", "time_decay", "markov", "shapley",
]  # fmt: skip


class RunQuery(Shape):
    """Which run; without it the newest, of a model where one is named."""

    run_id: UUID | None = None
    model: ModelName | None = None


class CreditsQuery(RunQuery):
    """By what the credits are grouped, and of which deals."""

    by: Dimension = "channel"
    state: State = "won"


class RegistrationFiguresQuery(Shape):
    """By what registrations are grouped."""

    by: Grouping = "month"


class RunOut(Shape):
    """A run: its model, parameters, cut-off and digest. `totals` is the programme's; null for a partner."""

    id: UUID
    programme_id: UUID
    programme: str
    number: int
    model: str
    parameters: dict[str, Any]
    cut_off: datetime
    digest: str
    created_at: datetime
    totals: dict[str, Any] | None


class RunList(Shape):
    """The newest hundred runs."""

    items: list[RunOut]


class ModelIn(Body):
    """A model; `half_life_days` is of time decay alone."""

    name: ModelName
    half_life_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class RunIn(Body):
    """What to compute. `rules` as a run shows them in its parameters; missing ones as usual."""

    model: ModelIn
    rules: dict[str, Any] = Field(default_factory=dict)
    cut_off: Annotated[AwareDatetime, Field(strict=False)] | None = None


class RunAsked(Shape):
    """The id the run will have; null where one of this model is under way."""

    id: UUID | None


class CreditOut(Shape):
    """What one value earned. Deals of several rows overlap and never add up."""

    key: str
    label: str
    currency: str
    amount_minor: int
    touches: int
    deals: int


class CreditList(Shape):
    """Credits with the run they are read from."""

    run: RunOut
    items: list[CreditOut]


class PathTouchOut(Shape):
    """A touch and its credit."""

    place: int
    occurred_at: datetime
    kind: str
    channel: str
    activity: str
    partner: str
    launch_id: UUID | None
    kit_title: str
    kit_version: str
    asset_id: str
    step_id: str
    locale: str
    share_ppb: int
    amount_minor: int


class PathOut(Shape):
    """A deal's path in time; `others` counts touches of other partners, which a partner does not see."""

    run: RunOut
    deal_id: UUID
    reference: str
    title: str
    partner: str
    state: str
    amount_minor: int
    currency: str
    sourced: bool
    influenced: bool
    lead_at: datetime | None
    opportunity_at: datetime | None
    closed_at: datetime | None
    touches: list[PathTouchOut]
    others: int
    unattributed_minor: int


class FunnelOut(Shape):
    """One campaign's way from messages to money."""

    kit_id: UUID
    kit: str
    launches: int
    deliveries: int
    clicks: int
    pages: int
    leads: int
    accepted: int
    deals: int
    won: int


class FunnelList(Shape):
    """Every campaign with a launch."""

    items: list[FunnelOut]


class SpanOut(Shape):
    """Seconds; null where n is 0."""

    n: int
    median_s: float | None
    p90_s: float | None


class DurationsOut(Shape):
    """Time to accept a lead, to approve a deal, to win it."""

    accept: SpanOut
    approve: SpanOut
    win: SpanOut


class RateOut(Shape):
    """Both sides of a rate; `value` is null over nothing."""

    numerator: int
    denominator: int
    value: float | None


class RegistrationFigureOut(Shape):
    """One group's registrations: approved of decided, won of closed."""

    key: str
    submitted: int
    approval: RateOut
    conversion: RateOut


class RegistrationFigures(Shape):
    """Registrations by group."""

    items: list[RegistrationFigureOut]
