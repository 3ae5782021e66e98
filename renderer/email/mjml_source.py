"""What can be said of MJML before it is compiled: tags that stand open or in a wrong place, attributes nobody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from mjml.core.registry import components, register_core_components

from renderer.email.mjml_mends import MENDED
from renderer.kit.toml_table import did_you_mean
from renderer.report import Problem

_TAG = re.compile(r"""<(/?)(mj-[a-z-]+|mjml)\b((?:[^>"']|"[^"]*"|'[^']*')*?)(/?)>""", re.I)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.-]*)\s*=\s*(?:"[^"]*"|'[^']*')""")
_HELD = ["mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-social", "mj-spacer", "mj-table",
         "mj-text", "mj-navbar", "mj-raw"]  # fmt: skip
# What may stand in what: mjml-preset-core 4, dependencies.js. What is not here holds HTML or nothing.
_CHILDREN = {
    "mjml": ["mj-head", "mj-body", "mj-raw"],
    "mj-body": ["mj-raw", "mj-section", "mj-wrapper", "mj-hero"],
    "mj-wrapper": ["mj-hero", "mj-raw", "mj-section"],
    "mj-section": ["mj-column", "mj-group", "mj-raw"],
    "mj-group": ["mj-column", "mj-raw"],
    "mj-column": _HELD,
    "mj-hero": _HELD,
    "mj-accordion": ["mj-accordion-element", "mj-raw"],
    "mj-accordion-element": ["mj-accordion-title", "mj-accordion-text", "mj-raw"],
    "mj-carousel": ["mj-carousel-image"],
    "mj-navbar": ["mj-navbar-link", "mj-raw"],
    "mj-social": ["mj-social-element", "mj-raw"],
}
_EVERYWHERE = frozenset({"css-class", "mj-class", "class", "id"})
_OWN_ATTRIBUTES = {
    "mjml": {"lang", "dir", "owa"},
    "mj-style": {"inline"},
    "mj-font": {"name", "href"},
    "mj-raw": {"position"},
    "mj-selector": {"path"},
    "mj-html-attribute": {"name"},
    "mj-breakpoint": {"width"},
}
_ANY_ATTRIBUTE = frozenset({"mj-all", "mj-class"})


class Fault(NamedTuple):
    """Why a source cannot be compiled faithfully; `tag` is where to look."""

    code: str
    message: str
    tag: str


def shape_fault(source: str) -> Fault | None:
    """The first tag that stands open, closes nothing, stands where it has no effect, or is not supported there."""
    open_tags: list[str] = []
    for closing, name, empty in _tags(source):
        parent = open_tags[-1] if open_tags else ""
        if closing:
            if parent != name:
                return Fault("mjml.unclosed", f"</{name}> closes nothing that stands open{_open(parent)}.", name)
            open_tags.pop()
            continue
        if parent == "mj-class":
            return Fault(
                "mjml.class_children", f"<{name}> in <mj-class> is not supported; give {name} a class of its own.", name
            )
        if parent in _CHILDREN and name not in _CHILDREN[parent]:
            where = ", ".join(_CHILDREN[parent])
            return Fault("mjml.misplaced", f"<{name}> cannot stand in <{parent}>, which takes {where}.", name)
        if not empty:
            open_tags.append(name)
    if open_tags:
        return Fault("mjml.unclosed", f"<{open_tags[-1]}> is never closed.", open_tags[-1])
    return None


def _tags(source: str) -> Iterator[tuple[bool, str, bool]]:
    for closing, name, _, empty in _TAG.findall(_COMMENT.sub("", source)):
        yield bool(closing), name.lower(), bool(empty)


def _open(parent: str) -> str:
    return f"; <{parent}> does" if parent else ""


def unknown_attributes(template: str, path: str) -> list[Problem]:
    """A warning for each attribute of an MJML tag that the compiler does not read, by line."""
    text = _COMMENT.sub(_blank, _JINJA.sub(_blank, template))
    problems = []
    for match in _TAG.finditer(text):
        name = match.group(2).lower()
        known = _known_attributes().get(name)
        if match.group(1) or known is None:
            continue
        for found in _ATTRIBUTE.finditer(match.group(3)):
            attribute = found.group(1)
            if attribute in known or attribute in _EVERYWHERE:
                continue
            line = text.count("\n", 0, match.start(3) + found.start()) + 1
            message = (
                f"<{name}> has no attribute {attribute!r}; it has no effect.{did_you_mean(attribute, sorted(known))}"
            )
            problems.append(Problem("mjml.unknown_attribute", message, "warning", path, line))
    return problems


def _blank(match: re.Match[str]) -> str:
    """As many characters and lines as there were, without quotes or brackets."""
    return re.sub(r"[^\n]", " ", match.group())


@cache
def _known_attributes() -> dict[str, frozenset[str]]:
    register_core_components()
    kinds: dict[str, Any] = dict(components)
    kinds |= {kind.component_name: kind for kind in MENDED["ltr"]}
    known = {name: {*kind.allowed_attrs(), *kind.default_attrs()} for name, kind in kinds.items()}
    for name, own in _OWN_ATTRIBUTES.items():
        known[name] = known.get(name, set()) | own
    return {name: frozenset(names) for name, names in known.items() if name not in _ANY_ATTRIBUTE}
