"""Shapes that partners and vendors share in the interface of deals. Amounts are in minor units of their currency."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from app.api.operation import Body, Shape
from app.api.values import Text
from campaigns.core.errors import DomainError, Kind
from campaigns.deals.forms import DealForm
from campaigns.deals.queries.timeline import TimelineLine
from campaigns.deals.service.lines import LineForm

Line = Annotated[Text, Field(max_length=500)]
Minor = Annotated[int, Field(ge=0, lt=2**53)]


def _iso_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_iso_day)]
Words = Annotated[Text, Field(max_length=4000)]


class DealIn(Body):
    """What is registered. A draft may leave anything out; a submission names everything it lacks at once."""

    company_name: Line = ""
    country: Line = ""
    website: Line = ""
    registry_id: Line = ""
    address: Line = ""
    contact_name: Line = ""
    contact_email: Line = ""
    contact_phone: Line = ""
    contact_title: Line = ""
    product_line: Line = ""
    amount_minor: Minor | None = None
    currency: Annotated[Text, Field(max_length=3)] = ""
    close_on: Day | None = None
    title: Line = ""
    note: Words = ""

    def form(self) -> DealForm:
        """As the services take it."""
        values = {name: getattr(self, name) for name in DealIn.model_fields if name != "close_on"}
        return DealForm(close_on=date.fromisoformat(self.close_on) if self.close_on else None, **values)


class LineIn(Body):
    """A product; the amount is the whole line's."""

    product: Line
    quantity: Annotated[int, Field(ge=1, le=10_000_000)] = 1
    amount_minor: Minor
    currency: Annotated[Text, Field(min_length=3, max_length=3)]

    def form(self) -> LineForm:
        """As the services take it."""
        return LineForm(self.product, self.quantity, self.amount_minor, self.currency)


class FormOut(Shape):
    """What was registered."""

    company_name: str
    country: str
    website: str
    registry_id: str
    address: str
    contact_name: str
    contact_email: str
    contact_phone: str
    contact_title: str
    product_line: str
    amount_minor: int | None
    currency: str
    close_on: date | None
    title: str
    note: str


class LineOut(Shape):
    """A product of a deal."""

    product: str
    quantity: int
    amount_minor: int
    currency: str


class TeamOut(Shape):
    """A partner of the team; its part in hundredths of a percent. Another partner has no name unless the vendor
    decided that the team's partners read each other's."""

    partner_id: UUID | None
    name: str
    role: str
    split_bp: int


class EvidenceOut(Shape):
    """A file of the deal."""

    id: UUID
    filename: str
    content_type: str
    size: int
    created_at: datetime
    request_id: UUID | None


class RequestOut(Shape):
    """Something asked about a decided deal."""

    id: UUID
    kind: str
    state: str
    reason: str
    answer: str
    created_at: datetime
    decided_at: datetime | None


class EventOut(Shape):
    """A line of the timeline; `private` ones only the caller's side reads."""

    number: int
    at: datetime
    kind: str
    side: str
    who: str
    from_state: str
    to_state: str
    words: str
    data: dict[str, Any]
    private: bool


def plain(shape: type[Shape], row: Any) -> Any:
    """A shape from a row of the same members."""
    return shape(**{name: getattr(row, name) for name in shape.model_fields})


def events(lines: tuple[TimelineLine, ...]) -> list[EventOut]:
    """The timeline."""
    return [plain(EventOut, one) for one in lines]


def match_version(given: int | None, present: int) -> int:
    """If-Match against the version the caller's side has seen; 412 where it is another."""
    if given != present:
        raise DomainError("deal.changed", Kind.PRECONDITION, "The deal has changed meanwhile; read it again.")
    return present
