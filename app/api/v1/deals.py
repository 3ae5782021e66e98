"""Deals of the calling partner: registering, and everything it does with a registration."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request

from app.api.operation import Answer, Call, operation
from app.api.paging import decode, encode
from app.api.v1.deal_bodies import (
    CorrectionIn,
    DealDetail,
    DealOut,
    DealPageOut,
    DealsQuery,
    EvidenceId,
    ExtensionIn,
    FileQuery,
    LinesIn,
    NoteIn,
    ProgressIn,
    RegisterIn,
    StepIn,
)
from app.api.v1.deal_shapes import (
    DealIn,
    EvidenceOut,
    FormOut,
    LineOut,
    RequestOut,
    TeamOut,
    events,
    match_version,
    plain,
)
from app.preview_answer import attachment
from campaigns.deals.queries.partner import DealPage, DealRow, deal_page, deals_for
from campaigns.deals.service import closing, drafting, evidence, extending, progress, rejecting
from campaigns.deals.service.lines import set_lines
from campaigns.deals.service.resubmitting import resubmit_deal
from campaigns.deals.service.submitting import register_deal, submit_deal
from campaigns.deals.sniffing import MOST_BYTES


def _row(row: DealRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DealOut.model_fields}


def _show(page: DealPage) -> DealDetail:
    return DealDetail(
        form=plain(FormOut, page.form), editable=list(page.editable), reason_code=page.reason_code,
        reason=page.reason, won_amount_minor=page.won_amount_minor, lines=[plain(LineOut, one) for one in page.lines],
        team=[plain(TeamOut, one) for one in page.team], evidence=[plain(EvidenceOut, one) for one in page.evidence],
        requests=[plain(RequestOut, one) for one in page.requests], timeline=events(page.timeline),
        steps=list(page.steps), **_row(page.row),
    )  # fmt: skip


def _answer(call: Call[Any, Any], deal_id: UUID, status: int = 200) -> Answer:
    call.uow.session.expire_all()
    page = deal_page(call.uow.session, call.actor, deal_id)
    made = {"Location": f"/api/v1/deals/{deal_id}"} if status == 201 else {}
    return Answer(_show(page), status=status, version=page.row.version, headers=made)


def _begin(call: Call[Any, Any]) -> tuple[UUID, int]:
    """The deal and its version, once If-Match holds."""
    deal_id: UUID = call.path["deal_id"]
    return deal_id, match_version(call.if_match, deal_page(call.uow.session, call.actor, deal_id).row.version)


@operation(
    "get", "/deals", summary="Your deals", tag="Deals", permission="deal.read", query=DealsQuery, answer=DealPageOut
)
def list_deals(call: Call[Any, DealsQuery]) -> DealPageOut:
    asked = call.query
    after: Any = decode(asked.cursor, UUID) if asked.cursor else None
    found = deals_for(
        call.uow.session, call.actor, state=asked.state or "", search=asked.search, product_line=asked.product_line,
        programme_id=asked.programme_id, after=after, limit=asked.limit,
    )  # fmt: skip
    items = [DealOut(**_row(row)) for row in found.rows]
    return DealPageOut(items=items, next_cursor=encode(*found.next) if found.next else None)


@operation(
    "post", "/deals", summary="Register a deal, or keep a draft", tag="Deals", permission="deal.write",
    body=RegisterIn, answer=DealDetail, status=201, idempotent=True,
)  # fmt: skip
def create_deal(call: Call[RegisterIn, Any]) -> Answer:
    said = call.body
    verb = register_deal if said.submit else drafting.begin_draft
    made = verb(
        call.uow, call.actor, said.programme_id, said.client_token, said.form(), source="api", lead_id=said.lead_id
    )
    return _answer(call, made.id, 201)


@operation("get", "/deals/{deal_id:uuid}", summary="One deal", tag="Deals", permission="deal.read", answer=DealDetail)
def get_deal(call: Call[Any, Any]) -> Answer:
    return _answer(call, call.path["deal_id"])


@operation(
    "put", "/deals/{deal_id:uuid}", summary="Write a draft anew", tag="Deals", permission="deal.write", body=DealIn,
    answer=DealDetail, versioned=True,
)  # fmt: skip
def change_deal(call: Call[DealIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    drafting.change_draft(call.uow, call.actor, deal_id, version, call.body.form())
    return _answer(call, deal_id)


@operation(
    "post", "/deals/{deal_id:uuid}/submit", summary="Submit a draft", tag="Deals", permission="deal.write",
    answer=DealDetail, idempotent=True, versioned=True,
)  # fmt: skip
def submit_draft(call: Call[Any, Any]) -> Answer:
    deal_id, version = _begin(call)
    submit_deal(call.uow, call.actor, deal_id, version)
    return _answer(call, deal_id)


@operation(
    "post", "/deals/{deal_id:uuid}/correction", summary="Answer what was handed back", tag="Deals",
    permission="deal.write", body=CorrectionIn, answer=DealDetail, idempotent=True, versioned=True,
)  # fmt: skip
def correct_deal(call: Call[CorrectionIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    resubmit_deal(call.uow, call.actor, deal_id, version, call.body.form(), words=call.body.words)
    return _answer(call, deal_id)


@operation(
    "patch", "/deals/{deal_id:uuid}/progress", summary="Stage, next step, amount and close", tag="Deals",
    permission="deal.write", body=ProgressIn, answer=DealDetail, versioned=True,
)  # fmt: skip
def change_progress(call: Call[ProgressIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    said = call.body
    changes = progress.Progress(
        stage=said.stage, next_step=said.next_step, amount_minor=said.amount_minor, currency=said.currency,
        next_step_on=date.fromisoformat(said.next_step_on) if said.next_step_on else None,
        close_on=date.fromisoformat(said.close_on) if said.close_on else None,
    )  # fmt: skip
    progress.update_progress(call.uow, call.actor, deal_id, version, changes)
    return _answer(call, deal_id)


@operation(
    "post", "/deals/{deal_id:uuid}/notes", summary="Add a note", tag="Deals", permission="deal.write", body=NoteIn,
    answer=DealDetail, idempotent=True,
)  # fmt: skip
def add_deal_note(call: Call[NoteIn, Any]) -> Answer:
    deal_id = call.path["deal_id"]
    sight = "partner" if call.body.private else "both"
    progress.add_note(call.uow, call.actor, deal_id, call.body.words, sight=sight)
    return _answer(call, deal_id)


@operation(
    "put", "/deals/{deal_id:uuid}/lines", summary="The products of a deal", tag="Deals", permission="deal.write",
    body=LinesIn, answer=DealDetail, versioned=True,
)  # fmt: skip
def put_lines(call: Call[LinesIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    set_lines(call.uow, call.actor, deal_id, version, [one.form() for one in call.body.lines])
    return _answer(call, deal_id)


@operation(
    "post", "/deals/{deal_id:uuid}/steps", summary="Withdraw, convert, win, lose or appeal", tag="Deals",
    permission="deal.write", body=StepIn, answer=DealDetail, idempotent=True, versioned=True,
)  # fmt: skip
def take_step(call: Call[StepIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    work, actor, said = call.uow, call.actor, call.body
    if said.step == "withdraw":
        closing.withdraw_deal(work, actor, deal_id, version, said.words)
    elif said.step == "convert":
        closing.convert_deal(work, actor, deal_id, version, words=said.words)
    elif said.step == "win":
        closing.win_deal(
            work, actor, deal_id, version, amount_minor=said.amount_minor, currency=said.currency, words=said.words
        )
    elif said.step == "lose":
        closing.lose_deal(work, actor, deal_id, version, reason_code=said.reason, words=said.words)
    else:
        rejecting.ask_appeal(work, actor, deal_id, version, said.words)
    return _answer(call, deal_id)


@operation(
    "delete", "/deals/{deal_id:uuid}", summary="Put a draft away for good, with its files", tag="Deals",
    permission="deal.write", status=204,
)  # fmt: skip
def discard_deal_draft(call: Call[Any, Any]) -> None:
    drafting.discard_draft(call.uow, call.actor, call.container.storage, call.path["deal_id"])


@operation(
    "post", "/deals/{deal_id:uuid}/extension", summary="Ask for more time", tag="Deals", permission="deal.write",
    body=ExtensionIn, answer=DealDetail, idempotent=True, versioned=True,
)  # fmt: skip
def ask_more_time(call: Call[ExtensionIn, Any]) -> Answer:
    deal_id, version = _begin(call)
    extending.ask_extension(call.uow, call.actor, deal_id, version, call.body.words, call.body.evidence_ids)
    return _answer(call, deal_id)


@operation(
    "post", "/deals/{deal_id:uuid}/evidence", summary="Add a file; the same bytes are the same file", tag="Deals",
    permission="deal.write", query=FileQuery, answer=EvidenceId, status=201, idempotent=True,
    takes=("application/octet-stream",), upload_mb=(MOST_BYTES >> 20) + 1,
)  # fmt: skip
def add_deal_evidence(call: Call[Any, FileQuery]) -> EvidenceId:
    found, made = evidence.add_evidence(
        call.uow, call.actor, call.container.storage, call.path["deal_id"], call.query.filename, request.get_data()
    )
    return EvidenceId(id=found, made=made)


@operation(
    "get", "/deals/{deal_id:uuid}/evidence/{evidence_id:uuid}", summary="A file of a deal", tag="Deals",
    permission="deal.read", gives="application/octet-stream",
)  # fmt: skip
def get_deal_evidence(call: Call[Any, Any]) -> Response:
    path = call.path
    found = evidence.read_evidence(call.uow, call.actor, call.container.storage, path["deal_id"], path["evidence_id"])
    response = Response(found.data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = attachment(found.filename)
    return response
