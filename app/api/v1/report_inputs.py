"""What reports are reckoned with: settings, targets, costs, margins and plan rates."""

from __future__ import annotations

from typing import Any

from flask import request

from app.api.operation import Answer, Call, operation
from app.api.v1.report_input_shapes import (
    CostIn,
    CostList,
    CostOut,
    MarginIn,
    MarginList,
    MarginOut,
    PlanRateIn,
    PlanRateList,
    PlanRateOut,
    ReportSettingsIn,
    ReportSettingsOut,
    RunSettingsIn,
    RunSettingsOut,
    TargetChange,
    TargetIn,
    TargetList,
    TargetOut,
    TargetsTaken,
    WrittenOut,
)
from campaigns.attribution.service import defaults_of, save_defaults
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.rates.service import plan_rates, set_plan_rate
from campaigns.reports.runs import reader
from campaigns.reports.service import costs, targets
from campaigns.reports.settings import save_settings, settings_of


@operation(
    "get", "/reports/settings", summary="Currency, fiscal year and weights of a forecast", tag="Reports",
    permission="report.read", answer=ReportSettingsOut,
)  # fmt: skip
def get_report_settings(call: Call[Any, Any]) -> ReportSettingsOut:
    found = settings_of(call.uow.session, programme_of(call.actor))
    return ReportSettingsOut(number=found.number, **found.as_json())


@operation(
    "put", "/reports/settings", summary="Save a version of them", tag="Reports", permission="report.set",
    body=ReportSettingsIn, answer=ReportSettingsOut,
)  # fmt: skip
def put_report_settings(call: Call[ReportSettingsIn, Any]) -> ReportSettingsOut:
    save_settings(call.uow, call.actor, call.body.model_dump(exclude={"after"}), after=call.body.after)
    return get_report_settings(call)  # type: ignore[return-value]


@operation(
    "get", "/reports/run-settings", summary="Model and rules of the nightly run", tag="Reports",
    permission="report.read", answer=RunSettingsOut,
)  # fmt: skip
def get_run_settings(call: Call[Any, Any]) -> RunSettingsOut:
    reader(call.actor)
    found = defaults_of(call.uow.session, programme_of(call.actor))
    return RunSettingsOut(number=found.number, model=found.model, rules=found.rules)


@operation(
    "put", "/reports/run-settings", summary="Save a version of them", tag="Reports", permission="report.run",
    body=RunSettingsIn, answer=RunSettingsOut,
)  # fmt: skip
def put_run_settings(call: Call[RunSettingsIn, Any]) -> RunSettingsOut:
    body = call.body
    save_defaults(call.uow, call.actor, body.model.model_dump(exclude_none=True), body.rules, after=body.after)
    return get_run_settings(call)  # type: ignore[return-value]


def _target(row: targets.TargetRow) -> TargetOut:
    return TargetOut(**{name: getattr(row, name) for name in TargetOut.model_fields})


@operation(
    "get", "/reports/targets", summary="Targets by fiscal quarter", tag="Reports", permission="report.read",
    answer=TargetList,
)  # fmt: skip
def list_sales_targets(call: Call[Any, Any]) -> TargetList:
    return TargetList(items=[_target(row) for row in targets.targets(call.uow.session, call.actor)])


def _one(call: Call[Any, Any], target_id: Any, status: int = 200) -> Answer:
    rows = [row for row in targets.targets(call.uow.session, call.actor) if row.id == target_id]
    row = must_exist(rows[0] if rows else None, "target")
    return Answer(_target(row), status=status, version=row.version)


@operation(
    "post", "/reports/targets", summary="Write a target", tag="Reports", permission="report.set", body=TargetIn,
    answer=TargetOut, status=201, idempotent=True,
)  # fmt: skip
def put_sales_target(call: Call[TargetIn, Any]) -> Answer:
    made = targets.put_target(call.uow, call.actor, targets.TargetForm(**call.body.model_dump()))
    return _one(call, made, 201)


@operation(
    "patch", "/reports/targets/{target_id:uuid}", summary="Another amount", tag="Reports", permission="report.set",
    body=TargetChange, answer=TargetOut, versioned=True,
)  # fmt: skip
def change_sales_target(call: Call[TargetChange, Any]) -> Answer:
    target_id = call.path["target_id"]
    targets.change_target(call.uow, call.actor, target_id, call.body.amount_minor, version=call.if_match or 0)
    return _one(call, target_id)


@operation(
    "delete", "/reports/targets/{target_id:uuid}", summary="Take a target away; it can be brought back",
    tag="Reports", permission="report.set", status=204,
)  # fmt: skip
def delete_sales_target(call: Call[Any, Any]) -> None:
    targets.remove_target(call.uow, call.actor, call.path["target_id"])


@operation(
    "post", "/reports/targets/{target_id:uuid}/restore", summary="Bring a target back", tag="Reports",
    permission="report.set", answer=TargetOut,
)  # fmt: skip
def restore_sales_target(call: Call[Any, Any]) -> Answer:
    targets.restore_target(call.uow, call.actor, call.path["target_id"])
    return _one(call, call.path["target_id"])


@operation(
    "post", "/reports/target-imports", summary="Take targets from a CSV: all of its rows or none", tag="Reports",
    permission="report.set", answer=TargetsTaken, status=201, idempotent=True, takes=("text/csv",), upload_mb=1,
)  # fmt: skip
def import_sales_targets(call: Call[Any, Any]) -> TargetsTaken:
    return TargetsTaken(taken=targets.import_targets(call.uow, call.actor, request.get_data()))


@operation(
    "get", "/reports/costs", summary="What marketing cost, as people wrote it", tag="Reports",
    permission="report.read", answer=CostList,
)  # fmt: skip
def list_marketing_costs(call: Call[Any, Any]) -> CostList:
    rows = costs.costs(call.uow.session, call.actor)
    return CostList(items=[CostOut(**{name: getattr(row, name) for name in CostOut.model_fields}) for row in rows])


@operation(
    "post", "/reports/costs", summary="Write a cost down", tag="Reports", permission="report.set", body=CostIn,
    answer=WrittenOut, status=201, idempotent=True,
)  # fmt: skip
def add_marketing_cost(call: Call[CostIn, Any]) -> WrittenOut:
    return WrittenOut(id=costs.add_cost(call.uow, call.actor, costs.CostForm(**call.body.model_dump())))


@operation(
    "delete", "/reports/costs/{cost_id:uuid}", summary="It was no cost; it can be brought back", tag="Reports",
    permission="report.set", status=204,
)  # fmt: skip
def delete_marketing_cost(call: Call[Any, Any]) -> None:
    costs.remove_cost(call.uow, call.actor, call.path["cost_id"])


@operation(
    "post", "/reports/costs/{cost_id:uuid}/restore", summary="It was one after all", tag="Reports",
    permission="report.set", status=204,
)  # fmt: skip
def restore_marketing_cost(call: Call[Any, Any]) -> None:
    costs.restore_cost(call.uow, call.actor, call.path["cost_id"])


@operation(
    "get", "/reports/margins", summary="Margin shares with their history", tag="Reports", permission="report.read",
    answer=MarginList,
)  # fmt: skip
def list_margins(call: Call[Any, Any]) -> MarginList:
    rows = costs.margins(call.uow.session, call.actor)
    return MarginList(
        items=[MarginOut(**{name: getattr(row, name) for name in MarginOut.model_fields}) for row in rows]
    )


@operation(
    "post", "/reports/margins", summary="A margin share from a day on", tag="Reports", permission="report.set",
    body=MarginIn, answer=WrittenOut, status=201, idempotent=True,
)  # fmt: skip
def set_margin_share(call: Call[MarginIn, Any]) -> WrittenOut:
    return WrittenOut(id=costs.set_margin(call.uow, call.actor, **call.body.model_dump()))


@operation(
    "get", "/plan-rates", summary="Plan rates of currencies", tag="Reports", permission="report.read",
    answer=PlanRateList,
)  # fmt: skip
def list_plan_rates(call: Call[Any, Any]) -> PlanRateList:
    rows = plan_rates(call.uow.session, call.actor)
    return PlanRateList(
        items=[
            PlanRateOut(
                id=row.id, currency=row.currency, base=row.base, starts_on=row.starts_on,
                rate=format(row.rate.normalize(), "f"),
            )
            for row in rows
        ]
    )  # fmt: skip


@operation(
    "post", "/plan-rates", summary="A plan rate from a day on", tag="Reports", permission="report.set",
    body=PlanRateIn, answer=WrittenOut, status=201, idempotent=True,
)  # fmt: skip
def add_plan_rate(call: Call[PlanRateIn, Any]) -> WrittenOut:
    return WrittenOut(id=set_plan_rate(call.uow, call.actor, **call.body.model_dump()))
