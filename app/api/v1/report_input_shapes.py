"""What people set for reports, as the API takes and shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.operation import Body, Shape
from app.api.v1.report_shapes import ModelIn

Day = Annotated[date, Field(strict=False)]
Id = Annotated[UUID, Field(strict=False)]
Code = Annotated[str, Field(max_length=80)]


class TableQuery(Shape):
    """A report's choices; what is left out is usual. `period`: all, this_quarter, last_quarter, this_month, last_month,
    last_90_days, last_365_days, or a fiscal quarter such as 2026-Q2."""

    by: Code = ""
    state: Code = ""
    model: Code = ""
    run: Code = ""
    period: Code = ""
    partner: Code = ""
    product: Code = ""
    region: Code = ""


class TableOut(Shape):
    """A report: its columns, a row of cells each, and what is printed with it. Amounts, rates and spans are objects."""

    model_config = ConfigDict(extra="allow")
    asks: dict[str, str]
    columns: list[dict[str, str]]
    rows: list[list[Any]]
    run: dict[str, Any] | None
    period: dict[str, str | None] | None
    facts: dict[str, Any]
    totals: list[dict[str, Any]]
    rates: list[dict[str, str]]
    notes: list[str]
    more: list[dict[str, Any]]


class AsksIn(Body):
    """Which report with which choices."""

    report: Code
    by: Code = ""
    state: Code = ""
    model: Code = ""
    period: Code = ""
    partner: Code = ""
    product: Code = ""
    region: Code = ""


class ViewIn(Body):
    """A view to keep; `shared` with everybody of the company."""

    name: Annotated[str, Field(max_length=200)]
    asks: AsksIn
    shared: bool = False


class ViewChange(Body):
    """What to change of a view."""

    name: Annotated[str, Field(max_length=200)] | None = None
    shared: bool | None = None
    asks: AsksIn | None = None


class ScheduleIn(Body):
    """Every week (`day` 1 is Monday) or month (its last day where it has no such one), at a local time of a zone."""

    every: Literal["week", "month"]
    day: Annotated[int, Field(ge=1, le=31)]
    at: Annotated[str, Field(max_length=5)]
    zone: Annotated[str, Field(max_length=64)]


class ScheduleOut(Shape):
    """When the caller's mail is due; `stopped_why` says why none comes any more."""

    every: str
    day: int
    at: str
    zone: str
    next_at: datetime
    stopped_why: str


class ReportViewOut(Shape):
    """A view; `mine` for whoever made it."""

    id: UUID
    name: str
    asks: dict[str, str]
    shared: bool
    by: str
    mine: bool
    version: int
    schedule: ScheduleOut | None


class ReportViewList(Shape):
    """The views the caller sees."""

    items: list[ReportViewOut]


class ReportSettingsIn(Body):
    """Settings after version `after` (0: the first)."""

    after: Annotated[int, Field(ge=0)]
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    fiscal_month: Annotated[int, Field(ge=1, le=12)] = 1
    weights: dict[str, int] = Field(default_factory=dict)
    stages: dict[str, int] = Field(default_factory=dict)


class ReportSettingsOut(Shape):
    """The settings that hold; `number` 0: nobody saved any."""

    number: int
    currency: str
    fiscal_month: int
    weights: dict[str, int]
    stages: dict[str, int]


class RunSettingsIn(Body):
    """Model and rules of the nightly run after version `after` (0: the first)."""

    after: Annotated[int, Field(ge=0)]
    model: ModelIn
    rules: dict[str, Any] = Field(default_factory=dict)


class RunSettingsOut(Shape):
    """What the nightly run goes by."""

    number: int
    model: dict[str, Any]
    rules: dict[str, Any]


class TargetIn(Body):
    """A target; one of the same quarter, partner, region, product and currency is changed."""

    quarter: Annotated[str, Field(max_length=10)]
    amount_minor: int
    currency: Annotated[str, Field(max_length=3)]
    partner: Code = ""
    region: Code = ""
    product: Code = ""


class TargetChange(Body):
    """Another amount."""

    amount_minor: int


class TargetOut(Shape):
    """A target; `partner_slug` "" where it names none."""

    id: UUID
    quarter: str
    starts_on: date
    partner_id: UUID | None
    partner_slug: str
    region: str
    product: str
    amount_minor: int
    currency: str
    version: int


class TargetList(Shape):
    """The newest quarter first."""

    items: list[TargetOut]


class TargetsTaken(Shape):
    """How many targets a file held."""

    taken: int


class CostIn(Body):
    """A cost of a launch, of a partner, or of neither."""

    activity: Annotated[str, Field(max_length=200)]
    incurred_on: Day
    amount_minor: int
    currency: Annotated[str, Field(max_length=3)]
    launch_id: Id | None = None
    partner_id: Id | None = None


class CostOut(Shape):
    """A cost with who wrote it and when."""

    id: UUID
    activity: str
    incurred_on: date
    amount_minor: int
    currency: str
    launch_id: UUID | None
    partner_id: UUID | None
    made_by: str
    created_at: datetime


class CostList(Shape):
    """The latest first, at most 500."""

    items: list[CostOut]


class MarginIn(Body):
    """What part of revenue is margin from a day on, in hundredths of a percent; without a product the programme's."""

    product: Code = ""
    share_bp: Annotated[int, Field(ge=0, le=10_000)]
    starts_on: Day


class MarginOut(Shape):
    """A margin share as it was written."""

    id: UUID
    product: str
    share_bp: int
    starts_on: date
    made_by: str
    created_at: datetime


class MarginList(Shape):
    """Every one ever written, the newest first."""

    items: list[MarginOut]


class PlanRateIn(Body):
    """One `currency` is `rate` `base` from a day on."""

    currency: Annotated[str, Field(max_length=3)]
    base: Annotated[str, Field(max_length=3)]
    starts_on: Day
    rate: Annotated[str, Field(max_length=40)]


class PlanRateOut(Shape):
    """A plan rate; `rate` is a decimal in text."""

    id: UUID
    currency: str
    base: str
    starts_on: date
    rate: str


class PlanRateList(Shape):
    """The newest period first."""

    items: list[PlanRateOut]


class WrittenOut(Shape):
    """The id of what was written."""

    id: UUID
