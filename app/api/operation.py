"""A declared operation: method, path, permission, shapes. One declaration serves routing, checks and OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from flask import Response
from pydantic import BaseModel, ConfigDict

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor
from campaigns.db.unit_of_work import UnitOfWork


class Shape(BaseModel):
    """Base of every query and answer: unknown members are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False, ser_json_timedelta="iso8601")


class Body(Shape):
    """Base of every body: a value of another JSON type is refused, not converted."""

    model_config = ConfigDict(strict=True)


MOST_INT = 2**31 - 1  # what an integer column of the database holds
JSON = ("application/json",)
B = TypeVar("B")
Q = TypeVar("Q")


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """What a view gets: who calls, the transaction, and the parsed input."""

    actor: Actor
    uow: UnitOfWork
    container: Container
    body: B
    query: Q
    path: Mapping[str, Any]
    if_match: int | None = None
    key: str | None = None  # Idempotency-Key, where the operation honours it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives besides a bare shape: a status, headers, or a version to make the ETag from."""

    value: BaseModel | None = None
    status: int | None = None
    version: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call[Any, Any]], "BaseModel | Answer | Response | None"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, as declared."""

    method: Literal["get", "post", "put", "patch", "delete"]
    path: str
    summary: str
    tag: str
    view: View
    permission: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    idempotent: bool
    versioned: bool
    takes: tuple[str, ...]
    gives: str
    upload_mb: int | None
    limit: tuple[str, int, int] | None

    @property
    def raw(self) -> bool:
        """True if the view reads the body itself."""
        return self.takes != JSON

    @property
    def name(self) -> str:
        """The operationId."""
        return self.view.__name__

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and kinds of the path's parameters: `{launch_id:uuid}` → ("launch_id", "uuid")."""
        found = []
        for part in self.path.split("/"):
            if part.startswith("{"):
                name, _, kind = part.strip("{}").partition(":")
                found.append((name, kind or "string"))
        return found

    @property
    def rule(self) -> str:
        """The path as Flask's router spells it."""
        parts = []
        for part in self.path.split("/"):
            if part.startswith("{"):
                name, _, kind = part.strip("{}").partition(":")
                parts.append(f"<{CONVERTERS.get(kind, kind or 'string')}:{name}>")
            else:
                parts.append(part)
        return "/".join(parts)


CONVERTERS = {"int": f"int(min=1,max={MOST_INT})", "ground": "any(light,dark)"}
OPERATIONS: list[Operation] = []


def operation(
    method: Literal["get", "post", "put", "patch", "delete"],
    path: str,
    *,
    summary: str,
    tag: str,
    permission: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    idempotent: bool = False,
    versioned: bool = False,
    takes: tuple[str, ...] = JSON,
    gives: str = "application/json",
    upload_mb: int | None = None,
    limit: tuple[str, int, int] | None = None,
) -> Callable[[View], View]:
    """Declare a view. `idempotent` honours Idempotency-Key; `versioned` demands If-Match on a change.

    `takes` other than JSON (`image/*` is any picture) means that the view reads the raw body itself, of at most
    `upload_mb` MB (2 where it is not said). `limit` is (bucket, most, per seconds) per address.
    """

    def declare(view: View) -> View:
        OPERATIONS.append(
            Operation(
                method,
                path,
                summary,
                tag,
                view,
                permission,
                body,
                query,
                answer,
                status,
                idempotent,
                versioned,
                takes,
                gives,
                upload_mb,
                limit,
            )
        )
        return view

    return declare
