"""The rules of leads: scoring, routing, windows and recycling, tried on the last leads before they hold."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audience_words import words
from app.auth import current
from app.auth.access import permission
from app.channel.lead_rules_form import data_of, rule_errors, values_of
from app.error_texts import text_of
from app.forms import form_version
from app.i18n import gettext as _
from app.lead_words import ASKED_OF, ENGAGED, MEASURES, TESTS
from app.unit_of_work import container, roll_back, uow
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import programme_of
from campaigns.deals.standing import deal_standing
from campaigns.leads.dry_run import MOST, DryRun, dry_run
from campaigns.leads.policy_parse import parse_rules, rules_as_dict
from campaigns.leads.rules_in_force import rules_in_force, versions_of
from campaigns.leads.service import publish_rules
from campaigns.leads.vendor_queries import known_facts

blueprint = Blueprint("channel_lead_rules", __name__, url_prefix="/channel/leads/rules")
SHOWN = 50


def _page(values: dict[str, Any] | None = None, error: DomainError | None = None, run: DryRun | None = None) -> str:
    session, programme_id = uow().session, programme_of(current.actor())
    held = rules_in_force(session, programme_id)
    facts = {f"facts.{name}": _("Fact: %(name)s", name=name) for name in known_facts(session, current.actor())}
    return render_template(
        "channel/lead_rules.html", held=held, values=values or values_of(rules_as_dict(held.rules)), run=run,
        errors=rule_errors(error.problems) if error else {}, refused=text_of(error) if error else "",
        versions=versions_of(session, programme_id), measures=words(MEASURES), engaged=words(ENGAGED),
        asked_of=words(ASKED_OF) | facts, tests=words(TESTS), shown=SHOWN,
    )  # fmt: skip


@blueprint.get("")
@permission("policy.write")
def show() -> str:
    """The rules in force, in their form."""
    return _page()


@blueprint.post("")
@permission("policy.write")
def save() -> Response | tuple[str, int] | str:
    """Try the rules on the last leads, or publish them."""
    data = data_of(request.form)
    values = request.form.to_dict() | values_of(data)
    try:
        if request.form.get("act") == "try":
            rules = parse_rules(data)
            run = dry_run(uow().session, current.actor(), deal_standing, rules, container().clock.now(), MOST)
            return _page(values, run=run)
        number = publish_rules(
            uow(), current.actor(), data, request.form.get("change_note", ""), after=form_version("number")
        )
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        return _page(values, error), 409 if error.kind is Kind.CONFLICT else 422
    flash(_("Version %(number)s holds from now on. Offers that are out keep their time.", number=number), "ok")
    return redirect(url_for("channel_lead_rules.show"), 303)
