"""CSV imports of contacts: a file is uploaded, looked at, confirmed with its columns, and followed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import request
from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.audience import pages
from campaigns.audience.importing import ImportOptions
from campaigns.audience.models import ContactImport
from campaigns.audience.service import importing
from campaigns.core.tenancy import scoped

CSV_TYPES = ("text/csv", "text/plain", "application/octet-stream")
Field_ = Literal[
    "email", "first_name", "last_name", "name", "company", "phone", "country", "locale", "time_zone", "basis",
    "consent_date",
]  # fmt: skip


class UploadQuery(Shape):
    """The list the contacts go onto, and the file's own name."""

    list_id: UUID
    filename: Annotated[Text, Field(max_length=200)] = "contacts.csv"


class ConfirmIn(Body):
    """Which column (from 0) is what, and why you may write to these people. What is left out stays as guessed."""

    mapping: dict[Field_, Annotated[int, Field(ge=0, le=99)]] | None = None
    has_header: bool | None = None
    basis: Literal["consent", "existing_customer", "legitimate_interest", "contract", ""] = ""
    basis_source: Annotated[Text, Field(min_length=1, max_length=200)]
    given_on: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    date_order: Literal["dmy", "mdy", "ymd"] | None = None


class RowOut(Shape):
    """A row that was not taken, or a note about it: its line in the file, a code, the cell."""

    line: int
    code: str
    cell: str


class ImportOut(Shape):
    """An import: draft, waiting, running, done or failed; `counts` say what became of the rows."""

    id: UUID
    list_id: UUID
    filename: str
    state: str
    rows_done: int
    rows_total: int | None
    counts: dict[str, int]
    problems: list[RowOut]
    error: str | None
    mapping: dict[str, int]
    created_at: datetime
    finished_at: datetime | None


class ImportPage(Page[ImportOut]):
    """A page of imports."""


class PreviewOut(Shape):
    """The first rows as they were read; good, bad and doubles count within the first `looked_at`."""

    encoding: str
    delimiter: str
    has_header: bool
    headers: list[str]
    rows: list[list[str]]
    mapping: dict[str, int]
    date_order: str
    total: int
    looked_at: int
    good: int
    bad: int
    doubles: int
    possible_doubles: int
    problems: list[RowOut]


def _show(row: ContactImport) -> ImportOut:
    return ImportOut(
        id=row.id,
        list_id=row.list_id,
        filename=row.filename,
        state=row.state,
        rows_done=row.rows_done,
        rows_total=row.rows_total,
        counts=row.counts,
        problems=[RowOut(**{"cell": "", **one}) for one in row.problems],
        error=row.error,
        mapping=row.options.get("mapping", {}),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _own(call: Call[Any, Any]) -> ContactImport:
    return pages.import_of(call.uow.session, call.actor, call.path["import_id"])


@operation(
    "get",
    "/imports",
    summary="Your imports",
    tag="Audience",
    permission="contact.read",
    query=PageQuery,
    answer=ImportPage,
)
def list_imports(call: Call[Any, PageQuery]) -> ImportPage:
    query = scoped(select(ContactImport), call.actor, ContactImport)
    rows, cursor = fetch(call.uow.session, query, ContactImport, call.query, _show)
    return ImportPage(items=rows, next_cursor=cursor)


@operation(
    "post",
    "/imports",
    summary="Upload a CSV; nothing of it is taken yet",
    tag="Audience",
    permission="contact.write",
    query=UploadQuery,
    answer=ImportOut,
    status=201,
    idempotent=True,
    takes=CSV_TYPES,
    upload_mb=50,
)
def create_import(call: Call[Any, UploadQuery]) -> Answer:
    asked = call.query
    made = importing.receive_file(
        call.uow, call.actor, call.container.storage, asked.list_id, asked.filename, request.get_data()
    )
    row = pages.import_of(call.uow.session, call.actor, made)
    call.uow.session.refresh(row)
    return Answer(_show(row), status=201, headers={"Location": f"/api/v1/imports/{made}"})


@operation(
    "get",
    "/imports/{import_id:uuid}",
    summary="An import and how far it is",
    tag="Audience",
    permission="contact.read",
    answer=ImportOut,
)
def get_import(call: Call[Any, Any]) -> ImportOut:
    return _show(_own(call))


@operation(
    "get",
    "/imports/{import_id:uuid}/preview",
    summary="What an uploaded file looks like",
    tag="Audience",
    permission="contact.write",
    answer=PreviewOut,
)
def get_import_preview(call: Call[Any, Any]) -> PreviewOut:
    row = _own(call)
    data = call.container.storage.get(row.source_key)
    seen = importing.look_at(data, importing.options_of(row), call.uow.now)
    made = ("headers", "rows", "problems")
    plain = {name: getattr(seen, name) for name in PreviewOut.model_fields if name not in made}
    return PreviewOut(
        headers=list(seen.headers),
        rows=[list(cells) for cells in seen.rows],
        problems=[RowOut(**problem.as_dict()) for problem in seen.problems],
        **plain,
    )


@operation(
    "post",
    "/imports/{import_id:uuid}/confirm",
    summary="Take the file in; twice is once",
    tag="Audience",
    permission="contact.write",
    body=ConfirmIn,
    answer=ImportOut,
    idempotent=True,
)
def confirm_import(call: Call[ConfirmIn, Any]) -> ImportOut:
    row, said = _own(call), call.body
    guessed = importing.options_of(row)
    options = ImportOptions(
        mapping=guessed.mapping if said.mapping is None else {str(name): at for name, at in said.mapping.items()},
        has_header=guessed.has_header if said.has_header is None else said.has_header,
        encoding=guessed.encoding,
        delimiter=guessed.delimiter,
        basis=said.basis,
        basis_source=said.basis_source,
        given_on=said.given_on,
        date_order=said.date_order or guessed.date_order,
    )
    importing.confirm_import(call.uow, call.actor, call.container.storage, row.id, options)
    return _show(_own(call))


@operation(
    "delete",
    "/imports/{import_id:uuid}",
    summary="Put a file away that was only looked at",
    tag="Audience",
    permission="contact.write",
    status=204,
)
def discard_import(call: Call[Any, Any]) -> None:
    importing.discard_import(call.uow, call.actor, call.container.storage, call.path["import_id"])
