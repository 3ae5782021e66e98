"""A landing page: one whole HTML5 document that needs nothing from anybody, with a place for the form."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape

from renderer.errors import RenderError
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset, Landing
from renderer.kit.messages import FORM_CONTEXT, KIT_CONTEXT
from renderer.report import Problem
from renderer.spec import BrandSpec, LaunchSpec, direction
from renderer.template_faults import TemplateFailed
from renderer.values import brand_colours, engine_for, template_values

FORM_MARKER = "<!--throughline:form-->"
_FORBIDDEN = tuple(
    (f"landing.{code}", re.compile(pattern, re.I), message)
    for code, pattern, message in (
        ("script", r"<\s*(?:script|iframe|object|embed|applet|frame|frameset|portal)\b", "It runs or frames something; "
         "a landing page has no scripts."),
        ("handler", r"<[^>]*\son[a-z]{3,20}\s*=", "It holds an event handler; a landing page has no scripts."),
        ("javascript", r"(?:href|src|action)\s*=\s*[\"']?\s*(?:javascript|vbscript|data:text)", "It holds an address "
         "that would run a script."),
        ("inline_style", r"<[^>]*\sstyle\s*=", "It holds a style attribute, which the page's policy forbids; give "
         "the element a class and style that."),
        ("form_element", r"<\s*(?:form|base)\b", "The form comes with {{ form }}; write none of your own."),
        ("meta_refresh", r"<\s*meta\b[^>]*http-equiv", "It holds a meta http-equiv; the server sets the headers."),
    )
)  # fmt: skip
_LOADS = re.compile(
    r"<\s*(?:img|source|video|audio|track|input|image|use|link)\b[^>]*?\s(?:src|srcset|poster|href|xlink:href)\s*=\s*[\"']?"
    r"([^\"'\s>]+)", re.I)  # fmt: skip
_CSS_LOADS = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"']?)([^\"')\s;]+)", re.I)
_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.I | re.S)
_HTML_TAG = re.compile(r"<html\b([^>]*)>", re.I)
_HEAD_TAG = re.compile(r"<head\b[^>]*>", re.I)


def render_landing(kit: LoadedKit, asset: Asset, locale: str, brand: BrandSpec, launch: LaunchSpec) -> bytes:
    """The page as UTF-8, holding `FORM_MARKER` exactly once. Raises TemplateFailed with all problems."""
    source = kit.source_for(asset, locale)
    values: dict[str, Any] = template_values(kit, locale, brand, launch, html=True)
    values["form"] = Markup(FORM_MARKER)  # noqa: S704 - a constant
    body = _with_form(engine_for(kit, locale, brand.country).render(source, values))
    page = _document(body, locale, kit.text(asset.title, locale, KIT_CONTEXT), brand)
    problems = [
        Problem(code, message, path=source, line=_line_of(kit, source, excerpt), asset=asset.id, locale=locale)
        for code, message, excerpt in _faults(page, _own_addresses(brand, launch))
    ]
    if problems:
        raise TemplateFailed(problems)
    return page.encode()


def style_hash(page: bytes) -> str:
    """The CSP source of the page's one inline style: `'sha256-…'`. RenderError if there is none."""
    found = _STYLE.search(page.decode())
    if found is None:
        raise RenderError("landing.no_style", "The page has no inline style.")
    return "'sha256-" + base64.b64encode(hashlib.sha256(found.group(2).encode()).digest()).decode() + "'"


def localized_landing(kit: LoadedKit, locale: str) -> Landing | None:
    """The form with its labels, choices, consent and thanks in `locale`; None if the kit has no landing page."""
    landing = kit.manifest.landing
    if landing is None:
        return None

    def text(value: str) -> str:
        return kit.text(value, locale, FORM_CONTEXT) if value else value

    form = tuple(
        replace(item, label=text(item.label), choices=tuple(text(choice) for choice in item.choices))
        for item in landing.form
    )
    return replace(
        landing, form=form, consent=text(landing.consent), submit=text(landing.submit), thanks=text(landing.thanks)
    )


def _with_form(body: str) -> str:
    """The body with the form at its end where the kit's page does not say where it goes."""
    if FORM_MARKER in body:
        return body
    ends = (body.lower().rfind(end) for end in ("</main>", "</body>", "</html>"))
    at = next((place for place in ends if place >= 0), len(body))
    return f"{body[:at]}{FORM_MARKER}{body[at:]}"


def _document(body: str, locale: str, title: str, brand: BrandSpec) -> str:
    """The body as a whole document: lang, dir, charset, viewport, title, and the brand's colours in its one style."""
    if not _HTML_TAG.search(body):
        body = f"<!doctype html>\n<html>\n<head></head>\n<body>\n{body}\n</body>\n</html>\n"
    if not body.lstrip().lower().startswith("<!doctype"):
        body = f"<!doctype html>\n{body}"
    body = _HTML_TAG.sub(lambda match: _with_language(match, locale), body, count=1)
    head = ""
    if not re.search(r"<meta\b[^>]*charset", body, re.I):
        head += '<meta charset="utf-8">'
    if not re.search(r"<meta\b[^>]*viewport", body, re.I):
        head += '<meta name="viewport" content="width=device-width, initial-scale=1">'
    if not re.search(r"<title\b", body, re.I):
        head += f"<title>{escape(title)} · {escape(brand.name)}</title>"
    colours = "".join(f"--brand-{name.replace('_', '-')}:{value};" for name, value in brand_colours(brand).items())
    rule = f":root{{{colours}}}"
    if _STYLE.search(body):
        body = _STYLE.sub(lambda match: f"{match.group(1)}{rule}{match.group(2)}{match.group(3)}", body, count=1)
    else:
        head += f"<style>{rule}</style>"
    if not _HEAD_TAG.search(body):
        body = _HTML_TAG.sub(lambda match: match.group() + "<head></head>", body, count=1)
    return _HEAD_TAG.sub(lambda match: match.group() + head, body, count=1).strip() + "\n"


def _with_language(match: re.Match[str], locale: str) -> str:
    attributes = match.group(1)
    for name, value in (("dir", direction(locale)), ("lang", locale)):
        if not re.search(rf"\b{name}\s*=", attributes, re.I):
            attributes = f' {name}="{value}"{attributes}'
    return f"<html{attributes}>"


def _own_addresses(brand: BrandSpec, launch: LaunchSpec) -> set[str]:
    """Pictures that this service itself serves."""
    return {str(escape(item)) for item in (brand.logo_url, brand.logo_dark_url, *launch.links.images.values()) if item}


def _faults(page: str, own: set[str]) -> list[tuple[str, str, str]]:
    faults = []
    markers = page.count(FORM_MARKER)
    if markers != 1:
        faults.append(
            ("landing.form_marker", f"{{{{ form }}}} is there {markers} times; it must be there once.", "{{ form")
        )
    styles = [match.group(2) for match in _STYLE.finditer(page)]
    if len(styles) > 1:
        faults.append(
            ("landing.many_styles", f"The page has {len(styles)} <style> elements; put all into one.", "<style")
        )
    outside = _STYLE.sub("", page)
    for code, pattern, message in _FORBIDDEN:
        found = pattern.search(outside)
        if found:
            faults.append((code, message, found.group()[:30]))
    addresses = [*_LOADS.findall(outside), *(url for style in styles for url in _CSS_LOADS.findall(style))]
    for address in dict.fromkeys(addresses):
        if address not in own and not address.startswith(("data:image/", "#")):
            message = f"The page would load {address[:80]!r}; a landing page asks nobody else for anything."
            faults.append(("landing.external", message, address))
    return faults


def _line_of(kit: LoadedKit, path: str, excerpt: str) -> int:
    text = kit.read(path).decode("utf-8", "replace")
    at = text.find(excerpt)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
