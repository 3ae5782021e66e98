"""A programme's rules of deal registration, for everybody: the newest version and each one before it."""

from __future__ import annotations

from flask import Response, render_template, request

from app.auth.access import public
from app.deal_words import DAYS, word
from app.i18n import use_locale
from app.public import blueprint
from app.public.pages import nothing_here
from app.unit_of_work import uow
from campaigns.core.catalogs import LANGUAGES
from campaigns.core.errors import DomainError
from campaigns.deals.queries.rules import public_policy


@blueprint.get("/policy/<slug>")
@public
def deal_policy(slug: str) -> Response:
    """The rules that hold now."""
    return _page(slug, None)


@blueprint.get("/policy/<slug>/<int:number>")
@public
def deal_policy_version(slug: str, number: int) -> Response:
    """A version, for deals that were registered under it."""
    return _page(slug, number)


def _page(slug: str, number: int | None) -> Response:
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        use_locale(wanted)
    try:
        policy = public_policy(uow().session, slug, number if number is None or number < 2**31 else 0)
    except DomainError:
        return nothing_here()
    html = render_template(
        "public/deal_policy.html", policy=policy, slug=slug, number=number, day_name=lambda day: word(DAYS, day),
        tongues=LANGUAGES,
    )  # fmt: skip
    return Response(html, content_type="text/html; charset=utf-8")
