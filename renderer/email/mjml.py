"""MJML to HTML by PyPI `mjml`, which only this module, `mjml_mends` and `mjml_source` import."""

from __future__ import annotations

import re
from threading import Lock
from typing import Literal

from mjml import mjml_to_html
from mjml.core.registry import components, register_core_components

from renderer.email.mjml_mends import MENDED
from renderer.email.mjml_source import shape_fault
from renderer.errors import RenderError

# Entities and > in attributes pass through the compiler as characters it does not know (private use).
_ENTITY = re.compile(r"&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_KEPT = re.compile("\ue0f2([#A-Za-z0-9]+)\ue0f3")
_TAG = re.compile(r"<\s*(mj-[a-z-]+|mjml)\b", re.I)
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]*?(/?)>")
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "base", "source"})
MAX_DEPTH = 200
_INCLUDE = re.compile(r"<\s*mj-include\b", re.I)
# Fonts the compiler fetches from a third party whenever a style names them, its own default font among them.
_UNASKED_FONTS = {
    name: f"https://fonts.googleapis.com/css?family={name.replace(' ', '+')}:300,400,500,700"
    for name in ("Open Sans", "Droid Sans", "Lato", "Roboto", "Ubuntu")
}
_FONT_TAG = re.compile(r"<mj-font\b([^>]*?)/?>(?:\s*</mj-font>)?", re.I)
_NO_FONTS = re.compile(r"<!--\[if !mso\]><!-->\s*<style type=\"text/css\">\s*</style>\s*<!--<!\[endif\]-->")
_FAULTS = (KeyError, TypeError, ValueError, AttributeError, AssertionError, RuntimeError, IndexError, ArithmeticError)
_ONE_AT_A_TIME = Lock()  # the package keeps its components in one table of the module


def known_tags() -> frozenset[str]:
    """Every MJML tag that can be compiled."""
    register_core_components()
    return (frozenset(components) | {"mjml", "mj-class", "mj-all", "mj-selector", "mj-html-attribute"}) - {"mj-include"}


def tags_of(source: str) -> list[tuple[str, int]]:
    """The MJML tags a source opens, with their lines."""
    return [(match.group(1).lower(), source.count("\n", 0, match.start()) + 1) for match in _TAG.finditer(source)]


def compile_mjml(source: str, locale: str, direction: Literal["ltr", "rtl"]) -> str:
    """MJML (Jinja already resolved) as HTML with `lang` and `dir`.

    RenderError `mjml.include`, `mjml.no_body`, `mjml.unknown_tag`, `mjml.unclosed`, `mjml.misplaced`,
    `mjml.class_children`, `mjml.failed`.
    """
    if _INCLUDE.search(source):
        raise RenderError("mjml.include", "mj-include reads files of the machine; use Jinja's {% include %}.")
    known = known_tags()
    for tag, _ in tags_of(source):
        if tag not in known:
            raise RenderError("mjml.unknown_tag", f"<{tag}> is no MJML tag.", tag=tag)
    if "<mj-body" not in source:
        raise RenderError("mjml.no_body", "The mail has no <mj-body>.")
    if _depth(source) > MAX_DEPTH:
        raise RenderError("mjml.failed", f"The MJML is nested more than {MAX_DEPTH} levels deep.")
    if fault := shape_fault(source):
        raise RenderError(fault.code, fault.message, tag=fault.tag)
    source, addresses = _own_fonts(source)
    prepared = _with_root_attributes(_ENTITY.sub("\ue0f2\\1\ue0f3", source), locale, direction)
    try:
        with _ONE_AT_A_TIME:
            html = str(mjml_to_html(prepared, custom_components=MENDED[direction]).html)
    except _FAULTS as error:
        raise RenderError("mjml.failed", f"The MJML cannot be compiled: {type(error).__name__} {error}.") from error
    except RecursionError as error:
        raise RenderError("mjml.failed", "The MJML is nested too deeply.") from error
    return _KEPT.sub(r"&\1;", _with_fonts(html, addresses))


def _depth(source: str) -> int:
    """The deepest level of tags; the compiler's work grows with its square."""
    level = deepest = 0
    for closing, name, empty in _ANY_TAG.findall(source):
        if closing:
            level = max(0, level - 1)
        elif not empty and name.lower() not in _VOID:
            level += 1
            deepest = max(deepest, level)
    return deepest


def _own_fonts(source: str) -> tuple[str, dict[str, str]]:
    """The source without <mj-font> of names the compiler knows (which it would refuse), and their addresses."""
    addresses: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        attributes = dict(re.findall(r"\b(name|href)\s*=\s*[\"']([^\"']*)[\"']", match.group(1)))
        if attributes.get("name") not in _UNASKED_FONTS:
            return match.group()
        addresses[attributes["name"]] = attributes.get("href", "")
        return ""

    return _FONT_TAG.sub(take, source), addresses


def _with_fonts(html: str, addresses: dict[str, str]) -> str:
    """The fonts the mail names at its own addresses, and none that nobody asked for."""
    for name, url in _UNASKED_FONTS.items():
        if addresses.get(name):
            html = html.replace(url, addresses[name])
        else:
            html = html.replace(f'<link href="{url}" rel="stylesheet" type="text/css">', "")
            html = html.replace(f"@import url({url});", "")
    return _NO_FONTS.sub("", html)


def _with_root_attributes(source: str, locale: str, direction: str) -> str:
    match = re.search(r"<mjml\b([^>]*)>", source)
    attributes = match.group(1) if match else ""
    extra = "".join(
        f' {name}="{value}"'
        for name, value in (("lang", locale), ("dir", direction))
        if not re.search(rf"\b{name}\s*=", attributes)
    )
    return re.sub(r"<mjml\b", f"<mjml{extra}", source, count=1)
