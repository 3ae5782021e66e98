"""What deals are asked and answered as: queries, bodies and shapes of the calling partner's deals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Body, Shape
from app.api.paging import Page, PageQuery
from app.api.v1.deal_shapes import (
    Day,
    DealIn,
    EventOut,
    EvidenceOut,
    FormOut,
    Line,
    LineIn,
    LineOut,
    Minor,
    RequestOut,
    TeamOut,
    Words,
)
from app.api.values import Text

State = Literal[
    "draft", "in_review", "action_required", "approved", "shared", "rejected", "expired", "converted", "won", "lost",
    "withdrawn", "revoked",
]  # fmt: skip


class DealsQuery(PageQuery):
    """Only a state's, a product's, a programme's, or those whose company, title or reference holds `search`."""

    state: State | None = None
    product_line: Annotated[Text, Field(max_length=80)] = ""
    programme_id: UUID | None = None
    search: Annotated[Text, Field(max_length=80)] = ""


class DealOut(Shape):
    """A deal; `state` in_review is all the partner is told while the vendor decides."""

    id: UUID
    reference: str
    programme: str
    state: str
    own: bool
    company: str
    country: str
    title: str
    product_line: str
    product_name: str
    amount_minor: int
    currency: str
    close_on: date | None
    stage: str
    next_step: str
    next_step_on: date | None
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    protected_until: datetime | None
    version: int


class DealPageOut(Page[DealOut]):
    """A page of deals, newest first."""


class DealDetail(DealOut):
    """A deal with what was registered, its products, team, files, requests and timeline."""

    form: FormOut
    editable: list[str]
    reason_code: str
    reason: str
    won_amount_minor: int | None
    lines: list[LineOut]
    team: list[TeamOut]
    evidence: list[EvidenceOut]
    requests: list[RequestOut]
    timeline: list[EventOut]
    steps: list[str]


class RegisterIn(DealIn):
    """A registration. `client_token` is yours: the same again is the same deal. `submit` false keeps a draft."""

    programme_id: UUID = Field(strict=False)
    client_token: Annotated[Text, Field(min_length=1, max_length=120)]
    lead_id: UUID | None = Field(default=None, strict=False)
    submit: bool = True


class CorrectionIn(DealIn):
    """The whole registration again, with what was handed back corrected."""

    words: Words = ""


class ProgressIn(Body):
    """What changes; what is left out stays."""

    stage: Line | None = None
    next_step: Line | None = None
    next_step_on: Day | None = None
    amount_minor: Minor | None = None
    currency: Annotated[Text, Field(max_length=3)] | None = None
    close_on: Day | None = None


class NoteIn(Body):
    """A note for both sides, or for the caller's own."""

    words: Words
    private: bool = False


class LinesIn(Body):
    """All products of the deal."""

    lines: Annotated[list[LineIn], Field(max_length=100)]


class StepIn(Body):
    """What the partner does: withdraw, convert, win (for an amount), lose (with a reason), appeal (with words)."""

    step: Literal["withdraw", "convert", "win", "lose", "appeal"]
    words: Words = ""
    reason: Annotated[Text, Field(max_length=60)] = ""
    amount_minor: Minor | None = None
    currency: Annotated[Text, Field(max_length=3)] = ""


class ExtensionIn(Body):
    """Why the deal needs more time, and the files that show it."""

    words: Words
    evidence_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=20)]


class FileQuery(Shape):
    """The file's own name."""

    filename: Annotated[Text, Field(min_length=1, max_length=200)] = "file"


class EvidenceId(Shape):
    """The file's id; `made` false where the same bytes were there already."""

    id: UUID
    made: bool
