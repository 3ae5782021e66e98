"""What the vendor's own people sell to: accounts and open opportunities, one by one and by file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import request
from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, decode, encode
from app.api.v1.deal_shapes import Day, Line, Minor, plain
from app.api.v1.imports import CSV_TYPES
from app.api.values import Text
from campaigns.accounts import queries, service
from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.identity import CompanyFacts
from campaigns.deals.service.merging import merge_accounts as join_accounts
from campaigns.deals.service.merging import unmerge_accounts as part_accounts

System = Annotated[Text, Field(max_length=120)]


class AccountsQuery(PageQuery):
    """Only those whose name or web site holds `search`, or only those sold to directly."""

    search: Annotated[Text, Field(max_length=80)] = ""
    direct: bool | None = None


class AccountOut(Shape):
    """A company of the programme; `merged_into` where it stands for another."""

    id: UUID
    name: str
    country: str
    website: str
    origin: str
    direct: bool
    owner: str
    created_at: datetime
    merged_into: UUID | None
    opportunities: int


class AccountPageOut(Page[AccountOut]):
    """A page of accounts, newest first."""


class MadeOut(Shape):
    """The row's id, and whether it is new."""

    id: UUID
    made: bool


class CompanyIn(Body):
    """A company as another system knows it; `source` and `external_id` find it again."""

    source: System = ""
    external_id: Annotated[Text, Field(max_length=200)] = ""
    name: Line = ""
    country: Line = ""
    website: Line = ""
    registry_id: Line = ""
    address: Line = ""
    owner: Annotated[Text, Field(max_length=200)] = ""

    def company(self) -> CompanyFacts:
        """As the matcher takes it."""
        return CompanyFacts(self.name, self.country, self.website, self.registry_id, self.address)


class AccountIn(CompanyIn):
    """`direct`: the vendor's own people sell to it."""

    direct: bool = True


class OpportunityIn(CompanyIn):
    """An opportunity of the vendor's own people; its account by `account_external_id`, else by the company."""

    account_external_id: Annotated[Text, Field(max_length=200)] = ""
    title: Annotated[Text, Field(max_length=200)] = ""
    product_line: Annotated[Text, Field(max_length=80)] = ""
    stage: Annotated[Text, Field(max_length=80)] = ""
    amount_minor: Minor | None = None
    currency: Annotated[Text, Field(max_length=3)] = ""
    opened_on: Day | None = None
    closed: bool = False


class OpportunityOut(Shape):
    """An opportunity; the amount in minor units of `currency`."""

    id: UUID
    account_id: UUID
    account_name: str
    source: str
    external_id: str
    title: str
    product_line: str
    stage: str
    owner: str
    amount_minor: int | None
    currency: str
    opened_on: date | None
    closed_at: datetime | None
    created_at: datetime


class OpportunityPage(Page[OpportunityOut]):
    """A page of opportunities, newest first."""


class OpportunitiesQuery(PageQuery):
    """Closed ones, too."""

    closed: bool = False


class MergeIn(Body):
    """The other account, which is this one from now on."""

    loser_id: UUID = Field(strict=False)
    reason: Annotated[Text, Field(max_length=500)] = ""


class MergeOut(Shape):
    """The merge, by which it is undone."""

    id: UUID


class FileQuery(Shape):
    """What the file holds, the system it comes from, and its own name."""

    kind: Literal["accounts", "opportunities"]
    source: Annotated[Text, Field(min_length=1, max_length=120)]
    filename: Annotated[Text, Field(max_length=200)] = "accounts.csv"


class AccountImportOut(Shape):
    """A file and how far it is; `problems` are the first 500 bad rows."""

    id: UUID
    kind: str
    filename: str
    state: str
    rows: int
    rows_done: int
    created: int
    updated: int
    bad: int
    error: str
    problems: list[dict[str, Any]]
    created_at: datetime
    finished_at: datetime | None


def _after(cursor: str | None) -> Any:
    return decode(cursor, UUID) if cursor else None


def _next(rows: list[Any], limit: int) -> str | None:
    return encode(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None


@operation(
    "get", "/accounts", summary="Companies your programme knows", tag="Accounts", permission="account.read",
    query=AccountsQuery, answer=AccountPageOut,
)  # fmt: skip
def list_accounts(call: Call[Any, AccountsQuery]) -> AccountPageOut:
    asked = call.query
    limit = min(asked.limit, queries.MOST_PAGE - 1)
    rows = queries.accounts_of(
        call.uow.session, call.actor, search=asked.search, direct=asked.direct, after=_after(asked.cursor),
        limit=limit + 1,
    )  # fmt: skip
    return AccountPageOut(items=[plain(AccountOut, one) for one in rows[:limit]], next_cursor=_next(rows, limit))


@operation(
    "put", "/accounts", summary="Make or update an account", tag="Accounts", permission="account.write",
    body=AccountIn, answer=MadeOut,
)  # fmt: skip
def put_account(call: Call[AccountIn, Any]) -> MadeOut:
    said = call.body
    form = AccountForm(said.company(), said.source, said.external_id, said.direct, said.owner)
    found, made = service.put_account(call.uow, call.actor, form)
    return MadeOut(id=found, made=made)


@operation(
    "post", "/accounts/{account_id:uuid}/merges", summary="Another account is this one", tag="Accounts",
    permission="account.write", body=MergeIn, answer=MergeOut, status=201, idempotent=True,
)  # fmt: skip
def merge_accounts(call: Call[MergeIn, Any]) -> MergeOut:
    said = call.body
    return MergeOut(id=join_accounts(call.uow, call.actor, call.path["account_id"], said.loser_id, said.reason))


@operation(
    "delete", "/account-merges/{account_merge_id:uuid}", summary="Undo a merge", tag="Accounts",
    permission="account.write", status=204,
)  # fmt: skip
def unmerge_accounts(call: Call[Any, Any]) -> None:
    part_accounts(call.uow, call.actor, call.path["account_merge_id"])


@operation(
    "get", "/opportunities", summary="What your own people have open", tag="Accounts", permission="account.read",
    query=OpportunitiesQuery, answer=OpportunityPage,
)  # fmt: skip
def list_opportunities(call: Call[Any, OpportunitiesQuery]) -> OpportunityPage:
    asked = call.query
    limit = min(asked.limit, queries.MOST_PAGE - 1)
    rows = queries.opportunities_of(
        call.uow.session, call.actor, open_only=not asked.closed, after=_after(asked.cursor), limit=limit + 1
    )
    return OpportunityPage(items=[plain(OpportunityOut, one) for one in rows[:limit]], next_cursor=_next(rows, limit))


@operation(
    "put", "/opportunities", summary="Make or update an opportunity", tag="Accounts", permission="account.write",
    body=OpportunityIn, answer=MadeOut,
)  # fmt: skip
def put_opportunity(call: Call[OpportunityIn, Any]) -> MadeOut:
    said = call.body
    same = ("source", "external_id", "account_external_id", "title", "product_line", "stage", "owner", "amount_minor")
    form = OpportunityForm(
        company=said.company(), currency=said.currency, closed=said.closed,
        opened_on=date.fromisoformat(said.opened_on) if said.opened_on else None,
        **{name: getattr(said, name) for name in same},
    )  # fmt: skip
    found, made = service.put_opportunity(call.uow, call.actor, form)
    return MadeOut(id=found, made=made)


@operation(
    "post", "/opportunities/{opportunity_id:uuid}/close", summary="It conflicts with nothing any more",
    tag="Accounts", permission="account.write", status=204,
)  # fmt: skip
def close_opportunity(call: Call[Any, Any]) -> None:
    service.close_opportunity(call.uow, call.actor, call.path["opportunity_id"])


@operation(
    "post", "/account-imports", summary="Take a CSV in; the same file is the same import", tag="Accounts",
    permission="account.write", query=FileQuery, answer=AccountImportOut, status=201, idempotent=True, takes=CSV_TYPES,
    upload_mb=50,
)  # fmt: skip
def create_account_import(call: Call[Any, FileQuery]) -> Answer:
    asked = call.query
    made, _new = service.receive_import(
        call.uow, call.actor, call.container.storage, kind=asked.kind, source=asked.source, filename=asked.filename,
        data=request.get_data(),
    )  # fmt: skip
    row = queries.import_line(call.uow.session, call.actor, made)
    return Answer(_import(row), status=201, headers={"Location": f"/api/v1/account-imports/{made}"})


@operation(
    "get", "/account-imports/{account_import_id:uuid}", summary="How far a file is", tag="Accounts",
    permission="account.read", answer=AccountImportOut,
)  # fmt: skip
def get_account_import(call: Call[Any, Any]) -> AccountImportOut:
    return _import(queries.import_line(call.uow.session, call.actor, call.path["account_import_id"]))


def _import(row: queries.ImportLine) -> AccountImportOut:
    values = {name: getattr(row, name) for name in AccountImportOut.model_fields}
    return AccountImportOut(**(values | {"problems": list(row.problems)}))
