"""Landing pages: the partner's rendered page with the form set in, and what a visitor sends."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import public
from app.public import blueprint
from app.public.landing_page import forms_of, page_with_form, page_with_thanks
from app.public.letters import queue_lead_letters
from app.public.pages import Answered, facts, live_launch
from app.security import limited
from app.unit_of_work import container, uow
from campaigns.leads.service import FormLaunch, submit_form
from campaigns.tracking.service import read_link_token, record_touch


@blueprint.errorhandler(Answered)
def _answered(error: Answered) -> Response:
    return error.response


@blueprint.get("/l/<slug>")
@public
def landing_any(slug: str) -> AnyResponse:
    """Without a locale: the one the browser asks for, else the launch's first."""
    launch = live_launch(slug)
    wanted: LanguageAccept = request.accept_languages
    locale = wanted.best_match(launch.locales) or launch.locales[0]
    response = redirect(url_for("public.landing", slug=slug, locale=locale), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/l/<slug>/<locale>")
@public
def landing(slug: str, locale: str) -> Response:
    """The page."""
    return page_with_form(live_launch(slug, locale), locale)


@blueprint.post("/l/<slug>/<locale>")
@public(csrf=False)
@limited("form", 60, 600)
def submit(slug: str, locale: str) -> AnyResponse:
    """The form; its own signed token stands in for a cookie."""
    launch = live_launch(slug, locale)
    form = forms_of(launch, locale)
    raw = {name: values[0] for name, values in request.form.lists() if values}
    who = FormLaunch(launch.id, launch.slug, launch.programme_id, launch.partner_id)
    outcome = submit_form(uow(), container().settings, who, form, locale, raw, facts())
    if not outcome.taken:
        response = page_with_form(launch, locale, outcome)
        response.status_code = 422
        return response
    if outcome.converted is not None:
        queue_lead_letters(launch, outcome.converted, form)
    return redirect(url_for("public.thanks", slug=slug, locale=locale, _anchor="form"), 303)


@blueprint.get("/l/<slug>/<locale>/thanks")
@public
def thanks(slug: str, locale: str) -> Response:
    """The page again, with thanks in place of the form."""
    return page_with_thanks(live_launch(slug, locale), locale)


@blueprint.post("/l/<slug>/<locale>/seen")
@public(csrf=False)
@limited("seen", 60, 60)
def seen(slug: str, locale: str) -> AnyResponse:
    """The beacon of a page that a person moved on: a page view, and proof for the click that led here."""
    launch = live_launch(slug, locale)
    settings = container().settings
    record_touch(
        uow(),
        settings,
        launch_id=launch.id,
        programme_id=launch.programme_id,
        partner_id=launch.partner_id,
        kind="page",
        locale=locale,
        facts=facts(),
        via=read_link_token(settings.secret_key, request.get_data(as_text=True)[:80]),
    )
    return make_response("", 204)
