"""`/r/<token>`: ending the mails of a report (RFC 8058). The POST does it, without cookies; a GET changes nothing."""

from __future__ import annotations

from flask import Response, render_template, request

from app.auth.access import public
from app.public import blueprint
from app.public.pages import nothing_here
from app.unit_of_work import container, uow
from campaigns.reports.service.schedules import read_unsubscribe_token, resubscribe, unsubscribe


def _page(token: str, done: str) -> Response:
    response = Response(
        render_template("public/report_mail.html", token=token, done=done), content_type="text/html; charset=utf-8"
    )
    response.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})
    return response


@blueprint.get("/r/<token>")
@public
def report_mail(token: str) -> Response:
    """What would happen, and the button that does it. Scanners may come here as often as they like."""
    schedule_id = read_unsubscribe_token(container().settings.secret_key, token)
    return nothing_here() if schedule_id is None else _page(token, "")


@blueprint.post("/r/<token>")
@public(csrf=False)
def report_mail_end(token: str) -> Response:
    """One click: no more of these mails. The page's own second button takes it back."""
    schedule_id = read_unsubscribe_token(container().settings.secret_key, token)
    if schedule_id is None:
        return nothing_here()
    if request.form.get("action") == "resubscribe":
        resubscribe(uow(), schedule_id)
        return _page(token, "back")
    unsubscribe(uow(), schedule_id)
    return _page(token, "left")
