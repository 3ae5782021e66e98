"""The plain pages of the public side: nothing here, gone, thank you; and what a request is known by."""

from __future__ import annotations

from flask import Response, render_template, request

from app.i18n import gettext as _
from app.i18n import use_locale
from app.unit_of_work import uow
from campaigns.core.errors import DomainError, Kind
from campaigns.launches.public import PublicLaunch, public_launch
from campaigns.tracking.service import RequestFacts


class Answered(Exception):  # noqa: N818 - not an error, an answer
    """A page that ends the request early."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def facts() -> RequestFacts:
    """What a verdict is made from; the address is digested and never stored."""
    return RequestFacts(request.method, request.headers.get("User-Agent", "")[:400], request.remote_addr or "")


def plain(title: str, text: str, status: int) -> Response:
    """A page of two sentences, without cookies."""
    response = Response(
        render_template("public/plain.html", title=title, text=text), status, content_type="text/html; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def nothing_here() -> Response:
    """The neutral answer to an address that means nothing; it says nothing about what exists."""
    return plain(
        _("There is nothing here"), _("Perhaps the address was cut off. Try it again from where you have it."), 404
    )


def live_launch(slug: str, locale: str | None = None) -> PublicLaunch:
    """The launch, and its language for the rest of the request. Raises Answered with 404 or 410."""
    launch = public_launch(uow().session, slug)
    if launch is None or (locale is not None and locale not in launch.locales):
        raise Answered(nothing_here())
    if locale is not None:
        use_locale(locale)
    if launch.standing == "gone":
        title = _("This offer has ended")
        raise Answered(plain(title, _("%(partner)s has taken the page down.", partner=launch.partner_name), 410))
    return launch


def too_often(error: DomainError) -> bool:
    """Whether a refusal is about the rate."""
    return error.kind is Kind.THROTTLED
