"""Coverage: which territory and product has nobody, and what each partner takes."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.error_texts import errors_by_field, text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.lead_words import country_name
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import programme_of
from campaigns.deals.queries.rules import products_of
from campaigns.leads.coverage import coverage_of, coverage_page
from campaigns.leads.service import set_coverage

blueprint = Blueprint("channel_lead_coverage", __name__, url_prefix="/channel/leads/coverage")
LISTS = ("countries", "postal_prefixes", "product_lines")


@blueprint.get("")
@permission("vendor_lead.read")
def index() -> str:
    """The map, and every partner."""
    session, acting = uow().session, current.actor()
    products = {one.code: one.name for one in products_of(session, programme_of(acting), ended=False)}
    page = coverage_page(session, acting, list(products), container().clock.now())
    return render_template("channel/coverage.html", page=page, products=products, country_name=country_name)


def _form(partner_id: UUID, error: DomainError | None = None) -> str:
    found = coverage_of(uow().session, current.actor(), partner_id)
    values = {name: "\n".join(getattr(found, name)) for name in LISTS}
    values["capacity"] = "" if found.capacity is None else str(found.capacity)
    values |= {"takes_leads": "1" if found.takes_leads else "", "version": str(found.version)}
    if error is not None:  # the version it began from stays: nothing of somebody else is written over unseen
        values |= {name: request.form.get(name, "") for name in values}
    return render_template(
        "channel/coverage_form.html", found=found, values=values, refused=text_of(error) if error else "",
        errors=errors_by_field(error.problems) if error else {},
    )  # fmt: skip


@blueprint.get("/<uuid:covering_id>")
@permission("vendor_lead.write")
def edit(covering_id: UUID) -> str:
    """What a partner covers, in a form."""
    return _form(covering_id)


def _capacity(text: str) -> int | None:
    """A whole number, or nothing; other text is refused by name as a number below all."""
    clean = text.strip()
    if not clean:
        return None
    return int(clean) if re.fullmatch(r"[0-9]{1,7}", clean) else -1


@blueprint.post("/<uuid:covering_id>")
@permission("vendor_lead.write")
def save(covering_id: UUID) -> Response | tuple[str, int]:
    """Say what a partner covers."""
    form = request.form
    lists = {name: re.split(r"[\n,;]+", form.get(name, "")) for name in LISTS}
    try:
        set_coverage(
            uow(), current.actor(), covering_id, **lists, capacity=_capacity(form.get("capacity", "")),
            takes_leads=bool(form.get("takes_leads")), version=form_version(),
        )  # fmt: skip
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.PRECONDITION):
            raise
        roll_back()
        return _form(covering_id, error), 409 if error.kind is Kind.PRECONDITION else 422
    flash(_("Saved."), "ok")
    return redirect(url_for("channel_lead_coverage.index"), 303)
