"""Reports: runs of attribution, credits by any dimension, a deal's path, funnels, times and registrations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from app.api.operation import Answer, Call, operation
from app.api.v1.report_shapes import (
    CreditList,
    CreditOut,
    CreditsQuery,
    DurationsOut,
    FunnelList,
    FunnelOut,
    PathOut,
    RateOut,
    RegistrationFigureOut,
    RegistrationFigures,
    RegistrationFiguresQuery,
    RunAsked,
    RunIn,
    RunList,
    RunOut,
    RunQuery,
    SpanOut,
)
from app.reporting.sheets import credit_sheet
from campaigns.attribution.service import RunRequest, ask_run
from campaigns.reports import credits, funnels, paths, registrations, runs
from campaigns.reports.figures import Rate


def _run(call: Call[Any, Any]) -> runs.Run:
    model = call.query.model or ""
    return runs.chosen_run(call.uow.session, call.actor, call.query.run_id, model)


def _rate(rate: Rate) -> RateOut:
    value = None if rate.value is None else float(rate.value)
    return RateOut(numerator=rate.numerator, denominator=rate.denominator, value=value)


@operation(
    "get",
    "/reports/runs",
    summary="Runs of attribution you can read reports over",
    tag="Reports",
    permission="self.read",
    answer=RunList,
)
def list_attribution_runs(call: Call[Any, Any]) -> RunList:
    return RunList(items=[RunOut(**asdict(run)) for run in runs.runs(call.uow.session, call.actor)])


@operation(
    "post",
    "/reports/runs",
    summary="Compute attribution anew",
    tag="Reports",
    permission="report.run",
    body=RunIn,
    answer=RunAsked,
    status=202,
)
def ask_attribution_run(call: Call[RunIn, Any]) -> Answer:
    body = call.body
    request = RunRequest(body.model.model_dump(exclude_none=True), body.rules, body.cut_off)
    return Answer(RunAsked(id=ask_run(call.uow, call.actor, request)))


@operation(
    "get",
    "/reports/credits",
    summary="What earned the money, by channel, kit, piece and more",
    tag="Reports",
    permission="self.read",
    query=CreditsQuery,
    answer=CreditList,
)
def list_credits(call: Call[Any, CreditsQuery]) -> CreditList:
    run = _run(call)
    rows = credits.credits_by(call.uow.session, call.actor, run, call.query.by, call.query.state)
    return CreditList(run=RunOut(**asdict(run)), items=[CreditOut(**asdict(row)) for row in rows])


@operation(
    "get",
    "/reports/credits.csv",
    summary="The same as CSV",
    tag="Reports",
    permission="self.read",
    query=CreditsQuery,
    gives="text/csv",
)
def export_credits(call: Call[Any, CreditsQuery]) -> Response:
    return credit_sheet(call.uow.session, call.actor, _run(call), call.query.by, call.query.state)


@operation(
    "get",
    "/reports/deals/{credited_deal_id:uuid}/path",
    summary="A deal back to every touch, in time",
    tag="Reports",
    permission="self.read",
    query=RunQuery,
    answer=PathOut,
)
def get_deal_path(call: Call[Any, RunQuery]) -> PathOut:
    run = _run(call)
    found = paths.deal_path(call.uow.session, call.actor, run, call.path["credited_deal_id"])
    return PathOut(run=RunOut(**asdict(run)), **asdict(found))


@operation(
    "get",
    "/reports/funnels",
    summary="From deliveries to won deals, campaign by campaign",
    tag="Reports",
    permission="self.read",
    answer=FunnelList,
)
def list_funnels(call: Call[Any, Any]) -> FunnelList:
    found = funnels.funnels(call.uow.session, call.actor)
    return FunnelList(items=[FunnelOut(**asdict(row)) for row in found])


@operation(
    "get",
    "/reports/durations",
    summary="How long accepting, approving and winning take",
    tag="Reports",
    permission="self.read",
    answer=DurationsOut,
)
def get_durations(call: Call[Any, Any]) -> DurationsOut:
    found = funnels.durations(call.uow.session, call.actor)
    return DurationsOut(**{name: SpanOut(**asdict(span)) for name, span in found.items()})


@operation(
    "get",
    "/reports/registrations",
    summary="Registrations, approved of decided, won of closed",
    tag="Reports",
    permission="self.read",
    query=RegistrationFiguresQuery,
    answer=RegistrationFigures,
)
def list_registration_figures(call: Call[Any, RegistrationFiguresQuery]) -> RegistrationFigures:
    found = registrations.registrations(call.uow.session, call.actor, call.query.by)
    return RegistrationFigures(
        items=[
            RegistrationFigureOut(
                key=row.key, submitted=row.submitted, approval=_rate(row.approval), conversion=_rate(row.conversion)
            )
            for row in found
        ]
    )
