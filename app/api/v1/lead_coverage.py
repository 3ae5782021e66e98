"""Where a vendor's leads find a partner, and what each partner covers."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.values import Text
from campaigns.core.tenancy import programme_of
from campaigns.deals.queries.rules import products_of
from campaigns.leads import service
from campaigns.leads.coverage import Cell, CoveragePage, Covered, coverage_of, coverage_page

Listed = Annotated[Text, Field(max_length=300)]


class CoverageIn(Body):
    """What a partner covers; empty lists and no capacity mean no limit. `version` 0: nothing was said before."""

    countries: Annotated[list[Listed], Field(max_length=300, default_factory=list)]
    postal_prefixes: Annotated[list[Listed], Field(max_length=500, default_factory=list)]
    product_lines: Annotated[list[Listed], Field(max_length=500, default_factory=list)]
    capacity: Annotated[int, Field(ge=0, le=100_000)] | None = None
    takes_leads: bool = True
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class CoverageOut(Shape):
    """The version that the coverage has now."""

    version: int


class CoveredOut(Shape):
    """What a partner covers; `open_leads` are those it works on."""

    partner_id: UUID
    name: str
    tier: str
    countries: list[str]
    postal_prefixes: list[str]
    product_lines: list[str]
    capacity: int | None
    takes_leads: bool
    version: int
    open_leads: int


class CoverageCell(Shape):
    """A place and a product ("" for a lead that names none): partners, those that name the country, those with room,
    places with nobody."""

    product_line: str
    partners: int
    named: int
    free: int
    missing: list[str]
    partly: bool
    waiting: int


class CoveragePlace(Shape):
    """A territory of the rules, or a country outside them; `came` leads in a year."""

    name: str
    territory: bool
    countries: list[str]
    came: int
    cells: list[CoverageCell]


class CoverageMap(Shape):
    """Places with gaps first, and every partner; `gaps` counts the cells with nobody."""

    gaps: int
    places: list[CoveragePlace]
    partners: list[CoveredOut]


def _covered(one: Covered) -> CoveredOut:
    lists = ("countries", "postal_prefixes", "product_lines")
    values = {name: getattr(one, name) for name in CoveredOut.model_fields}
    return CoveredOut(**(values | {name: list(values[name]) for name in lists}))


def _cell(product: str, cell: Cell) -> CoverageCell:
    return CoverageCell(
        product_line=product, partners=cell.partners, named=cell.named, free=cell.free,
        missing=list(cell.missing), partly=cell.partly, waiting=cell.waiting,
    )  # fmt: skip


def _places(page: CoveragePage) -> list[CoveragePlace]:
    return [
        CoveragePlace(
            name=row.name, territory=row.territory, countries=list(row.countries), came=row.came,
            cells=[_cell(product, cell) for product, cell in zip(page.products, row.cells, strict=True)],
        )
        for row in page.rows
    ]  # fmt: skip


@operation(
    "get", "/lead-coverage", summary="Which places and products have no partner taking leads", tag="Vendor leads",
    permission="vendor_lead.read", answer=CoverageMap,
)  # fmt: skip
def get_coverage_map(call: Call[Any, Any]) -> CoverageMap:
    session, actor = call.uow.session, call.actor
    codes = [one.code for one in products_of(session, programme_of(actor), ended=False)]
    page = coverage_page(session, actor, codes, call.uow.now)
    return CoverageMap(gaps=page.gaps, places=_places(page), partners=[_covered(one) for one in page.partners])


@operation(
    "get", "/lead-coverage/{covering_id:uuid}", summary="What a partner covers, by the partner's id",
    tag="Vendor leads", permission="vendor_lead.read", answer=CoveredOut,
)  # fmt: skip
def get_lead_coverage(call: Call[Any, Any]) -> Answer:
    found = coverage_of(call.uow.session, call.actor, call.path["covering_id"])
    return Answer(_covered(found), version=found.version)


@operation(
    "put", "/lead-coverage/{covering_id:uuid}", summary="Say what a partner covers, by the partner's id",
    tag="Vendor leads", permission="vendor_lead.write", body=CoverageIn, answer=CoverageOut,
)  # fmt: skip
def put_lead_coverage(call: Call[CoverageIn, Any]) -> CoverageOut:
    said = call.body.model_dump()
    return CoverageOut(version=service.set_coverage(call.uow, call.actor, call.path["covering_id"], **said))
