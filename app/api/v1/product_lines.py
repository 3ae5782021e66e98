"""What a programme's deals are registered for: list, add, rename, end and begin again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.operation import Body, Call, Shape, operation
from app.api.values import Text
from campaigns.core.tenancy import must_exist
from campaigns.deals.queries.rules import products_for
from campaigns.deals.service.policies import add_product_line, change_product_line

Name = Annotated[Text, Field(min_length=1, max_length=200)]


class ProductLineOut(Shape):
    """A product line; an ended one takes no new registrations."""

    id: UUID
    code: str
    name: str
    ended: bool


class ProductLineList(Shape):
    """All of them, by name."""

    items: list[ProductLineOut]


class ProductLineIn(Body):
    """A new one; the code stays as it is."""

    code: Annotated[Text, Field(min_length=1, max_length=60)]
    name: Name


class ProductLineChange(Body):
    """Another name, or an end, or a new beginning."""

    name: Name | None = None
    ended: bool | None = None


def _all(call: Call[Any, Any]) -> list[ProductLineOut]:
    return [
        ProductLineOut(id=one.id, code=one.code, name=one.name, ended=one.ended_at is not None)
        for one in products_for(call.uow.session, call.actor)
    ]


def _one(call: Call[Any, Any], product_id: UUID) -> ProductLineOut:
    found: ProductLineOut = must_exist(next((one for one in _all(call) if one.id == product_id), None), "product")
    return found


@operation(
    "get", "/product-lines", summary="What deals are registered for", tag="Registrations",
    permission="registration.read", answer=ProductLineList,
)  # fmt: skip
def list_product_lines(call: Call[Any, Any]) -> ProductLineList:
    return ProductLineList(items=_all(call))


@operation(
    "post", "/product-lines", summary="Add a product line", tag="Registrations", permission="policy.write",
    body=ProductLineIn, answer=ProductLineOut, status=201,
)  # fmt: skip
def create_product_line(call: Call[ProductLineIn, Any]) -> ProductLineOut:
    return _one(call, add_product_line(call.uow, call.actor, call.body.code, call.body.name))


@operation(
    "patch", "/product-lines/{product_id:uuid}", summary="Rename, end or begin again a product line",
    tag="Registrations", permission="policy.write", body=ProductLineChange, answer=ProductLineOut,
)  # fmt: skip
def change_product(call: Call[ProductLineChange, Any]) -> ProductLineOut:
    product_id = call.path["product_id"]
    change_product_line(call.uow, call.actor, product_id, name=call.body.name, ended=call.body.ended)
    call.uow.session.expire_all()
    return _one(call, product_id)
