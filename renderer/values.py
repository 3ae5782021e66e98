"""What templates see of a brand, a launch and a locale, and the slots of a layout filled with it."""

from __future__ import annotations

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import nh3
from markupsafe import Markup

from renderer.errors import RenderError
from renderer.kit.field_rules import field_problem
from renderer.kit.json_lines import json_lines
from renderer.kit.layout import Slot
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset
from renderer.kit.messages import FIELD_CONTEXT, SLOT_CONTEXT
from renderer.logo.contrast import contrast_ratio, parse_colour
from renderer.report import Problem
from renderer.sandbox import Engine
from renderer.spec import BrandSpec, FilledSlot, LaunchSpec, direction
from renderer.template_faults import TemplateFailed
from renderer.territory import formatting_locale

ON_DARK, ON_LIGHT = "#ffffff", "#14201b"
_RICH_TAGS = {"b", "strong", "i", "em", "br", "p", "ul", "ol", "li", "a"}
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue0f0-\ue0ff\ufffe\uffff]|[\ud800-\udfff]")
_DATA_URI = re.compile(r"data:image/(?:png|jpeg|webp);base64,([A-Za-z0-9+/=\s]+)")
_ENGINES: OrderedDict[tuple[str, str, str], Engine] = OrderedDict()
_MAX_ENGINES = 64


def engine_for(kit: LoadedKit, locale: str, country: str) -> Engine:
    """The template engine of a kit in a locale for brands of a country; kept for the kits used last.

    A figure that a template writes out is formatted when it is compiled, so each country's customs have their own.
    """
    customs = formatting_locale(locale, country)
    key = (kit.files.digest, locale, customs)
    engine = _ENGINES.pop(key, None) or Engine(kit.files.files, kit.catalogs.get(locale), customs)
    _ENGINES[key] = engine
    while len(_ENGINES) > _MAX_ENGINES:
        _ENGINES.popitem(last=False)
    return engine


def clean(text: str) -> str:
    """A partner's text without control characters and without what marks recipient fields."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n"))


def readable_on(colour: str) -> str:
    """White or ink, whichever is read better on `#rrggbb` (WCAG contrast)."""
    return max((ON_DARK, ON_LIGHT), key=lambda ink: contrast_ratio(ink, colour))


def brand_colours(brand: BrandSpec) -> dict[str, str]:
    """primary, secondary, on_primary, on_secondary as `#rrggbb`. RenderError `colour.invalid`."""
    for colour in (brand.primary, brand.secondary):
        parse_colour(colour)
    return {
        "primary": brand.primary.lower(),
        "secondary": brand.secondary.lower(),
        "on_primary": readable_on(brand.primary),
        "on_secondary": readable_on(brand.secondary),
    }


def field_values(kit: LoadedKit, locale: str, brand: BrandSpec, *, html: bool = False) -> dict[str, str]:
    """The kit's fields as the partner set them, else their translated defaults.

    RenderError `field.required`, `field.too_long` or `field.invalid`, as `renderer.kit.field_rules` has them.
    """
    values = {}
    for item in kit.manifest.fields:
        value = "" if item.locked else clean(brand.fields.get(item.id, ""))
        problem = field_problem(item, value.strip() or item.default)
        if not value.strip():
            value = kit.text(item.default, locale, FIELD_CONTEXT)
        elif item.type == "choice":
            value = kit.text(value, locale, FIELD_CONTEXT)
        if problem:
            raise RenderError(problem.code, problem.message, field=item.id, **problem.params)
        values[item.id] = _rich(value, html) if item.type == "rich-text" else value
    return values


def _rich(value: str, html: bool) -> str:
    """A little formatting, cleaned; where no HTML can stand, the words alone."""
    if html:
        cleaned = nh3.clean(value, tags=_RICH_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
        return Markup(cleaned)  # noqa: S704 - cleaned by nh3 down to a few tags
    return Markup(nh3.clean(value, tags=set())).unescape()  # noqa: S704 - plain text again


def template_values(
    kit: LoadedKit, locale: str, brand: BrandSpec, launch: LaunchSpec, *, html: bool = False
) -> dict[str, Any]:
    """The variables of every template: brand, field, launch, link, locale, dir, start, end."""
    rtl = direction(locale) == "rtl"
    logo: dict[str, Any] = {
        "url": clean(brand.logo_url),
        "dark_url": clean(brand.logo_dark_url),
        "width": brand.logo_width,
        "height": brand.logo_height,
    }
    names = ("name", "legal_name", "tagline", "phone", "email", "url", "address", "country", "legal_line")
    links = launch.links
    return {
        "brand": {name: clean(getattr(brand, name)) for name in names}
        | {"colours": brand_colours(brand), "logo": logo},
        "field": field_values(kit, locale, brand, html=html),
        "launch": {
            "slug": launch.slug,
            "vendor_name": clean(launch.vendor_name),
            "vendor_address": clean(launch.vendor_address),
            "starts_on": launch.starts_on,
        },
        "link": {
            "landing": links.landing,
            "qr": links.qr,
            "channels": dict(links.channels),
            "files": dict(links.files),
            "images": dict(links.images),
        },
        "locale": locale,
        "dir": "rtl" if rtl else "ltr",
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
    }


def fill_slots(
    kit: LoadedKit, asset: Asset, locale: str, brand: BrandSpec, launch: LaunchSpec
) -> tuple[FilledSlot, ...]:
    """The slots of an asset's layout, translated and evaluated. Raises TemplateFailed with all problems.

    A picture slot whose value is empty is left out; a QR code without an address is refused.
    """
    layout = kit.layout_for(asset, locale)
    if layout is None:
        return ()
    engine = engine_for(kit, locale, brand.country)
    values = template_values(kit, locale, brand, launch)
    colours: Mapping[str, str] = values["brand"]["colours"]
    filled: list[FilledSlot] = []
    problems: list[Problem] = []
    for index, slot in enumerate(layout.slots):
        source = kit.text(slot.value, locale, SLOT_CONTEXT) if slot.value else ""
        try:
            text = engine.render_text(source, values, layout.path)
            done = _fill(kit, slot, colours.get(slot.colour.removeprefix("brand."), slot.colour), text)
        except TemplateFailed as error:
            problems += [_at(problem, kit, layout.path, index, asset, slot, locale) for problem in error.problems]
        except RenderError as error:
            problem = Problem(error.code, error.message, params=error.params)
            problems.append(_at(problem, kit, layout.path, index, asset, slot, locale))
        else:
            filled += [done] if done else []
    if problems:
        raise TemplateFailed(problems)
    return tuple(filled)


def _fill(kit: LoadedKit, slot: Slot, colour: str, text: str) -> FilledSlot | None:
    if slot.type == "qr":
        if not text.strip():
            raise RenderError("slot.no_address", "The QR code's value is empty; it needs an address.")
        return FilledSlot(slot, colour, url=text.strip())
    if slot.type == "image":
        picture = _picture(kit, text.strip())
        return FilledSlot(slot, colour, picture=picture) if picture else None
    return FilledSlot(slot, colour, text=text if slot.type == "text" else "")


def _picture(kit: LoadedKit, value: str) -> bytes | None:
    """The bytes of a picture named by a path inside the kit or held in a data URI."""
    if not value:
        return None
    match = _DATA_URI.fullmatch(value)
    if match is not None:
        try:
            return base64.b64decode(match.group(1), validate=False)
        except binascii.Error as error:
            raise RenderError("slot.bad_picture", "The picture's data URI is damaged.") from error
    if value not in kit.files.files:
        raise RenderError(
            "slot.bad_picture",
            f"The picture {value[:100]!r} is no file of the kit and no data URI of a PNG, JPEG or WebP.",
        )
    return kit.read(value)


def _at(problem: Problem, kit: LoadedKit, path: str, index: int, asset: Asset, slot: Slot, locale: str) -> Problem:
    lines = json_lines(kit.read(path).decode("utf-8-sig"))
    line = lines.get(("slots", index, "value")) or lines.get(("slots", index))
    return Problem(
        problem.code, problem.message, problem.severity, path, line, asset.id, slot.id, locale, problem.params
    )
