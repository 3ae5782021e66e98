"""Making a landing page whole: the stored page, the form in the visitor's language, the other languages, the policy."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, render_template, request

from app.error_texts import problem_text
from app.i18n import gettext as _
from app.public.pages import Answered, nothing_here
from app.security import policy
from app.unit_of_work import container, uow
from campaigns.kits.queries import pinned_version
from campaigns.kits.store import open_kit
from campaigns.launches.public import PublicLaunch, public_piece
from campaigns.leads.form_token import new_form_token
from campaigns.leads.rules import HONEYPOT, fields_of
from campaigns.leads.service import Outcome
from renderer.kit.manifest import Landing
from renderer.landing import FORM_MARKER, localized_landing, style_hash
from renderer.spec import direction

NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ja": "日本語", "ar": "العربية"}
KEPT_PAGES, KEPT_FORMS = 128, 512
_FORMS: dict[tuple[UUID, str], Landing] = {}


@lru_cache(maxsize=KEPT_PAGES)
def _halves(key: str) -> tuple[str, str, str]:
    """A stored page before and after the form, and the hash of its style. An artifact never changes."""
    data = container().storage.get(key)
    before, after = data.decode().split(FORM_MARKER)
    return before, after, style_hash(data)


def forms_of(launch: PublicLaunch, locale: str) -> Landing:
    """The form's fields and texts in the locale; kept, since the kit version is pinned."""
    key = (launch.kit_version_id, locale)
    found = _FORMS.get(key)
    if found is None:
        kit = open_kit(container().storage, pinned_version(uow().session, launch.kit_version_id))
        found = localized_landing(kit, locale)
        if found is None:
            raise Answered(nothing_here())
        if len(_FORMS) >= KEPT_FORMS:
            _FORMS.clear()
        _FORMS[key] = found
    return found


def page_with_form(launch: PublicLaunch, locale: str, outcome: Outcome | None = None) -> Response:
    """The page to fill in; after a refused form with everything wrong and everything typed still there."""
    form = forms_of(launch, locale)
    values = outcome.values if outcome else {}
    errors = {problem.slot: problem_text(problem) for problem in (outcome.problems if outcome else ()) if problem.slot}
    inner = render_template(
        "public/form.html",
        launch=launch,
        tag=locale,
        form=form,
        fields=fields_of(form),
        values=values,
        errors=errors,
        stale=bool(outcome and outcome.stale and not errors),
        token=new_form_token(container().settings.secret_key, launch.id, container().clock.now()),
        via=(values.get("via") or request.args.get("via", ""))[:80],
        honeypot=HONEYPOT,
        optional=_("Not needed for this."),
    )
    return _answer(launch, locale, inner)


def page_with_thanks(launch: PublicLaunch, locale: str) -> Response:
    """The page with thanks in place of the form."""
    inner = render_template("public/thanks.html", launch=launch, form=forms_of(launch, locale))
    return _answer(launch, locale, inner)


def _answer(launch: PublicLaunch, locale: str, inner: str) -> Response:
    piece = public_piece(uow().session, launch.id, locale, kinds=("landing",))
    if piece is None:
        raise Answered(nothing_here())
    before, after, style = _halves(piece.storage_key)
    languages = [(code, NAMES.get(code.split("-")[0], code), direction(code)) for code in launch.locales]
    switch = render_template("public/languages.html", launch=launch, current=locale, languages=languages)
    head = render_template("public/head.html", launch=launch, languages=languages, root=container().settings.public_url)
    end = after.rfind("</body>")
    page = before.replace("</head>", head + "</head>", 1) + inner
    page += after[:end] + switch + after[end:] if end >= 0 else after + switch
    response = Response(page, content_type="text/html; charset=utf-8")
    site = urlsplit(container().settings.public_url)
    response.headers["Content-Security-Policy"] = policy(
        style_src=f"'self' {style}", img_src=f"'self' data: {site.scheme}://{site.netloc}"
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Language"] = locale
    return response
