"""Copies from an uploaded SVG only what draws: allow-listed elements and attributes, nothing from outside."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from lxml import etree

from renderer.errors import RenderError
from renderer.logo.svg_css import filter_declarations, filter_stylesheet, is_local_value
from renderer.logo.svg_image import clean_data_uri

Element = Any  # an lxml element; the published stubs are too loose to check against

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
MAX_ELEMENTS = 20_000
MAX_DEPTH = 100
MAX_DRAWN = 200_000  # elements after every <use> is followed

_NSMAP: Any = {None: SVG[1:-1], "xlink": XLINK[1:-1]}
_FILTERS = (
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap "
    "feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode "
    "feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence"
)
_DRAWING = (
    "svg g defs symbol use path rect circle ellipse line polyline polygon clipPath mask pattern linearGradient "
    "radialGradient stop image filter marker switch style a"
)
_ALLOWED = frozenset(f"{_DRAWING} {_FILTERS}".split())
_TEXT = frozenset({"text", "tspan", "textPath", "tref", "flowRoot"})
_SILENT = frozenset({"title", "desc", "metadata", "view", "namedview"})
_LENGTH = re.compile(r"\s*([0-9.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|)\s*", re.I)
_UNITS = {"px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


@dataclass(frozen=True, slots=True)
class CleanSvg:
    """The sanitised tree, its viewBox (x, y, w, h) in user units, and how often what was left out."""

    root: Element
    view: tuple[float, float, float, float]
    removed: Counter[str]


def sanitise(data: bytes) -> CleanSvg:
    """The drawing part of an SVG document.

    RenderError `logo.svg_entities`, `logo.svg_invalid`, `logo.svg_too_complex` (measured, needed),
    `logo.svg_text`, `logo.svg_no_size`.
    """
    source = _parse(data)
    removed: Counter[str] = Counter()
    count = 0

    def copy(element: Element, parent: Element | None, depth: int) -> Element | None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            measured, needed = (count, MAX_ELEMENTS) if count > MAX_ELEMENTS else (depth, MAX_DEPTH)
            raise _too_complex(measured, needed, "elements" if count > MAX_ELEMENTS else "nested groups")
        name = _local_name(element)
        if name in _TEXT:
            if "".join(element.itertext()).strip():
                raise RenderError(
                    "logo.svg_text",
                    "The SVG contains live text, which would change with the fonts at hand. "
                    "Convert all text to outlines (paths) and export it again.",
                    measured="".join(element.itertext()).strip()[:60],
                )
            return None
        if name not in _ALLOWED:
            if name not in _SILENT and name is not None:
                removed[name] += 1
            return None
        tag = SVG + ("g" if name == "a" else name)
        made = etree.Element(tag, nsmap=_NSMAP) if parent is None else etree.SubElement(parent, tag)
        _copy_attributes(element, made, name, removed)
        if name == "style":
            made.text, dropped = filter_stylesheet("".join(element.itertext()))
            if dropped:
                removed["style rule"] += dropped
            return made
        for child in element:
            if isinstance(child.tag, str):
                copy(child, made, depth + 1)
        if name == "image" and made.get(XLINK + "href") is None and parent is not None:
            parent.remove(made)
        return made

    root = copy(source, None, 1)
    if root is None:
        raise _invalid("its outermost element is not <svg>")
    drawn = _drawn_elements(root)
    if drawn > MAX_DRAWN:
        raise _too_complex(drawn, MAX_DRAWN, "drawn elements")
    return CleanSvg(root, _view(root), removed)


def write(root: Element, view: tuple[float, float, float, float]) -> bytes:
    """The document with that viewBox as its size. The same tree gives the same bytes."""
    for name in ("x", "y", "preserveAspectRatio", "overflow"):
        root.attrib.pop(name, None)
    x, y, width, height = view
    root.set("viewBox", f"{x:.6g} {y:.6g} {width:.6g} {height:.6g}")
    root.set("width", f"{width:.6g}")
    root.set("height", f"{height:.6g}")
    etree.cleanup_namespaces(root, top_nsmap=_NSMAP)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _parse(data: bytes) -> Element:
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise _entities()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root: Element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _invalid(str(error)[:120]) from None
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and (list(dtd.iterentities()) or list(dtd.iterelements())):
        raise _entities()
    if _local_name(root) != "svg":
        raise _invalid("its outermost element is not <svg>")
    return root


def _local_name(element: Element) -> str | None:
    """The element's name if it is SVG (or has no namespace at all), None if it is another vocabulary."""
    tag: str = element.tag
    if tag.startswith(SVG):
        return tag[len(SVG) :]
    return tag if not tag.startswith("{") else None


def _copy_attributes(source: Element, made: Element, name: str, removed: Counter[str]) -> None:
    for key, value in source.attrib.items():
        if key in {"href", XLINK + "href"}:
            target = _safe_target(name, value, removed)
            if target is not None:
                made.set(XLINK + "href", target)
        elif key == "style":
            kept, dropped = filter_declarations(value)
            if dropped:
                removed["style property"] += dropped
            if kept:
                made.set("style", kept)
        elif key.startswith(("{", "data-")) or ":" in key or key == "version":
            continue
        elif key.lower().startswith("on"):
            removed[f"{key} handler"] += 1
        elif key == "src" or (("(" in value or "\\" in value) and not is_local_value(value)):
            removed["outside reference"] += 1
        else:
            made.set(key, value)


def _safe_target(name: str, value: str, removed: Counter[str]) -> str | None:
    value = value.strip()
    if name == "a":
        return None
    if value.startswith("#") and name != "image":
        return value
    if name == "image" and value[:5].lower() == "data:":
        return clean_data_uri(value, removed)
    removed["outside reference"] += 1
    return None


def _drawn_elements(root: Element) -> int:
    """How many elements are drawn when every <use> is followed; a loop counts once (renderers stop there)."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[Element, int] = {}
    open_now: set[Element] = set()

    def cost(element: Element) -> int:
        if element in known:
            return known[element]
        if element in open_now or len(open_now) > 4 * MAX_DEPTH:
            return 1
        open_now.add(element)
        total = 1 + sum(cost(child) for child in element)
        if element.tag == SVG + "use":
            target = by_id.get((element.get(XLINK + "href") or "#")[1:])
            if target is not None:
                total += cost(target)
        open_now.discard(element)
        known[element] = min(total, 10 * MAX_DRAWN)
        return known[element]

    return cost(root)


def _view(root: Element) -> tuple[float, float, float, float]:
    parts = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    try:
        x, y, width, height = (float(part) for part in parts)
    except ValueError:
        x, y, width, height = 0.0, 0.0, _length(root.get("width")), _length(root.get("height"))
    if not (0 < width < 1e7 and 0 < height < 1e7 and abs(x) < 1e7 and abs(y) < 1e7):
        raise RenderError(
            "logo.svg_no_size",
            "The SVG has neither a usable viewBox nor a width and height. Export it again with its size.",
        )
    return x, y, width, height


def _length(value: str | None) -> float:
    found = _LENGTH.fullmatch(value or "")
    return float(found[1]) * _UNITS[found[2].lower()] if found else 0.0


def _invalid(why: str) -> RenderError:
    return RenderError(
        "logo.svg_invalid", f"The SVG is not well-formed ({why}). Export it again from its own program.", measured=why
    )


def _entities() -> RenderError:
    return RenderError(
        "logo.svg_entities",
        "The SVG declares entities, which are not accepted. Export it as plain SVG 1.1 without editing data.",
    )


def _too_complex(measured: int, needed: int, what: str) -> RenderError:
    return RenderError(
        "logo.svg_too_complex",
        f"The SVG has {measured:,} {what}; at most {needed:,} are accepted. "
        "Simplify or flatten it and export it again.",
        measured=measured,
        needed=needed,
    )
