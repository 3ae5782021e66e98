"""What reports are reckoned with, on pages: settings, the nightly run, plan rates, margins, costs and targets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from app.auth import current
from app.auth.access import permission
from app.error_texts import problem_text, text_of
from app.forms import form_version
from app.i18n import gettext
from app.i18n.formats import countries, region
from app.portal.deal_form import currencies
from app.reporting import words
from app.reporting.run_form import model_of, rules_of
from app.security import limited, upload_limit
from app.unit_of_work import roll_back, uow
from campaigns.attribution.rules import ModelName
from campaigns.attribution.service import defaults_of, save_defaults
from campaigns.core.errors import DomainError, Kind, invalid, not_found
from campaigns.core.money import Money
from campaigns.core.money_text import parse_money
from campaigns.core.tenancy import programme_of
from campaigns.deals.queries.rules import products_for
from campaigns.launches.models import Launch
from campaigns.partners.models import Membership, Partner
from campaigns.rates.service import plan_rates, set_plan_rate
from campaigns.reports.periods import after, quarter_name, quarter_start
from campaigns.reports.service import costs, targets
from campaigns.reports.settings import OPEN_STATES, save_settings, settings_of

blueprint = Blueprint("report_inputs", __name__, url_prefix="/studio/reports")
WRONG = (Kind.INVALID, Kind.CONFLICT, Kind.PRECONDITION, Kind.TOO_LARGE)


def _partners() -> list[tuple[str, str, str]]:
    """(id, slug, name) of the programme's."""
    query = (
        select(Partner.id, Partner.slug, Partner.name)
        .join(Membership, Membership.partner_id == Partner.id)
        .where(Membership.programme_id == programme_of(current.actor()))
    )
    return [(str(one.id), one.slug, one.name) for one in uow().session.execute(query.order_by(Partner.name))]


def _launches() -> list[tuple[str, str]]:
    """(id, slug) of the newest 200."""
    query = select(Launch.id, Launch.slug).where(Launch.programme_id == programme_of(current.actor()))
    newest = query.order_by(Launch.created_at.desc(), Launch.id).limit(200)
    return [(str(one.id), one.slug) for one in uow().session.execute(newest)]


def _shared() -> dict[str, Any]:
    session, acting = uow().session, current.actor()
    settings = settings_of(session, programme_of(acting))
    return {
        "settings": settings, "words": words, "mine": False, "partners": _partners(),
        "products": [(one.code, one.name) for one in products_for(session, acting)],
        "currencies": currencies(settings.currency), "today": uow().now.date().isoformat(),
    }  # fmt: skip


@blueprint.get("/inputs")
@permission("report.read")
def show() -> str:
    """Settings, the nightly run, rates, margins and costs."""
    session, acting = uow().session, current.actor()
    spent = costs.costs(session, acting, removed=True)
    return render_template(
        "reports/inputs.html", **_shared(), night=defaults_of(session, programme_of(acting)), models=list(ModelName),
        launches=_launches(), rates=plan_rates(session, acting), margins=costs.margins(session, acting),
        states=OPEN_STATES,
        costs=[row for row in spent if not row.removed], gone=[row for row in spent if row.removed],
    )  # fmt: skip


@blueprint.get("/targets")
@permission("report.read")
def listed() -> str:
    """Targets by quarter."""
    rows = targets.targets(uow().session, current.actor(), removed=True)
    shared = _shared()
    month = shared["settings"].fiscal_month
    this = quarter_start(uow().now.date(), month)
    return render_template(
        "reports/targets.html", **shared, targets=[row for row in rows if not row.removed],
        gone=[row for row in rows if row.removed], countries=countries(), this=quarter_name(this, month),
        quarter_choices=[(name, name) for name in (quarter_name(after(this, 3 * at), month) for at in range(-1, 7))],
        partner_choices=[(slug, name) for _id, slug, name in shared["partners"]],
    )  # fmt: skip


def _do(act: Callable[[], object], page: str, said: str = "") -> Redirect:
    """Do it and say so, or say what is wrong and keep everything as it was."""
    try:
        act()
    except DomainError as error:
        if error.kind not in WRONG:
            raise
        roll_back()
        flash(" ".join([text_of(error), *(f"{one.slot}: {problem_text(one)}" for one in error.problems[:5])]), "danger")
    else:
        flash(said or gettext("Saved."))
    return redirect(url_for(f"report_inputs.{page}"), 303)


def _money(currency: str) -> Money:
    return parse_money(request.form.get("amount", ""), currency, region())


def _whole(name: str, code: str) -> int:
    text = request.form.get(name, "").strip().removesuffix("%").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise invalid(code, "A whole number is needed.", given=text[:20])
    return int(text)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise invalid("report.day", "A day is written like 2026-04-01.") from None


def _id(name: str) -> UUID | None:
    text = request.form.get(name, "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise not_found(name.removesuffix("_id")) from None


@blueprint.post("/inputs/settings")
@permission("report.set")
def set_settings() -> Redirect:
    """Currency, fiscal year, weights."""

    def act() -> None:
        form = request.form
        stages = {}
        for line in form.get("stages", "").splitlines():
            name, _, share = line.rpartition("=")
            if line.strip():
                share = share.strip().removesuffix("%").strip()
                stages[name.strip()] = int(share) if share.isascii() and share.isdigit() and len(share) < 4 else -1
        data = {
            "currency": form.get("currency", ""), "fiscal_month": _whole("fiscal_month", "settings.month"),
            "weights": {state: _whole(f"weight_{state}", "settings.weight") for state in OPEN_STATES},
            "stages": stages,
        }  # fmt: skip
        save_settings(uow(), current.actor(), data, after=form_version("number"))

    return _do(act, "show")


@blueprint.post("/inputs/night")
@permission("report.run")
def set_night() -> Redirect:
    """Model and rules of the nightly run."""
    return _do(
        lambda: save_defaults(
            uow(), current.actor(), model_of(request.form), rules_of(request.form), after=form_version("number")
        ),
        "show",
    )


@blueprint.post("/inputs/rates")
@permission("report.set")
def add_rate() -> Redirect:
    """A plan rate from a day on."""
    return _do(
        lambda: set_plan_rate(
            uow(), current.actor(), currency=request.form.get("currency", ""), base=request.form.get("base", ""),
            starts_on=_day("starts_on"), rate=request.form.get("rate", ""),
        ),
        "show",
    )  # fmt: skip


@blueprint.post("/inputs/margins")
@permission("report.set")
def add_margin() -> Redirect:
    """A margin share from a day on."""
    return _do(
        lambda: costs.set_margin(
            uow(), current.actor(), product=request.form.get("product", ""), starts_on=_day("starts_on"),
            share_bp=100 * _whole("share", "margin.share"),
        ),
        "show",
    )  # fmt: skip


@blueprint.post("/inputs/costs")
@permission("report.set")
def add_cost() -> Redirect:
    """A cost, as it was written down."""

    def act() -> None:
        amount = _money(request.form.get("currency", ""))
        form = costs.CostForm(
            request.form.get("activity", ""), _day("incurred_on"), amount.amount_minor, amount.currency,
            _id("launch_id"), _id("partner_id"),
        )  # fmt: skip
        costs.add_cost(uow(), current.actor(), form)

    return _do(act, "show")


@blueprint.post("/inputs/costs/<uuid:cost_id>")
@permission("report.set")
def change_cost(cost_id: UUID) -> Redirect:
    """Take it back, or bring it back."""
    act = costs.restore_cost if request.form.get("act") == "restore" else costs.remove_cost
    return _do(lambda: act(uow(), current.actor(), cost_id), "show")


@blueprint.post("/targets")
@permission("report.set")
def put_target() -> Redirect:
    """A target, new or in place of the same one."""

    def act() -> None:
        amount, form = _money(request.form.get("currency", "")), request.form
        taken = {name: form.get(name, "") for name in ("partner", "region", "product")}
        quarter = form.get("quarter", "")
        wanted = targets.TargetForm(quarter, amount.amount_minor, amount.currency, **taken)
        targets.put_target(uow(), current.actor(), wanted)

    return _do(act, "listed")


@blueprint.post("/targets/<uuid:target_id>")
@permission("report.set")
def change_target(target_id: UUID) -> Redirect:
    """Another amount, away, or back."""

    def act() -> None:
        acting, deed = current.actor(), request.form.get("act", "")
        if deed == "remove":
            targets.remove_target(uow(), acting, target_id)
        elif deed == "restore":
            targets.restore_target(uow(), acting, target_id)
        else:
            rows = [row for row in targets.targets(uow().session, acting, removed=True) if row.id == target_id]
            if not rows:
                raise not_found("target")
            targets.change_target(
                uow(), acting, target_id, _money(rows[0].currency).amount_minor, version=form_version()
            )

    return _do(act, "listed")


@blueprint.post("/targets/imports")
@permission("report.set")
@upload_limit(2)
@limited("targets", 30, 600)
def import_targets() -> Redirect:
    """Targets of a file."""
    file = request.files.get("file")
    data = file.read() if file is not None else b""
    return _do(
        lambda: targets.import_targets(uow(), current.actor(), data), "listed", gettext("The targets are taken.")
    )
