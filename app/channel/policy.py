"""The rules of registration: what holds, a new version with a dry run over history, and what is sold."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.channel.policy_form import data_of, values_of
from app.deal_words import OUTCOMES, inner_state, word
from app.error_texts import errors_by_field, problem_text, text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.portal.deal_form import currencies
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.problems import Problem
from campaigns.deals.queries.reviewers import reviewers_of
from campaigns.deals.queries.rules import policy_page, products_for
from campaigns.deals.service.policies import add_product_line, change_product_line, publish_policy
from campaigns.deals.service.trying import DryRun, try_policy

blueprint = Blueprint("channel_policy", __name__, url_prefix="/channel/policy")
SHOWN = 50


def _page(
    values: dict[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
    refused: str = "",
    run: DryRun | None = None,
) -> str:
    session, acting = uow().session, current.actor()
    page = policy_page(session, acting)
    shown = values or values_of(page.data)
    return render_template(
        "channel/policy.html", page=page, values=shown, errors=errors_by_field(problems), refused=refused, run=run,
        other=[(one.slot, problem_text(one)) for one in problems], reviewers=reviewers_of(session, acting),
        products=products_for(session, acting), outcome=lambda code: word(OUTCOMES, code), state_of=inner_state,
        currencies=currencies(str(shown.get("currency", ""))), shown=SHOWN,
    )  # fmt: skip


@blueprint.get("")
@permission("policy.write")
def show() -> str:
    """The newest rules in their form."""
    return _page()


@blueprint.post("")
@permission("policy.write")
def save() -> Response | tuple[str, int] | str:
    """Try the rules over history, or publish them."""
    data, unread = data_of(request.form)
    values = values_of(data) | request.form.to_dict()
    try:
        if unread:
            raise DomainError("policy.invalid", Kind.INVALID, "Please look at the marked rules.", problems=unread)
        if request.form.get("act") == "try":
            run = try_policy(uow().session, current.actor(), data, container().clock.now())
            return _page(values, run=run)
        number = publish_policy(
            uow(), current.actor(), data, after=form_version("number"), note=request.form.get("change_note", "")
        )
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return _page(values, tuple(error.problems), text_of(error)), 409 if error.kind is Kind.CONFLICT else 422
    flash(_("Version %(number)s holds from now on. Deals keep the version they were registered under.", number=number))
    return redirect(url_for("channel_policy.show"), 303)


def _after(error: DomainError | None) -> Response:
    if error is not None:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise error
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(_("Saved."))
    return redirect(url_for("channel_policy.show") + "#products", 303)


@blueprint.post("/products")
@permission("policy.write")
def add_product() -> Response:
    """Something new to register for."""
    try:
        add_product_line(
            uow(), current.actor(), request.form.get("code", "").strip().lower(), request.form.get("name", "")
        )
    except DomainError as error:
        return _after(error)
    return _after(None)


@blueprint.post("/products/<uuid:product_id>")
@permission("policy.write")
def change_product(product_id: UUID) -> Response:
    """Rename it, end it, begin it again."""
    ended = {"end": True, "begin": False}.get(request.form.get("act", ""))
    try:
        change_product_line(
            uow(), current.actor(), product_id, name=request.form.get("name") if ended is None else None, ended=ended
        )
    except DomainError as error:
        return _after(error)
    return _after(None)


@blueprint.get("/rules.json")
@permission("policy.write")
def as_json() -> Response:
    """The newest rules as the API takes them."""
    page = policy_page(uow().session, current.actor())
    response = Response(json.dumps(page.data, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="rules-{page.number}.json"'
    return response
