"""Reports as tables, saved views of them, and the mails of a view."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.operation import Answer, Call, operation
from app.api.v1.report_input_shapes import (
    ReportViewList,
    ReportViewOut,
    ScheduleIn,
    ScheduleOut,
    TableOut,
    TableQuery,
    ViewChange,
    ViewIn,
)
from app.reporting.sheets import table_sheet
from campaigns.reports.asked import read_asks
from campaigns.reports.building import build
from campaigns.reports.service import schedules, views
from campaigns.reports.tables import Table, json_of


def _table(call: Call[Any, TableQuery]) -> Table:
    asks = read_asks(call.actor, call.query.model_dump() | {"report": call.path["report"]})
    return build(call.uow.session, call.actor, asks, call.uow.now)


def _out(row: views.ViewRow) -> ReportViewOut:
    values = {name: getattr(row, name) for name in ("id", "name", "shared", "by", "mine", "version")}
    planned = row.schedule
    schedule = planned and ScheduleOut(**{name: getattr(planned, name) for name in ScheduleOut.model_fields})
    return ReportViewOut(**values, asks=row.asks.as_json(), schedule=schedule)


def _one(call: Call[Any, Any], view_id: Any, status: int = 200) -> Answer:
    row = views.view(call.uow.session, call.actor, view_id)
    headers = {"Location": f"/api/v1/reports/views/{view_id}"} if status == 201 else {}
    return Answer(_out(row), status=status, version=row.version, headers=headers)


@operation(
    "get", "/reports/tables/{report}", summary="Any report: credits, registrations, funnels, durations, forecast, ropi,"
    " first_deal, benchmarks", tag="Reports", permission="self.read", query=TableQuery, answer=TableOut,
)  # fmt: skip
def get_report_table(call: Call[Any, TableQuery]) -> TableOut:
    return TableOut(**json_of(_table(call)))


@operation(
    "get", "/reports/tables/{report}/csv", summary="The same as CSV", tag="Reports", permission="self.read",
    query=TableQuery, gives="text/csv",
)  # fmt: skip
def export_report_table(call: Call[Any, TableQuery]) -> Response:
    return table_sheet(_table(call))


@operation(
    "get", "/reports/views", summary="Your views and those shared with you", tag="Reports", permission="self.read",
    answer=ReportViewList,
)  # fmt: skip
def list_report_views(call: Call[Any, Any]) -> ReportViewList:
    return ReportViewList(items=[_out(row) for row in views.views(call.uow.session, call.actor)])


@operation(
    "post", "/reports/views", summary="Keep a view of a report", tag="Reports", permission="self.write", body=ViewIn,
    answer=ReportViewOut, status=201, idempotent=True,
)  # fmt: skip
def create_report_view(call: Call[ViewIn, Any]) -> Answer:
    body = call.body
    made = views.save_view(call.uow, call.actor, body.name, body.asks.model_dump(), shared=body.shared)
    return _one(call, made, 201)


@operation(
    "get", "/reports/views/{view_id:uuid}", summary="A view", tag="Reports", permission="self.read",
    answer=ReportViewOut,
)  # fmt: skip
def get_report_view(call: Call[Any, Any]) -> Answer:
    return _one(call, call.path["view_id"])


@operation(
    "patch", "/reports/views/{view_id:uuid}", summary="Rename a view, share it, ask something else", tag="Reports",
    permission="self.write", body=ViewChange, answer=ReportViewOut, versioned=True,
)  # fmt: skip
def change_report_view(call: Call[ViewChange, Any]) -> Answer:
    body, view_id = call.body, call.path["view_id"]
    views.change_view(
        call.uow, call.actor, view_id, version=call.if_match or 0, name=body.name, shared=body.shared,
        asks=None if body.asks is None else body.asks.model_dump(),
    )  # fmt: skip
    return _one(call, view_id)


@operation(
    "delete", "/reports/views/{view_id:uuid}", summary="Put a view away; it can be brought back", tag="Reports",
    permission="self.write", status=204,
)  # fmt: skip
def delete_report_view(call: Call[Any, Any]) -> None:
    views.delete_view(call.uow, call.actor, call.path["view_id"])


@operation(
    "post", "/reports/views/{view_id:uuid}/restore", summary="Bring a view back", tag="Reports",
    permission="self.write", answer=ReportViewOut,
)  # fmt: skip
def restore_report_view(call: Call[Any, Any]) -> Answer:
    views.restore_view(call.uow, call.actor, call.path["view_id"])
    return _one(call, call.path["view_id"])


@operation(
    "put", "/reports/views/{view_id:uuid}/schedule", summary="Mail a view to the caller, weekly or monthly",
    tag="Reports", permission="self.write", body=ScheduleIn, answer=ScheduleOut,
)  # fmt: skip
def put_report_schedule(call: Call[ScheduleIn, Any]) -> ScheduleOut:
    row = schedules.schedule_view(call.uow, call.actor, call.path["view_id"], **call.body.model_dump())
    return ScheduleOut(**{name: getattr(row, name) for name in ScheduleOut.model_fields})


@operation(
    "delete", "/reports/views/{view_id:uuid}/schedule", summary="No more mails of a view", tag="Reports",
    permission="self.write", status=204,
)  # fmt: skip
def delete_report_schedule(call: Call[Any, Any]) -> None:
    schedules.end_schedule(call.uow, call.actor, call.path["view_id"])
