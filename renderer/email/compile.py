"""Once per launch, step and locale: Jinja with brand and fields, then MJML, then text and HTML with fields."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import escape

from renderer.email.mail import CompiledMail, split_fields, tidy_html
from renderer.email.mjml import compile_mjml
from renderer.email.plaintext import html_to_text
from renderer.errors import RenderError
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset
from renderer.kit.messages import MAIL_CONTEXT
from renderer.report import Problem
from renderer.sandbox import Engine, Fields
from renderer.spec import BrandSpec, LaunchSpec, direction
from renderer.template_bounds import FieldToken
from renderer.template_faults import TemplateFailed
from renderer.values import engine_for, template_values

CONTACT_FIELDS = ("first_name", "last_name", "company", "email")
_HEAD = re.compile(r"<mj-head\b[^>]*>", re.I)
_ROOT = re.compile(r"<mjml\b[^>]*>", re.I)


def compile_mail(kit: LoadedKit, asset: Asset, locale: str, brand: BrandSpec, launch: LaunchSpec) -> CompiledMail:
    """The mail of one launch in one locale. Raises TemplateFailed or RenderError (`mjml.…`, `mail.…`)."""
    source = kit.source_for(asset, locale)
    engine = engine_for(kit, locale, brand.country)
    fields: Fields = []
    plain = recipient_values(template_values(kit, locale, brand, launch))
    subject = _line(kit, engine, asset.subject, locale, plain, fields)
    preheader = _line(kit, engine, asset.preheader, locale, plain, fields)
    values = recipient_values(template_values(kit, locale, brand, launch, html=True))
    values |= {"subject": subject, "preheader": preheader}
    mjml = _with_head(engine.render(source, values, fields), subject, preheader)
    try:
        html = tidy_html(compile_mjml(mjml, locale, direction(locale)))
    except RenderError as error:
        line = _line_of(kit, source, str(error.params.get("tag", "")))
        problem = Problem(error.code, error.message, path=source, line=line, asset=asset.id, locale=locale)
        raise TemplateFailed([problem]) from error
    return CompiledMail(
        locale=locale,
        subject=split_fields(subject, fields),
        preheader=split_fields(preheader, fields),
        html=split_fields(html, fields),
        text=split_fields(html_to_text(html), fields),
    )


def recipient_values(values: dict[str, Any]) -> dict[str, Any]:
    """The variables of a mail: those of every template, and opaque tokens for what differs per recipient."""
    link = dict(values["link"])
    link |= {name: FieldToken(f"link.{name}") for name in ("unsubscribe", "landing")}
    return {**values, "link": link, "contact": {name: FieldToken(f"contact.{name}") for name in CONTACT_FIELDS}}


def _line(kit: LoadedKit, engine: Engine, source: str, locale: str, values: dict[str, Any], fields: Fields) -> str:
    """A subject or preheader: translated, evaluated, on one line."""
    translated = kit.text(source, locale, MAIL_CONTEXT) if source else ""
    return " ".join(engine.render_text(translated, values, "kit.toml", None, fields).split())


def _with_head(mjml: str, subject: str, preheader: str) -> str:
    """The subject as the document's title and the preheader as its hidden first line, where the template has none."""
    extra = "" if "<mj-title" in mjml else f"<mj-title>{escape(subject)}</mj-title>"
    if preheader and "<mj-preview" not in mjml:
        extra += f"<mj-preview>{escape(preheader)}</mj-preview>"
    if _HEAD.search(mjml):
        return _HEAD.sub(lambda match: match.group() + extra, mjml, count=1)
    return _ROOT.sub(lambda match: f"{match.group()}<mj-head>{extra}</mj-head>", mjml, count=1)


def _line_of(kit: LoadedKit, path: str, tag: str) -> int:
    text = kit.read(path).decode("utf-8", "replace")
    at = text.find(f"<{tag}") if tag else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
